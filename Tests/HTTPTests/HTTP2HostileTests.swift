import HTTP
import TestSupport
import Testing

/// What a peer must not do, or not too often: cases of RFC 9113, without a socket.
@Suite struct HTTP2HostileTests {
    struct Violation: Sendable, CustomTestStringConvertible {
        let name: String
        let code: HTTP2ErrorCode
        let frames: [Frame]
        var testDescription: String { name }
    }

    static let connectionErrors: [Violation] = [
        Violation(
            name: "HEADERS on stream 0 (6.2)", code: .protocolError, frames: [.headers(0)]),
        Violation(
            name: "HEADERS on an even stream (5.1.1)", code: .protocolError, frames: [.headers(2)]),
        Violation(
            name: "DATA on stream 0 (6.1)", code: .protocolError, frames: [.data(0, [1])]),
        Violation(
            name: "DATA on an idle stream (5.1)", code: .protocolError, frames: [.data(1, [1])]),
        Violation(
            name: "RST_STREAM on an idle stream (6.4)", code: .protocolError, frames: [.reset(1)]),
        Violation(
            name: "RST_STREAM on stream 0 (6.4)", code: .protocolError, frames: [.reset(0)]),
        Violation(
            name: "WINDOW_UPDATE on an idle stream (5.1)", code: .protocolError,
            frames: [.windowUpdate(1, 1)]),
        Violation(
            name: "WINDOW_UPDATE of 0 on the connection (6.9)", code: .protocolError,
            frames: [.windowUpdate(0, 0)]),
        Violation(
            name: "connection window over 2^31-1 (6.9.1)", code: .flowControlError,
            frames: [.windowUpdate(0, 0x7fff_ffff)]),
        Violation(
            name: "a smaller stream id, never used (5.1.1)", code: .protocolError,
            frames: [.headers(5), .headers(3)]),
        Violation(
            name: "DATA on a stream passed over (5.1.1)", code: .protocolError,
            frames: [.headers(5), .data(3, [1])]),
        Violation(
            name: "DATA after END_STREAM (5.1)", code: .streamClosed,
            frames: [.headers(1), .data(1, [1])]),
        Violation(
            name: "HEADERS after END_STREAM (5.1)", code: .streamClosed,
            frames: [.headers(1), .headers(1)]),
        Violation(
            name: "HEADERS after RST_STREAM (5.1)", code: .streamClosed,
            frames: [.headers(1, end: false), .reset(1), .headers(1)]),
        Violation(
            name: "DATA after RST_STREAM (5.1)", code: .streamClosed,
            frames: [.headers(1, end: false), .reset(1), .data(1, [1])]),
        Violation(
            name: "PRIORITY on stream 0 (6.3)", code: .protocolError, frames: [.priority(0, on: 1)]),
        Violation(
            name: "PRIORITY that depends on itself (RFC 7540 5.3.1)", code: .protocolError,
            frames: [.priority(3, on: 3)]),
        Violation(
            name: "CONTINUATION without HEADERS (6.10)", code: .protocolError,
            frames: [Frame(type: 9, flags: 4, stream: 1, payload: Wire.get)]),
        Violation(
            name: "another frame inside a field section (6.10)", code: .protocolError,
            frames: [.headers(1, endHeaders: false), .ping()]),
        Violation(
            name: "a frame over SETTINGS_MAX_FRAME_SIZE (4.2)", code: .frameSizeError,
            frames: [
                .headers(1, end: false), .data(1, [UInt8](repeating: 0, count: 16385)),
            ]),
        Violation(
            name: "PING of 7 bytes (6.7)", code: .frameSizeError,
            frames: [.ping([1, 2, 3, 4, 5, 6, 7])]),
        Violation(
            name: "PING on a stream (6.7)", code: .protocolError,
            frames: [Frame(type: 6, stream: 1, payload: [UInt8](repeating: 0, count: 8))]),
        Violation(
            name: "SETTINGS on a stream (6.5)", code: .protocolError,
            frames: [Frame(type: 4, stream: 1)]),
        Violation(
            name: "SETTINGS of 5 bytes (6.5)", code: .frameSizeError,
            frames: [Frame(type: 4, payload: [0, 1, 0, 0, 0])]),
        Violation(
            name: "SETTINGS acknowledgement with a payload (6.5)", code: .frameSizeError,
            frames: [Frame(type: 4, flags: 1, payload: [0, 1, 0, 0, 0, 0])]),
        Violation(
            name: "SETTINGS_ENABLE_PUSH of 2 (6.5.2)", code: .protocolError,
            frames: [.settings([(2, 2)])]),
        Violation(
            name: "initial window over 2^31-1 (6.5.2)", code: .flowControlError,
            frames: [.settings([(4, 0x8000_0000)])]),
        Violation(
            name: "frame size of 16383 (6.5.2)", code: .protocolError,
            frames: [.settings([(5, 16383)])]),
        Violation(
            name: "GOAWAY on a stream (6.8)", code: .protocolError,
            frames: [Frame(type: 7, stream: 1, payload: [UInt8](repeating: 0, count: 8))]),
        Violation(
            name: "PUSH_PROMISE from a client (8.4)", code: .protocolError,
            frames: [
                .headers(1, end: false),
                Frame(type: 5, flags: 4, stream: 1, payload: [0, 0, 0, 2] + Wire.get),
            ]),
        Violation(
            name: "padding longer than DATA (6.1)", code: .protocolError,
            frames: [
                .headers(1, end: false), Frame(type: 0, flags: 8, stream: 1, payload: [9, 1, 2]),
            ]),
        Violation(
            name: "a bad HPACK index (RFC 7541 2.3.3)", code: .compressionError,
            frames: [.headers(1, [0xff, 0xff, 0xff, 0x7f])]),
        Violation(
            name: "more CONTINUATION frames than continuationsMax", code: .enhanceYourCalm,
            frames: [.headers(1, Wire.get, endHeaders: false)]
                + [Frame](repeating: Frame(type: 9, stream: 1, payload: [0x82]), count: 20)),
        Violation(
            name: "SETTINGS with 33 entries", code: .enhanceYourCalm,
            frames: [.settings([(UInt16, UInt32)](repeating: (0x99, 1), count: 33))]),
    ]

    @Test(
        "a violation of the connection's rules ends it with the code", arguments: connectionErrors)
    func connectionError(violation: Violation) throws {
        for cut in [1, Int.max] {
            var probe = try ServerProbe()
            probe.exchange(Wire.opening())
            var frames: [Frame] = []
            for part in violation.frames.flatMap(\.bytes).cut(cut) {
                frames += probe.exchange(part)
            }
            #expect(frames.goaway == violation.code)
            #expect(probe.failure?.code == violation.code)
            #expect(probe.session.isFinished == true)
            #expect(probe.exchange(Frame.ping().bytes).isEmpty)
        }
    }

    @Test(
        "a malformed request is reset and the connection goes on",
        arguments: [
            ("upper case name", Wire.get + Wire.field("X-a", "b")),
            ("invalid character in a name", Wire.get + Wire.field("x a", "b")),
            ("line break in a value", Wire.get + Wire.field("x", "a\r\nb")),
            ("connection field", Wire.get + Wire.field("connection", "close")),
            ("transfer-encoding", Wire.get + Wire.field("transfer-encoding", "chunked")),
            ("te other than trailers", Wire.get + Wire.field("te", "gzip")),
            ("no :path", [0x82, 0x86, 0x41, 0x01, 0x61]),
            ("no :method", [0x84, 0x86, 0x41, 0x01, 0x61]),
            ("no :scheme", [0x82, 0x84, 0x41, 0x01, 0x61]),
            ("two :method", [0x82, 0x82, 0x84, 0x86]),
            ("empty :path", [0x82, 0x86] + Wire.field(":path", "")),
            ("a pseudo-field after a field", [0x82, 0x84] + Wire.field("x", "y") + [0x86]),
            ("an unknown pseudo-field", Wire.get + Wire.field(":test", "y")),
            ("a response's pseudo-field", Wire.get + Wire.field(":status", "200")),
            ("a value that is not UTF-8", Wire.get + [0x00, 0x01, 0x78, 0x01, 0xff]),
            ("a path that is not UTF-8", [0x82, 0x86, 0x41, 0x01, 0x61, 0x04, 0x02, 0x2f, 0x9b]),
            ("a content-length that is no number", Wire.get + Wire.field("content-length", "1a")),
        ])
    func malformedRequest(name: String, block: [UInt8]) throws {
        var probe = try ServerProbe()
        let frames = probe.exchange(Wire.opening(.headers(1, block), .headers(3)))
        #expect(frames.reset(1) == .protocolError, "\(name)")
        #expect(frames.goaway == nil)
        #expect(probe.events.requests.map(\.stream.rawValue) == [3])
        #expect(probe.events.closed(HTTP2StreamID(rawValue: 1)) == .protocolError)
    }

    @Test(
        "a body that differs from content-length is reset",
        arguments: [
            [Frame.data(1, [1, 2, 3], end: true)],
            [Frame.data(1, [1], end: true)],
            [Frame.data(1, [1]), Frame.data(1, [2, 3, 4])],
        ])
    func contentLength(body: [Frame]) throws {
        var probe = try ServerProbe()
        let block = Wire.post + Wire.field("content-length", "2")
        let frames = probe.exchange(
            Wire.opening(.headers(1, block, end: false)) + body.flatMap(\.bytes))
        #expect(frames.reset(1) == .protocolError)
        #expect(!probe.events.hasEnded(HTTP2StreamID(rawValue: 1)))
    }

    @Test(
        "a stream error is answered on the stream",
        arguments: [
            (HTTP2ErrorCode.flowControlError, Frame.windowUpdate(1, 0x7fff_ffff)),
            (HTTP2ErrorCode.protocolError, Frame.headers(1, Wire.field("x", "y"), end: false)),
        ])
    func streamError(code: HTTP2ErrorCode, frame: Frame) throws {
        var probe = try ServerProbe()
        let frames = probe.exchange(Wire.opening(.headers(1, Wire.post, end: false), frame))
        #expect(frames.reset(1) == code)
        #expect(frames.goaway == nil)
    }

    @Test(
        "a bad preface ends the connection",
        arguments: [
            "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n",
        ])
    func badPreface(text: String) throws {
        var probe = try ServerProbe()
        #expect(probe.exchange(Array(text.utf8)).goaway == .protocolError)
        #expect(probe.session.isFinished == true)
    }

    @Test("the preface must be followed by SETTINGS")
    func prefaceWithoutSettings() throws {
        var probe = try ServerProbe()
        #expect(probe.exchange(Wire.preface + Frame.ping().bytes).goaway == .protocolError)
        #expect(probe.session.isEstablished == false)
    }

    @Test(
        "a field section over the limits is refused, its body dropped, and the connection goes on",
        arguments: [
            (0..<10).flatMap { Wire.field("x-\($0)", String(repeating: "a", count: 100)) },
            // A field that is put into the table once and then takes one byte each time.
            [0x40, 0x01, 0x61, 0x64] + [UInt8](repeating: 0x62, count: 100)
                + [UInt8](repeating: 0xbe, count: 12),
        ])
    func headerListLimit(fields: [UInt8]) throws {
        var limits = HTTP2Limits()
        limits.headerListBytesMax = 1000
        var probe = try ServerProbe(limits: limits)
        var frames = probe.exchange(
            Wire.opening(.headers(1, Wire.post + fields, end: false), .headers(3)))
        #expect(probe.events.refused == [1])
        probe.session.respond(HTTP2StreamID(rawValue: 1), status: 431, headers: [:], end: true)
        frames += probe.drain()
        frames += probe.exchange([.data(1, [1, 2, 3], end: true)])
        #expect(frames.reset(1) == nil && frames.goaway == nil)
        #expect(probe.events.closed(HTTP2StreamID(rawValue: 1)) == .noError)
        #expect(probe.events.body(HTTP2StreamID(rawValue: 1)).isEmpty)
        #expect(probe.events.requests.map(\.stream.rawValue) == [3])
    }

    @Test("trailers over the limits are refused, and the request does not end")
    func trailerLimit() throws {
        var limits = HTTP2Limits()
        limits.headerListBytesMax = 300
        var pair = try SessionPair(server: limits)
        let stream = try pair.client.request(.post(), end: false)
        pair.client.finish(stream, trailers: ["x": String(repeating: "a", count: 300)])
        pair.pump()
        #expect(pair.serverEvents.refused == [stream.rawValue])
        #expect(!pair.serverEvents.hasEnded(stream))
        pair.server.respond(stream, status: 431, headers: [:], end: true)
        pair.pump()
        #expect(pair.clientEvents.status(stream) == 431)
        #expect(pair.clientEvents.closed(stream) == .noError)
    }

    /// Each table reference is one byte on the wire and 4 KiB in the list.
    @Test(
        "decoding ends soon after the limit, and the connection with it",
        arguments: [(4000, 40), (1, 3000)])
    func fieldBomb(valueBytes: Int, referencesMax: Int) throws {
        var probe = try ServerProbe()
        probe.exchange(Wire.opening())
        var length = [UInt8(0x7f)]
        var rest = valueBytes - 127
        if rest < 0 { length = [UInt8(valueBytes)] }
        while rest >= 0 {
            length.append(UInt8(rest & 0x7f) | (rest > 127 ? 0x80 : 0))
            rest = rest > 127 ? rest >> 7 : -1
        }
        let entry =
            [0x40, 0x01, 0x61] + length + [UInt8](repeating: UInt8(ascii: "b"), count: valueBytes)
        var frames = probe.exchange([
            .headers(1, Wire.post + entry, end: false, endHeaders: false)
        ])
        var references = 0
        while frames.goaway == nil, references < 20_000 {
            let part = Frame(type: 9, stream: 1, payload: [UInt8](repeating: 0xbe, count: 16_384))
            for byte in part.bytes where frames.goaway == nil {
                frames += probe.exchange([byte])
                references += 1
            }
        }
        #expect(frames.goaway == .enhanceYourCalm)
        #expect(references <= referencesMax)
        #expect(probe.failure?.code == .enhanceYourCalm)
        #expect(probe.events.requests.isEmpty)
    }

    @Test("a field section too long on the wire ends the connection, whoever it is for")
    func fieldBlockBytes() throws {
        var limits = HTTP2Limits()
        limits.headerListBytesMax = 8192
        limits.streamsMax = 1
        var probe = try ServerProbe(limits: limits)
        // Stream 3 is one too many, so its fields are decoded only for the table.
        probe.exchange(Wire.opening(.headers(1), .headers(3, endHeaders: false)))
        let part = Frame(type: 9, stream: 3, payload: [UInt8](repeating: 0x82, count: 16384))
        #expect(probe.exchange([part, part, part, part]).goaway == nil)
        #expect(probe.exchange([part]).goaway == .enhanceYourCalm)
    }

    static let floods: [Violation] = [
        Violation(name: "PING", code: .enhanceYourCalm, frames: [.ping()]),
        Violation(name: "SETTINGS", code: .enhanceYourCalm, frames: [.settings()]),
        Violation(name: "PRIORITY", code: .enhanceYourCalm, frames: [.priority(1, on: 0)]),
        Violation(name: "WINDOW_UPDATE", code: .enhanceYourCalm, frames: [.windowUpdate(0, 1)]),
        Violation(name: "empty DATA", code: .enhanceYourCalm, frames: [.data(1, [])]),
        Violation(
            name: "DATA of padding", code: .enhanceYourCalm,
            frames: [Frame(type: 0, flags: 8, stream: 1, payload: [2, 0, 0])]),
        Violation(
            name: "unknown frames", code: .enhanceYourCalm, frames: [Frame(type: 0xbe, stream: 1)]),
        Violation(name: "RST_STREAM", code: .enhanceYourCalm, frames: [.reset(1)]),
    ]

    @Test("a flood of frames that serve nobody ends the connection", arguments: floods)
    func flood(violation: Violation) throws {
        var limits = HTTP2Limits()
        limits.controlFramesBurst = 50
        limits.resetsBurst = 50
        var probe = try ServerProbe(limits: limits)
        var frames = probe.exchange(Wire.opening(.headers(1, Wire.post, end: false)))
        var sent = 0
        while frames.goaway == nil, sent < 100 {
            frames += probe.exchange(violation.frames)
            sent += 1
        }
        #expect(frames.goaway == .enhanceYourCalm)
        #expect(sent > 40)
    }

    @Test("the same frames spread over time are welcome")
    func slowControlFrames() throws {
        var limits = HTTP2Limits()
        limits.controlFramesBurst = 10
        limits.controlFramesPerSecond = 10
        var probe = try ServerProbe(limits: limits)
        probe.exchange(Wire.opening())
        for _ in 0..<200 {
            probe.now = probe.now.advanced(by: .milliseconds(110))
            #expect(probe.exchange([.ping()]).map(\.type) == [6])
        }
        #expect(probe.failure == nil)
    }

    @Test("window updates that our own DATA calls for cost nothing")
    func windowUpdatesForData() throws {
        var limits = HTTP2Limits()
        limits.controlFramesBurst = 20
        var probe = try ServerProbe(limits: limits)
        probe.exchange(Wire.opening(.headers(1)))
        let stream = HTTP2StreamID(rawValue: 1)
        probe.session.respond(stream, status: 200, headers: [:], end: false)
        for _ in 0..<500 {
            probe.session.write(stream, [1, 2, 3])
            #expect(probe.drain().contains { $0.type == 0 })
            probe.exchange([.windowUpdate(0, 3), .windowUpdate(1, 3), .ping()])
        }
        #expect(probe.failure == nil)
    }

    @Test("rapid reset ends the connection")
    func rapidReset() throws {
        var limits = HTTP2Limits()
        limits.resetsBurst = 100
        var probe = try ServerProbe(limits: limits)
        probe.exchange(Wire.opening())
        var frames: [Frame] = []
        for index in 0..<150 {
            let id = Int32(index * 2 + 1)
            frames += probe.exchange([.headers(id), .reset(id)])
        }
        #expect(frames.goaway == .enhanceYourCalm)
        #expect(probe.events.requests.count == 100 || probe.events.requests.count == 101)
    }

    @Test("resets that the peer provokes from us end the connection")
    func provokedResets() throws {
        var limits = HTTP2Limits()
        limits.resetsBurst = 100
        var probe = try ServerProbe(limits: limits)
        probe.exchange(Wire.opening())
        var frames: [Frame] = []
        for index in 0..<150 where frames.goaway == nil {
            let id = Int32(index * 2 + 1)
            frames += probe.exchange([.headers(id), .windowUpdate(id, 0x7fff_ffff)])
        }
        #expect(frames.goaway == .enhanceYourCalm)
        #expect(probe.events.requests.count == 101)
    }

    @Test("a peer that asks and never reads is cut off")
    func neverReads() throws {
        var limits = HTTP2Limits()
        limits.controlFramesBurst = 100_000
        limits.outboundAcknowledgementsMax = 50
        var probe = try ServerProbe(limits: limits)
        let pings = [Frame](repeating: .ping(), count: 60).flatMap(\.bytes)
        probe.events += probe.session.receive((Wire.opening() + pings), now: probe.now)
        #expect(probe.failure?.code == .enhanceYourCalm)
        #expect(probe.drain().goaway == .enhanceYourCalm)

        limits.outboundAcknowledgementsMax = 5000
        limits.outboundFramesMax = 100
        var second = try ServerProbe(limits: limits)
        let more = [Frame](repeating: .ping(), count: 200).flatMap(\.bytes)
        second.events += second.session.receive(
            (Wire.opening() + more), now: second.now)
        #expect(second.failure?.code == .enhanceYourCalm)
        #expect(second.drain().goaway == .enhanceYourCalm)
    }

    @Test("streams over the limit are refused, then are an error once the limit is acknowledged")
    func tooManyStreams() throws {
        var limits = HTTP2Limits()
        limits.streamsMax = 2
        var probe = try ServerProbe(limits: limits)
        var frames = probe.exchange(Wire.opening(.headers(1), .headers(3), .headers(5)))
        #expect(frames.reset(5) == .refusedStream)
        frames = probe.exchange([Frame(type: 4, flags: 1), .headers(7)])
        #expect(frames.goaway == .protocolError)
    }

    @Test("no random bytes crash a session", arguments: 0..<64)
    func randomBytes(seed: UInt64) throws {
        var generator = SplitMix(seed: seed)
        for role in [HTTP2Role.server, .client] {
            var session = try HTTP2Session(role: role)
            if role == .client { _ = try session.request(.post(), end: false) }
            if seed & 1 == 0, role == .server {
                _ = session.receive(Wire.opening(), now: .now)
            }
            for _ in 0..<20 where !session.isFinished {
                let count = Int.random(in: 0...300, using: &generator)
                let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
                _ = session.receive(bytes, now: .now)
                _ = session.send { _ in }
                _ = session.takeEvents()
            }
        }
    }

    /// Valid traffic with a few bytes changed, cut anywhere, answered as it comes.
    @Test("no mutation of valid traffic crashes a session or leaves it stuck", arguments: 0..<400)
    func mutations(seed: UInt64) throws {
        var generator = SplitMix(seed: seed)
        var wire = Wire.opening(
            .headers(1), .headers(3, Wire.post, end: false), .data(3, [1, 2, 3]),
            .priority(5, on: 3), .ping(), .headers(5, Wire.post, end: false, endHeaders: false),
            Frame(type: 9, flags: 4, stream: 5, payload: Wire.field("x", "y")),
            .windowUpdate(0, 1000), .windowUpdate(1, 1000), .reset(5),
            Frame(type: 0x10, payload: Frame.big(3) + Array("u=1".utf8)),
            .settings([(4, 100), (1, 0), (5, 20000)]), .data(3, [4], end: true), .headers(7),
            Frame(type: 7, payload: [UInt8](repeating: 0, count: 8)))
        for _ in 0..<Int.random(in: 1...6, using: &generator) {
            let index = Int.random(in: 24..<wire.count, using: &generator)
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: wire[index] = UInt8.random(in: 0...255, using: &generator)
            case 1: wire[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 2: wire.remove(at: index)
            default: wire.insert(UInt8.random(in: 0...255, using: &generator), at: index)
            }
        }
        var session = try HTTP2Session(role: .server)
        for part in wire.cut(Int.random(in: 1...200, using: &generator)) {
            for event in session.receive(part, now: .now) {
                guard case .request(let stream, _, _) = event else { continue }
                session.respond(stream, status: 200, headers: ["x-a": "b"], end: false)
                session.write(stream, [UInt8](repeating: 1, count: 500))
                session.finish(stream, trailers: seed & 1 == 0 ? ["t": "1"] : nil)
            }
            _ = session.send { _ in }
            _ = session.takeEvents()
        }
        session.terminate(.noError)
        while session.send({ _ in }) > 0 {}
        #expect(session.isFinished == true)
    }
}

extension [HTTP2Event] {
    /// The streams whose field sections were refused.
    var refused: [Int32] {
        compactMap { if case .headersRefused(let stream, _) = $0 { stream.rawValue } else { nil } }
    }
}

extension [UInt8] {
    func contains(_ part: [UInt8]) -> Bool {
        guard count >= part.count else { return false }
        return (0...(count - part.count)).contains { Array(self[$0..<$0 + part.count]) == part }
    }
}
