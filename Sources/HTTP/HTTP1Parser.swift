/// Parses requests from the bytes of one HTTP/1.1 connection (RFC 9112). It does no I/O.
///
/// The caller keeps the bytes that were not consumed and passes them again, followed by more. Only
/// the head's strings are copied; body bytes are returned as ranges of the bytes passed. It is
/// strict: every line ends in CR LF, folded lines are refused, and every length has a limit. After
/// an error the parser must not be used again.
package struct HTTP1Parser: Sendable {
    package enum Event: Sendable, Equatable {
        case head(HTTP1Head)
        /// The range of the bytes passed that belongs to the body.
        case body(Range<Int>)
        case end
    }

    /// The parts that could be read of a head that was refused, for the log and the request's id.
    package struct Attempt: Sendable, Equatable {
        package var method: String
        package var target: String
        package var version: HTTPVersion
        package var headers: HTTPHeaders
    }

    private enum State: Sendable, Equatable {
        case head
        case length(remaining: Int)
        case chunkLine
        case chunkData(remaining: Int)
        case chunkEnd
        case trailers
        case end
    }

    private let limits: MessageLimits
    private var state = State.head
    /// How many bytes of an unfinished head, size line or trailer section have been scanned
    /// already.
    private var scanned = 0
    private var lineStart = 0
    private var bodyBytes = 0
    private var extensionBytes = 0
    private var sawEmptyLine = false

    /// The head that is being read, when its syntax has been found correct.
    package private(set) var attempt: Attempt?

    package init(limits: MessageLimits) {
        self.limits = limits
    }

    /// Whether the next byte begins a new request.
    package var isBetweenRequests: Bool { state == .head && scanned == 0 }

    /// Whether the head is still being read.
    package var isReadingHead: Bool { state == .head }

    /// The next event, and how many of `bytes` were consumed. If there is no event, more bytes are
    /// needed after those not consumed.
    package mutating func next(
        _ bytes: Span<UInt8>
    ) throws(RequestViolation) -> (event: Event?, consumed: Int) {
        var consumed = 0
        while true {
            let rest = bytes.extracting(consumed..<bytes.count)
            switch state {
            case .head:
                guard let end = try headEnd(rest) else { return (nil, consumed) }
                if end == 2 {
                    // One empty line may precede a request (§2.2), but not more.
                    guard !sawEmptyLine else { throw .lineEndMalformed }
                    sawEmptyLine = true
                    consumed += 2
                    continue
                }
                let head = try readHead(rest.extracting(0..<end))
                begin(head)
                return (.head(head), consumed + end)
            case .length(let remaining):
                guard !rest.isEmpty else { return (nil, consumed) }
                let count = min(remaining, rest.count)
                state = count == remaining ? .end : .length(remaining: remaining - count)
                return (.body(consumed..<consumed + count), consumed + count)
            case .chunkLine:
                guard let line = try lineEnd(rest, sizeLineMax, .chunkExtensionTooLong) else {
                    return (nil, consumed)
                }
                try beginChunk(rest.extracting(0..<line - 2))
                consumed += line
            case .chunkData(let remaining):
                guard !rest.isEmpty else { return (nil, consumed) }
                let count = min(remaining, rest.count)
                state = count == remaining ? .chunkEnd : .chunkData(remaining: remaining - count)
                return (.body(consumed..<consumed + count), consumed + count)
            case .chunkEnd:
                guard try isLineEnd(rest) else { return (nil, consumed) }
                state = .chunkLine
                consumed += 2
            case .trailers:
                guard let count = try trailersEnd(rest) else { return (nil, consumed) }
                consumed += count
                state = .end
            case .end:
                self = HTTP1Parser(limits: limits)
                return (.end, consumed)
            }
        }
    }

    /// The longest size line: sixteen digits, the extension and the line's end.
    private var sizeLineMax: Int { 18 + limits.chunkExtensionBytesMax }

    private mutating func begin(_ head: HTTP1Head) {
        scanned = 0
        lineStart = 0
        switch head.framing {
        case .none, .length(0): state = .end
        case .length(let length): state = .length(remaining: length)
        case .chunked: state = .chunkLine
        }
    }

    // MARK: - Lines

    /// The length of the first line with its CR LF; nil if it is not complete.
    private mutating func lineEnd(
        _ bytes: Span<UInt8>, _ lengthMax: Int, _ violation: RequestViolation
    ) throws(RequestViolation) -> Int? {
        while scanned < bytes.count {
            if bytes[scanned] == 0x0A {
                guard scanned > 0, bytes[scanned - 1] == 0x0D else { throw .lineEndMalformed }
                let count = scanned + 1
                scanned = 0
                guard count <= lengthMax else { throw violation }
                return count
            }
            scanned += 1
            guard scanned <= lengthMax else { throw violation }
        }
        return nil
    }

    private func isLineEnd(_ bytes: Span<UInt8>) throws(RequestViolation) -> Bool {
        if bytes.count > 0 && bytes[0] != 0x0D { throw .chunkUnterminated }
        if bytes.count > 1 && bytes[1] != 0x0A { throw .chunkUnterminated }
        return bytes.count > 1
    }

    /// The head's length with its empty line; nil if it is not complete.
    private mutating func headEnd(_ bytes: Span<UInt8>) throws(RequestViolation) -> Int? {
        if scanned == 0, bytes.count > 0, !ByteSet.token.contains(bytes[0]), bytes[0] != 0x0D {
            // A TLS record begins with its type, and the first one of a client is a handshake.
            throw bytes[0] == 0x16 ? .tlsOnPlainPort : .lineEndMalformed
        }
        // Besides the target the line has a method, two spaces, a version and CR LF.
        let requestLineMax = limits.targetBytesMax + RequestRules.methodBytesMax + 12
        var position = scanned
        var start = lineStart
        defer {
            scanned = position
            lineStart = start
        }
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == 0x0A {
                guard position > 1, bytes[position - 2] == 0x0D else { throw .lineEndMalformed }
                let isEmpty = position - start == 2
                start = position
                if isEmpty {
                    defer {
                        position = 0
                        start = 0
                    }
                    return position
                }
            }
            if start == 0 && position > requestLineMax { throw .targetTooLong }
            if position > limits.headerBytesMax { throw .headersTooLarge }
        }
        return nil
    }

    // MARK: - The head

    /// Reads a complete head, its empty line included.
    private mutating func readHead(_ bytes: Span<UInt8>) throws(RequestViolation) -> HTTP1Head {
        var position = 0
        let requestLine = bytes.extracting(Self.line(bytes, &position))
        let (method, target, version) = try Self.readRequestLine(requestLine)
        var headers = HTTPHeaders()
        headers.reserveCapacity(16)
        while position < bytes.count - 2 {
            let line = bytes.extracting(Self.line(bytes, &position))
            guard headers.count < limits.headerCountMax else { throw .headersTooMany }
            let (name, value) = try Self.readField(line)
            headers.append(name, value)
        }
        attempt = Attempt(method: method, target: target, version: version, headers: headers)
        return try HTTP1Rules.check(
            method: method, target: target, version: version, headers: headers, limits: limits)
    }

    /// The line at `position` without its CR LF. The position moves past it.
    private static func line(_ bytes: Span<UInt8>, _ position: inout Int) -> Range<Int> {
        let start = position
        while position < bytes.count, bytes[position] != 0x0A { position += 1 }
        position += 1
        return start..<max(start, position - 2)
    }

    private static func readRequestLine(
        _ line: Span<UInt8>
    ) throws(RequestViolation) -> (String, String, HTTPVersion) {
        let token = ByteSet.token
        var position = 0
        while position < line.count, token.contains(line[position]) { position += 1 }
        guard position > 0, position <= RequestRules.methodBytesMax else { throw .methodMalformed }
        guard position < line.count, line[position] == 0x20 else { throw .requestLineMalformed }
        let method = try string(line.extracting(0..<position), .methodMalformed)

        let targetStart = position + 1
        position = targetStart
        while position < line.count, line[position] > 0x20, line[position] < 0x7F { position += 1 }
        guard position > targetStart else { throw .requestLineMalformed }
        guard position < line.count else { throw .requestLineMalformed }
        guard line[position] == 0x20 else { throw .targetMalformed }
        let target = try string(line.extracting(targetStart..<position), .targetMalformed)
        let version = try readVersion(line.extracting(position + 1..<line.count))
        return (method, target, version)
    }

    private static func readVersion(_ text: Span<UInt8>) throws(RequestViolation) -> HTTPVersion {
        let isVersion: (UInt8) -> Bool = { $0 >= 0x30 && $0 <= 0x39 }
        let name = try string(text, .requestLineMalformed)
        if name == "HTTP/1.1" { return .http1_1 }
        if name == "HTTP/1.0" { return .http1_0 }
        guard text.count == 8, name.hasPrefix("HTTP/"), isVersion(text[5]), isVersion(text[7]),
            text[6] == UInt8(ascii: ".")
        else { throw .requestLineMalformed }
        throw .versionUnsupported
    }

    /// `name ":" OWS value OWS` (§5).
    private static func readField(
        _ line: Span<UInt8>
    ) throws(RequestViolation) -> (name: String, value: String) {
        if line.count > 0, line[0] == 0x20 || line[0] == 0x09 { throw .headerFolded }
        let token = ByteSet.token
        var colon = 0
        while colon < line.count, token.contains(line[colon]) { colon += 1 }
        guard colon > 0, colon < line.count, line[colon] == UInt8(ascii: ":") else {
            throw .headerNameMalformed
        }
        var start = colon + 1
        var end = line.count
        while start < end, line[start] == 0x20 || line[start] == 0x09 { start += 1 }
        while end > start, line[end - 1] == 0x20 || line[end - 1] == 0x09 { end -= 1 }
        for index in start..<end {
            let byte = line[index]
            guard byte >= 0x20 && byte != 0x7F || byte == 0x09 else { throw .headerValueMalformed }
        }
        return (
            try string(line.extracting(0..<colon), .headerNameMalformed),
            try string(line.extracting(start..<end), .headerValueMalformed)
        )
    }

    private static func string(
        _ bytes: Span<UInt8>, _ violation: RequestViolation
    ) throws(RequestViolation) -> String {
        do {
            return String(copying: try UTF8Span(validating: bytes))
        } catch {
            throw violation
        }
    }

    // MARK: - Chunks

    /// Reads a chunk's size line (§7.1) without its CR LF.
    private mutating func beginChunk(_ line: Span<UInt8>) throws(RequestViolation) {
        var size = 0
        var position = 0
        while position < line.count, let digit = Self.hexValue(line[position]) {
            guard position < 15 else { throw .chunkSizeMalformed }
            size = size << 4 | digit
            position += 1
        }
        guard position > 0 else { throw .chunkSizeMalformed }
        let extensions = line.extracting(position..<line.count)
        if extensions.count > 0 {
            guard extensions[0] == UInt8(ascii: ";") else { throw .chunkSizeMalformed }
            for index in 0..<extensions.count {
                let byte = extensions[index]
                guard byte >= 0x20 && byte < 0x7F || byte == 0x09 else {
                    throw .chunkSizeMalformed
                }
            }
            extensionBytes += extensions.count
            guard extensions.count <= limits.chunkExtensionBytesMax,
                extensionBytes <= limits.chunkExtensionsBytesMax
            else { throw .chunkExtensionTooLong }
        }
        guard size > 0 else {
            state = .trailers
            return
        }
        guard size <= limits.bodyBytesMax - bodyBytes else { throw .bodyTooLong }
        bodyBytes += size
        state = .chunkData(remaining: size)
    }

    private static func hexValue(_ byte: UInt8) -> Int? {
        switch byte {
        case 0x30...0x39: Int(byte) - 0x30
        case 0x41...0x46: Int(byte) - 0x41 + 10
        case 0x61...0x66: Int(byte) - 0x61 + 10
        default: nil
        }
    }

    /// The trailer section's length with its empty line. Trailers are checked and dropped, as
    /// RFC 9110 §6.5.1 allows: no request here gives them a meaning.
    private mutating func trailersEnd(_ bytes: Span<UInt8>) throws(RequestViolation) -> Int? {
        while scanned < bytes.count {
            let byte = bytes[scanned]
            scanned += 1
            guard scanned <= limits.trailerBytesMax else { throw .trailersTooLarge }
            guard byte == 0x0A else { continue }
            guard scanned > 1, bytes[scanned - 2] == 0x0D else { throw .lineEndMalformed }
            let line = bytes.extracting(lineStart..<scanned - 2)
            lineStart = scanned
            guard line.count > 0 else {
                defer { scanned = 0 }
                return scanned
            }
            _ = try Self.readField(line)
        }
        return nil
    }
}
