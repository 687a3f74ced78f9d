/// The nine bytes before every frame's payload (RFC 9113 §4.1).
struct HTTP2FrameHeader: Equatable {
    var length: Int
    var type: UInt8
    var flags: UInt8
    var stream: Int32

    static let data: UInt8 = 0
    static let headers: UInt8 = 1
    static let priority: UInt8 = 2
    static let rstStream: UInt8 = 3
    static let continuation: UInt8 = 9

    static let endStreamFlag: UInt8 = 0x1
    static let endHeadersFlag: UInt8 = 0x4
    static let paddedFlag: UInt8 = 0x8
}

/// Finds frame boundaries in received bytes, however these are cut, so that each frame can be
/// judged before the library sees it. The library silently skips frames that it does not accept,
/// and floods are made of those.
struct HTTP2FrameScanner {
    /// The result of one step of the scan.
    struct Step {
        /// Where the step ended in the bytes given.
        var end: Int
        /// Set when this step completed a frame's header.
        var header: HTTP2FrameHeader?
        /// Set when this step completed a PRIORITY frame's dependency field.
        var dependency: (stream: Int32, on: Int32)?
    }

    private var prefaceLeft: Int
    private var headerBytes: UInt64 = 0
    private var headerCount = 0
    private var lastByte: UInt8 = 0
    private var payloadLeft = 0
    private var dependencyLeft = 0
    private var dependency: UInt32 = 0
    private var current = HTTP2FrameHeader(length: 0, type: 0, flags: 0, stream: 0)

    /// Whether the payload of a HEADERS or CONTINUATION frame is not all there yet.
    var isInsideFields: Bool {
        payloadLeft > 0
            && (current.type == HTTP2FrameHeader.headers
                || current.type == HTTP2FrameHeader.continuation)
    }

    /// `prefaceBytes` is the length of the client's connection preface: 24, or 0 if none comes.
    init(prefaceBytes: Int) {
        prefaceLeft = prefaceBytes
    }

    /// Moves past the rest of the current frame, or past the next frame's header and as much of its
    /// payload as there is.
    mutating func step(_ bytes: RawSpan, from start: Int) -> Step {
        var position = start
        let count = bytes.byteCount
        if prefaceLeft > 0 {
            let taken = min(prefaceLeft, count - position)
            prefaceLeft -= taken
            return Step(end: position + taken)
        }
        var step = Step(end: position)
        if payloadLeft == 0 {
            while headerCount < 9, position < count {
                take(bytes.byte(at: position))
                position += 1
            }
            guard headerCount == 9 else {
                step.end = position
                return step
            }
            finishHeader()
            step.header = current
        }
        while dependencyLeft > 0, position < count {
            dependency = dependency << 8 | UInt32(bytes.byte(at: position))
            dependencyLeft -= 1
            payloadLeft -= 1
            position += 1
            if dependencyLeft == 0 {
                step.dependency = (current.stream, Int32(dependency & 0x7fff_ffff))
            }
        }
        let taken = min(payloadLeft, count - position)
        payloadLeft -= taken
        step.end = position + taken
        return step
    }

    private mutating func take(_ byte: UInt8) {
        if headerCount < 8 {
            headerBytes = headerBytes << 8 | UInt64(byte)
        } else {
            lastByte = byte
        }
        headerCount += 1
    }

    private mutating func finishHeader() {
        let stream = UInt32(truncatingIfNeeded: headerBytes & 0xff_ffff) << 8 | UInt32(lastByte)
        current = HTTP2FrameHeader(
            length: Int(headerBytes >> 40 & 0xff_ffff),
            type: UInt8(truncatingIfNeeded: headerBytes >> 32),
            flags: UInt8(truncatingIfNeeded: headerBytes >> 24),
            stream: Int32(stream & 0x7fff_ffff))
        payloadLeft = current.length
        headerBytes = 0
        headerCount = 0
        dependency = 0
        dependencyLeft = current.type == HTTP2FrameHeader.priority && current.length == 5 ? 4 : 0
    }
}

extension RawSpan {
    /// The byte at `offset`; the offset is checked.
    fileprivate func byte(at offset: Int) -> UInt8 {
        unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt8.self)
    }
}

/// Judges frame headers: which frames the peer may send on which stream, and how many that serve no
/// request.
struct HTTP2FrameJudge {
    private let isServer: Bool
    private let continuationsMax: Int
    private let fieldBlockBytesMax: Int
    private var continuations = 0
    private var fieldBlockBytes = 0
    private var resets: HTTP2Budget
    private var control: HTTP2Budget
    /// How many control frames the peer may send in response to ours: window updates, and PINGs
    /// that measure bandwidth.
    private var credit = 0
    /// The last stream that the client has opened.
    private(set) var lastStream: Int32 = 0
    /// Stream ids that the client skipped. Opening a later stream has closed them (RFC 9113
    /// §5.1.1).
    private var skipped: [ClosedRange<Int32>] = []
    /// Streams that the peer itself ended, latest last; a ring.
    private var ended: [Int32] = []
    private var endedNext = 0
    /// Whether a field section has begun and the header of its last frame has not come.
    private(set) var awaitsContinuation = false
    /// How many field sections have begun.
    private(set) var fieldSections = 0

    private static let creditMax = 8192
    private static let creditPerFrame = 4
    private static let skippedMax = 64
    private static let endedMax = 256

    init(isServer: Bool, limits: HTTP2Limits) {
        self.isServer = isServer
        continuationsMax = limits.continuationsMax
        fieldBlockBytesMax = limits.fieldBlockBytesMax
        resets = HTTP2Budget(burst: limits.resetsBurst, perSecond: limits.resetsPerSecond)
        control = HTTP2Budget(
            burst: limits.controlFramesBurst, perSecond: limits.controlFramesPerSecond)
    }

    /// Notes that we sent a frame which a well-behaved peer answers with control frames.
    mutating func sentFrame() {
        credit = min(credit + Self.creditPerFrame, Self.creditMax)
    }

    /// Notes a reset that we had to send because of the peer.
    mutating func sentReset(now: ContinuousClock.Instant) -> HTTP2Error? {
        resets.take(now: now) ? nil : Self.tooManyResets
    }

    /// Notes that a stream was closed after the peer had ended or reset its half.
    mutating func endedByPeer(_ stream: Int32) {
        if ended.count < Self.endedMax {
            ended.append(stream)
        } else {
            ended[endedNext] = stream
            endedNext = (endedNext + 1) % Self.endedMax
        }
    }

    /// Notes that stream 1 exists, by an upgrade from HTTP/1.1.
    mutating func upgraded() { lastStream = 1 }

    /// What is wrong with the frame; nil if nothing. `isOpen` says whether its stream is open.
    mutating func judge(
        _ frame: HTTP2FrameHeader, isOpen: Bool, now: ContinuousClock.Instant
    ) -> HTTP2Error? {
        switch frame.type {
        case HTTP2FrameHeader.headers, HTTP2FrameHeader.continuation:
            return judgeHeaders(frame, isOpen: isOpen, now: now)
        case HTTP2FrameHeader.data:
            if !isOpen, let error = closedStream(frame, "DATA") { return error }
            let isEmpty =
                frame.length == 0
                || frame.flags & HTTP2FrameHeader.paddedFlag != 0 && frame.length <= 256
            let isLast = frame.flags & HTTP2FrameHeader.endStreamFlag != 0
            return isEmpty && !isLast ? control(frame, now: now) : nil
        case HTTP2FrameHeader.rstStream:
            return resets.take(now: now) ? nil : Self.tooManyResets
        case HTTP2FrameHeader.priority where frame.stream == 0:
            return HTTP2Error(.protocolError, "PRIORITY on stream 0")
        default:
            return control(frame, now: now)
        }
    }

    /// The error of a PRIORITY frame whose stream depends on itself (RFC 7540 §5.3.1).
    func judge(dependency: (stream: Int32, on: Int32)) -> HTTP2Error? {
        guard dependency.stream == dependency.on else { return nil }
        return HTTP2Error(
            .protocolError, "PRIORITY makes stream \(dependency.stream) depend on itself")
    }

    private mutating func judgeHeaders(
        _ frame: HTTP2FrameHeader, isOpen: Bool, now: ContinuousClock.Instant
    ) -> HTTP2Error? {
        let isLast = frame.flags & HTTP2FrameHeader.endHeadersFlag != 0
        awaitsContinuation = !isLast
        if frame.type == HTTP2FrameHeader.continuation {
            continuations += 1
        } else {
            continuations = 0
            fieldBlockBytes = 0
            fieldSections += 1
        }
        if continuations > continuationsMax {
            return HTTP2Error(
                .enhanceYourCalm,
                "more than \(continuationsMax) CONTINUATION frames (continuationsMax)")
        }
        // This includes fields of closed streams, which are decoded only to keep the HPACK table in
        // step.
        fieldBlockBytes += frame.length
        if fieldBlockBytes > fieldBlockBytesMax {
            return HTTP2Error(
                .enhanceYourCalm,
                "more than \(fieldBlockBytesMax) bytes of a field section (headerListBytesMax)")
        }
        if frame.length == 0, !isLast, let error = control(frame, now: now) { return error }
        guard isServer, frame.type == HTTP2FrameHeader.headers, frame.stream & 1 == 1 else {
            return nil
        }
        guard frame.stream > lastStream else {
            return isOpen ? nil : closedStream(frame, "HEADERS")
        }
        let firstSkipped = lastStream == 0 ? 1 : lastStream + 2
        if firstSkipped < frame.stream {
            skipped.append(firstSkipped...(frame.stream - 2))
            if skipped.count > Self.skippedMax { skipped.removeFirst() }
        }
        lastStream = frame.stream
        return nil
    }

    private func closedStream(_ frame: HTTP2FrameHeader, _ name: String) -> HTTP2Error? {
        guard isServer, frame.stream & 1 == 1, frame.stream <= lastStream else { return nil }
        if skipped.contains(where: { $0.contains(frame.stream) }) {
            return HTTP2Error(
                .protocolError,
                "\(name) on stream \(frame.stream), passed over by stream \(lastStream)")
        }
        guard ended.contains(frame.stream) else { return nil }
        return HTTP2Error(.streamClosed, "\(name) on closed stream \(frame.stream)")
    }

    private mutating func control(
        _ frame: HTTP2FrameHeader, now: ContinuousClock.Instant
    ) -> HTTP2Error? {
        if credit > 0 {
            credit -= 1
            return nil
        }
        if control.take(now: now) { return nil }
        return HTTP2Error(
            .enhanceYourCalm,
            "too many control frames (controlFramesBurst), the last of type \(frame.type)")
    }

    private static let tooManyResets = HTTP2Error(
        .enhanceYourCalm, "too many stream resets (resetsBurst)")
}
