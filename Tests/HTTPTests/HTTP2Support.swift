import HTTP

/// A frame as on the wire.
struct Frame: Equatable {
    var type: UInt8
    var flags: UInt8 = 0
    var stream: Int32 = 0
    var payload: [UInt8] = []

    var bytes: [UInt8] {
        let count = payload.count
        return [
            UInt8(count >> 16 & 0xff), UInt8(count >> 8 & 0xff), UInt8(count & 0xff), type, flags,
        ] + Frame.big(UInt32(stream)) + payload
    }

    static func big(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(value >> UInt32($0) & 0xff) }
    }

    static func number(_ bytes: some Sequence<UInt8>) -> UInt32 {
        bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// Splits bytes into frames; a client's preface at the start is skipped.
    static func parse(_ bytes: [UInt8]) -> [Frame] {
        var rest = bytes[...]
        if rest.starts(with: Wire.preface) { rest = rest.dropFirst(Wire.preface.count) }
        var frames: [Frame] = []
        while rest.count >= 9 {
            let head = Array(rest.prefix(9))
            let count = Int(number(head[0..<3]))
            guard rest.count >= 9 + count else { break }
            let payload = Array(rest.dropFirst(9).prefix(count))
            let stream = Int32(bitPattern: number(head[5..<9]) & 0x7fff_ffff)
            frames.append(Frame(type: head[3], flags: head[4], stream: stream, payload: payload))
            rest = rest.dropFirst(9 + count)
        }
        return frames
    }

    static func settings(_ entries: [(UInt16, UInt32)] = []) -> Frame {
        let payload = entries.flatMap { id, value in
            [UInt8(id >> 8), UInt8(id & 0xff)] + big(value)
        }
        return Frame(type: 4, payload: payload)
    }

    static func headers(
        _ stream: Int32, _ block: [UInt8] = Wire.get, end: Bool = true, endHeaders: Bool = true
    ) -> Frame {
        Frame(
            type: 1, flags: (end ? 1 : 0) | (endHeaders ? 4 : 0), stream: stream, payload: block)
    }

    static func data(_ stream: Int32, _ bytes: [UInt8], end: Bool = false) -> Frame {
        Frame(type: 0, flags: end ? 1 : 0, stream: stream, payload: bytes)
    }

    static func reset(_ stream: Int32, _ code: UInt32 = 8) -> Frame {
        Frame(type: 3, stream: stream, payload: big(code))
    }

    static func windowUpdate(_ stream: Int32, _ count: UInt32) -> Frame {
        Frame(type: 8, stream: stream, payload: big(count))
    }

    static func ping(_ bytes: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8], acknowledge: Bool = false)
        -> Frame
    {
        Frame(type: 6, flags: acknowledge ? 1 : 0, payload: bytes)
    }

    static func priority(_ stream: Int32, on: UInt32) -> Frame {
        Frame(type: 2, stream: stream, payload: big(on) + [15])
    }
}

/// Byte strings that tests send.
enum Wire {
    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    /// The field section of GET / over http, with authority `a`.
    static let get: [UInt8] = [0x82, 0x84, 0x86, 0x41, 0x01, 0x61]
    static let post: [UInt8] = [0x83, 0x84, 0x86, 0x41, 0x01, 0x61]

    /// A literal field without indexing, no Huffman; lengths below 127 only.
    static func field(_ name: String, _ value: String) -> [UInt8] {
        [0x00, UInt8(name.utf8.count)] + Array(name.utf8) + [UInt8(value.utf8.count)]
            + Array(value.utf8)
    }

    static func opening(_ frames: Frame...) -> [UInt8] {
        preface + Frame.settings().bytes + frames.flatMap(\.bytes)
    }
}

/// A server session fed by hand.
struct ServerProbe: ~Copyable {
    var session: HTTP2Session
    var now = ContinuousClock.now
    var events: [HTTP2Event] = []

    init(limits: HTTP2Limits = HTTP2Limits()) throws {
        session = try HTTP2Session(role: .server, limits: limits)
    }

    /// Feeds bytes and returns the frames that come back.
    @discardableResult
    mutating func exchange(_ bytes: [UInt8]) -> [Frame] {
        events += session.receive(bytes, now: now)
        return drain()
    }

    @discardableResult
    mutating func exchange(_ frames: [Frame]) -> [Frame] {
        exchange(frames.flatMap(\.bytes))
    }

    mutating func drain() -> [Frame] {
        var out: [UInt8] = []
        while session.send({ out += $0.array }) > 0 {}
        events += session.takeEvents()
        return Frame.parse(out)
    }

    var failure: HTTP2Error? {
        for case .failed(let error) in events { return error }
        return nil
    }
}

extension HTTP2Session {
    mutating func receive(_ bytes: [UInt8], now: ContinuousClock.Instant) -> [HTTP2Event] {
        unsafe receive(bytes.span.bytes, now: now)
    }
}

extension RawSpan {
    var array: [UInt8] {
        unsafe withUnsafeBytes { unsafe [UInt8]($0) }
    }
}

extension [Frame] {
    /// The code of the GOAWAY among them.
    var goaway: HTTP2ErrorCode? {
        first { $0.type == 7 }.map {
            HTTP2ErrorCode(rawValue: Frame.number($0.payload[4..<8]))
        }
    }

    /// The code of the RST_STREAM for a stream among them.
    func reset(_ stream: Int32) -> HTTP2ErrorCode? {
        first { $0.type == 3 && $0.stream == stream }.map {
            HTTP2ErrorCode(rawValue: Frame.number($0.payload))
        }
    }
}

/// A client and a server session back to back in memory.
struct SessionPair: ~Copyable {
    var client: HTTP2Session
    var server: HTTP2Session
    var clientEvents: [HTTP2Event] = []
    var serverEvents: [HTTP2Event] = []
    var now = ContinuousClock.now
    /// How many bytes one call of `receive` gets.
    var cut: Int

    init(
        client: HTTP2Limits = HTTP2Limits(), server: HTTP2Limits = HTTP2Limits(),
        cut: Int = Int.max
    ) throws {
        let clientSession = try HTTP2Session(role: .client, limits: client)
        let serverSession = try HTTP2Session(role: .server, limits: server)
        self.client = clientSession
        self.server = serverSession
        self.cut = cut
        pump()
    }

    /// Passes bytes both ways until neither side has any.
    mutating func pump() {
        while step() {}
    }

    /// Passes on one `send` of each side; returns false if there was nothing.
    mutating func step() -> Bool {
        var toServer: [UInt8] = []
        var toClient: [UInt8] = []
        _ = client.send { toServer += $0.array }
        clientEvents += client.takeEvents()
        _ = server.send { toClient += $0.array }
        serverEvents += server.takeEvents()
        for part in toServer.cut(cut) {
            serverEvents += server.receive(part, now: now)
        }
        for part in toClient.cut(cut) {
            clientEvents += client.receive(part, now: now)
        }
        return !toServer.isEmpty || !toClient.isEmpty
    }

    mutating func takeServerEvents() -> [HTTP2Event] {
        defer { serverEvents = [] }
        return serverEvents
    }

    mutating func takeClientEvents() -> [HTTP2Event] {
        defer { clientEvents = [] }
        return clientEvents
    }
}

extension [UInt8] {
    func cut(_ size: Int) -> [[UInt8]] {
        guard size < count else { return isEmpty ? [] : [self] }
        return stride(from: 0, to: count, by: size).map {
            Array(self[$0..<Swift.min($0 + size, count)])
        }
    }
}

/// Requests and responses among events, by stream.
extension [HTTP2Event] {
    func body(_ stream: HTTP2StreamID) -> [UInt8] {
        var bytes: [UInt8] = []
        for case .data(stream, let part) in self { bytes += part }
        return bytes
    }

    func hasEnded(_ stream: HTTP2StreamID) -> Bool {
        contains {
            switch $0 {
            case .end(stream), .request(stream, _, end: true), .response(stream, _, end: true):
                true
            default: false
            }
        }
    }

    func closed(_ stream: HTTP2StreamID) -> HTTP2ErrorCode? {
        for case .closed(stream, let code, _) in self { return code }
        return nil
    }

    func status(_ stream: HTTP2StreamID) -> Int? {
        for case .response(stream, let head, _) in self where head.status >= 200 {
            return head.status
        }
        return nil
    }

    var requests: [(stream: HTTP2StreamID, head: HTTP2RequestHead)] {
        compactMap {
            if case .request(let stream, let head, _) = $0 { (stream, head) } else { nil }
        }
    }
}

extension HTTP2RequestHead {
    static func post(_ path: String = "/") -> HTTP2RequestHead {
        HTTP2RequestHead(method: "POST", authority: "a", path: path)
    }
    static func get(_ path: String = "/") -> HTTP2RequestHead {
        HTTP2RequestHead(method: "GET", authority: "a", path: path)
    }
}
