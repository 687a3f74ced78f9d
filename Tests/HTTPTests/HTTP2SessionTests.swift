import HTTP
import TestSupport
import Testing

/// Two sessions back to back, without a socket.
@Suite struct HTTP2SessionTests {
    @Test(
        "a request and its answer pass whole, however the bytes are cut",
        arguments: [1, 7, Int.max])
    func roundTrip(cut: Int) throws {
        var pair = try SessionPair(cut: cut)
        var head = HTTP2RequestHead.post("/v1/completions?x=1")
        head.headers.append("Content-Type", "application/json")
        head.headers.append("connection", "keep-alive")
        let stream = try pair.client.request(head, end: false)
        pair.client.write(stream, Array("hello".utf8))
        pair.client.write(stream, Array(" world".utf8))
        pair.client.finish(stream, trailers: ["x-sum": "11"])
        pair.pump()
        let events = pair.takeServerEvents()
        let request = try #require(events.requests.first)
        #expect(request.head.method == "POST")
        #expect(request.head.path == "/v1/completions?x=1")
        #expect(request.head.authority == "a")
        #expect(request.head.headers.first("content-type") == "application/json")
        #expect(request.head.headers.first("connection") == nil)
        #expect(events.body(stream) == Array("hello world".utf8))
        #expect(events.hasEnded(stream))
        var trailers: HTTPHeaders?
        for case .trailers(stream, let fields) in events { trailers = fields }
        #expect(trailers?.first("x-sum") == "11")

        pair.server.inform(stream, status: 103, headers: ["link": "</a>"])
        pair.server.respond(stream, status: 200, headers: ["x-a": "b"], end: false)
        pair.pump()
        pair.server.write(stream, Array("one".utf8))
        pair.pump()
        pair.server.write(stream, Array("two".utf8))
        pair.server.finish(stream, trailers: ["grpc-status": "0"])
        pair.pump()
        let answers = pair.takeClientEvents()
        var statuses: [Int] = []
        for case .response(stream, let head, _) in answers { statuses.append(head.status) }
        #expect(statuses == [103, 200])
        #expect(answers.body(stream) == Array("onetwo".utf8))
        #expect(answers.hasEnded(stream))
        #expect(answers.closed(stream) == .noError)
        #expect(pair.server.openStreams == 0 && pair.client.openStreams == 0)
    }

    @Test("a hundred interleaved streams keep their bytes apart, in order", arguments: 0..<8)
    func interleaved(seed: UInt64) throws {
        var generator = SplitMix(seed: seed)
        var pair = try SessionPair(cut: Int.random(in: 1...5000, using: &generator))
        var streams: [HTTP2StreamID] = []
        for index in 0..<100 {
            let stream = try pair.client.request(.post("/\(index)"), end: false)
            streams.append(stream)
        }
        var wanted: [HTTP2StreamID: [UInt8]] = [:]
        for _ in 0..<500 {
            let stream = streams[Int.random(in: 0..<100, using: &generator)]
            let count = Int.random(in: 1...400, using: &generator)
            let part = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            wanted[stream, default: []] += part
            pair.client.write(stream, part)
            if Int.random(in: 0..<4, using: &generator) == 0 { _ = pair.step() }
        }
        for stream in streams { pair.client.finish(stream) }
        pair.pump()
        let events = pair.takeServerEvents()
        #expect(events.requests.count == 100)
        for (stream, head) in events.requests {
            #expect(events.body(stream) == wanted[stream] ?? [], "\(head.path)")
            pair.server.consume(stream, events.body(stream).count)
            pair.server.respond(stream, status: 200, headers: [:], end: false)
            pair.server.write(stream, wanted[stream] ?? [])
            pair.server.finish(stream)
        }
        pair.pump()
        let answers = pair.takeClientEvents()
        for stream in streams {
            #expect(answers.body(stream) == wanted[stream] ?? [])
            #expect(answers.closed(stream) == .noError)
        }
    }

    @Test("a sender stops at the window and goes on as bytes are consumed, both ways")
    func flowControl() throws {
        var tiny = HTTP2Limits()
        tiny.streamWindowBytes = 10
        tiny.connectionWindowBytes = 65535
        var pair = try SessionPair(client: tiny, server: tiny)
        let stream = try pair.client.request(.post(), end: false)
        let body = (0..<1000).map { UInt8($0 & 0xff) }
        pair.client.write(stream, body)
        pair.client.finish(stream)
        pair.pump()
        #expect(pair.serverEvents.body(stream).count == 10)
        #expect(pair.client.bufferedBytes(stream) == 990)
        while pair.client.bufferedBytes(stream) > 0 {
            let before = pair.client.bufferedBytes(stream)
            pair.server.consume(stream, 10)
            pair.pump()
            #expect(pair.client.bufferedBytes(stream) == before - 10)
        }
        #expect(pair.serverEvents.body(stream) == body)

        pair.server.respond(stream, status: 200, headers: [:], end: false)
        pair.server.write(stream, body)
        pair.server.finish(stream)
        pair.pump()
        #expect(pair.clientEvents.body(stream).count == 10)
        var consumed = 0
        while consumed < 1000 {
            pair.client.consume(stream, 10)
            consumed += 10
            pair.pump()
        }
        #expect(pair.clientEvents.body(stream) == body)
        #expect(pair.clientEvents.hasEnded(stream))
    }

    @Test("unread bytes of streams that were reset are given back to the connection's window")
    func unreadBytesReturn() throws {
        var limits = HTTP2Limits()
        limits.connectionWindowBytes = 65535
        limits.streamWindowBytes = 65535
        var pair = try SessionPair(server: limits)
        for _ in 0..<20 {
            let stream = try pair.client.request(.post(), end: false)
            pair.client.write(stream, [UInt8](repeating: 1, count: 50_000))
            pair.pump()
            #expect(pair.takeServerEvents().body(stream).count == 50_000)
            pair.server.reset(stream, .cancel)
            pair.pump()
        }
    }

    @Test("a reset in the middle drops what waits and spares the other streams")
    func resetMidStream() throws {
        var limits = HTTP2Limits()
        limits.streamWindowBytes = 100
        var pair = try SessionPair(client: limits)
        let first = try pair.client.request(.get("/1"), end: true)
        let second = try pair.client.request(.get("/2"), end: true)
        pair.pump()
        for stream in [first, second] {
            pair.server.respond(stream, status: 200, headers: [:], end: false)
            pair.server.write(stream, [UInt8](repeating: 7, count: 1000))
        }
        pair.pump()
        pair.client.reset(first, .cancel)
        pair.pump()
        var byPeer = false
        for case .closed(first, .cancel, let peer) in pair.takeServerEvents() { byPeer = peer }
        #expect(byPeer)
        #expect(pair.server.bufferedBytes(first) == 0)
        pair.server.write(first, [1])
        pair.server.finish(first)
        pair.server.finish(second)
        for _ in 0..<10 {
            pair.client.consume(second, 100)
            pair.pump()
        }
        #expect(pair.clientEvents.body(second).count == 1000)
        #expect(pair.clientEvents.closed(second) == .noError)
        #expect(pair.server.openStreams == 0)
    }

    @Test("after an early answer the rest of the upload is dropped, up to a limit")
    func earlyAnswer() throws {
        var limits = HTTP2Limits()
        limits.streamWindowBytes = 100
        limits.discardedBytesMax = 10_000
        for (count, isReset) in [(5_000, false), (20_000, true)] {
            var pair = try SessionPair(server: limits)
            let stream = try pair.client.request(.post(), end: false)
            pair.client.write(stream, [UInt8](repeating: 1, count: count))
            pair.client.finish(stream)
            pair.pump()
            #expect(pair.serverEvents.body(stream).count == 100)
            pair.server.respond(stream, status: 413, headers: [:], end: true)
            pair.pump()
            #expect(pair.serverEvents.body(stream).count == 100)
            #expect(pair.clientEvents.status(stream) == 413)
            #expect(pair.clientEvents.closed(stream) == .noError)
            #expect(pair.client.bufferedBytes(stream) == 0)
            #expect(pair.server.openStreams == 0)
            var byPeer = false
            for case .closed(stream, _, let peer) in pair.clientEvents { byPeer = peer }
            #expect(byPeer == isReset)
        }
    }

    @Test("the writer is told when a buffer that passed the high-water mark has drained")
    func drained() throws {
        var limits = HTTP2Limits()
        limits.streamHighWaterBytes = 1000
        var pair = try SessionPair(server: limits)
        let stream = try pair.client.request(.get(), end: true)
        pair.pump()
        pair.server.respond(stream, status: 200, headers: [:], end: false)
        func drains(_ events: [HTTP2Event]) -> Int {
            events.count { if case .drained = $0 { true } else { false } }
        }
        pair.server.write(stream, [UInt8](repeating: 0, count: 900))
        pair.pump()
        #expect(drains(pair.takeServerEvents()) == 0)
        pair.server.write(stream, [UInt8](repeating: 0, count: 5000))
        #expect(pair.server.bufferedBytes(stream) == 5000)
        pair.pump()
        #expect(drains(pair.takeServerEvents()) == 1)
        #expect(pair.server.bufferedBytes(stream) == 0)
    }

    @Test("drain lets requests on their way in, then refuses new ones, then is finished")
    func drain() throws {
        var pair = try SessionPair()
        let first = try pair.client.request(.get("/1"), end: true)
        pair.pump()
        pair.server.beginDrain()
        // It is on its way while the server announces the end, so it must still be served.
        let second = try pair.client.request(.get("/2"), end: true)
        var toServer: [UInt8] = []
        _ = pair.client.send { toServer += $0.array }
        pair.serverEvents += pair.server.receive(toServer, now: pair.now)
        pair.pump()
        #expect(pair.serverEvents.requests.map(\.stream) == [first, second])
        var lasts: [Int32] = []
        for case .goaway(let last, .noError) in pair.clientEvents { lasts.append(last.rawValue) }
        #expect(lasts == [Int32.max, second.rawValue])
        #expect(pair.server.isDraining == true)
        #expect(pair.server.isFinished == false)
        for stream in [first, second] {
            pair.server.respond(stream, status: 200, headers: [:], end: true)
        }
        pair.pump()
        #expect(pair.clientEvents.status(first) == 200)
        #expect(pair.clientEvents.status(second) == 200)
        #expect(pair.server.isFinished == true)
        #expect(pair.client.isFinished == true)
    }

    @Test("a drain's notice goes out before its PING, which asks whether the notice was read")
    func drainOrder() throws {
        var probe = try ServerProbe()
        probe.exchange(Wire.opening(.headers(1)))
        probe.session.beginDrain()
        let notice = probe.drain()
        #expect(notice.map(\.type) == [7, 6])
        #expect(notice[0].payload == Frame.big(0x7fff_ffff) + Frame.big(0))
        // Requests that the client sent before it read the notice are accepted.
        #expect(probe.exchange([.headers(3)]).isEmpty)
        let last = probe.exchange([.ping(notice[1].payload, acknowledge: true)])
        #expect(last.map(\.payload) == [Frame.big(3) + Frame.big(0)])
        #expect(probe.exchange([.headers(5)]).isEmpty)
        #expect(probe.events.requests.map(\.stream.rawValue) == [1, 3])
    }

    @Test("a drain does not wait for a request whose head has not all come")
    func drainHalfHead() throws {
        var probe = try ServerProbe()
        probe.exchange(Wire.opening(.headers(1)))
        let stream = HTTP2StreamID(rawValue: 1)
        probe.session.respond(stream, status: 200, headers: [:], end: true)
        probe.exchange([.headers(3, endHeaders: false)])
        probe.session.beginDrain()
        _ = probe.drain()
        #expect(probe.session.isFinished == false)
        probe.session.finishDrain()
        let last = probe.drain()
        #expect(last.map(\.payload) == [Frame.big(1) + Frame.big(0)])
        #expect(probe.session.isFinished == true)
        #expect(probe.session.openStreams == 0)
    }

    @Test("a client that is leaving itself is told the last stream at once")
    func drainBoth() throws {
        let leave = Frame(type: 7, payload: Frame.big(0) + Frame.big(0))
        for isFirst in [true, false] {
            var probe = try ServerProbe()
            probe.exchange(Wire.opening(.headers(1)))
            if isFirst { probe.exchange([leave]) }
            probe.session.beginDrain()
            var frames = probe.drain()
            if !isFirst { frames += probe.exchange([leave]) }
            #expect(frames.last?.payload == Frame.big(1) + Frame.big(0))
        }
    }

    @Test("the field section is told as long as a byte of it is missing")
    func fieldSection() throws {
        var probe = try ServerProbe()
        probe.exchange(Wire.opening())
        #expect(probe.session.fieldSection == nil)
        let bytes = Frame.headers(1).bytes
        for byte in bytes.dropLast() { probe.exchange([byte]) }
        #expect(probe.session.fieldSection == 1)
        probe.exchange([bytes[bytes.count - 1]])
        #expect(probe.session.fieldSection == nil)
        probe.exchange(Frame.headers(3, endHeaders: false).bytes)
        #expect(probe.session.fieldSection == 2)
        // The end of one section and the beginning of the next.
        probe.exchange(
            Frame(type: 9, flags: 4, stream: 3).bytes + Frame.headers(5).bytes.prefix(10))
        #expect(probe.session.fieldSection == 3)
    }

    /// RFC 9113 §6.9.2: a smaller initial window may leave a stream's window below zero.
    @Test("a stream pays the debt that smaller settings left it with before it sends again")
    func windowDebt() throws {
        var probe = try ServerProbe()
        probe.exchange(Wire.opening(.settings([(4, 1000)]), .headers(1)))
        let stream = HTTP2StreamID(rawValue: 1)
        func sent(_ frames: [Frame]) -> Int {
            frames.filter { $0.type == 0 }.reduce(0) { $0 + $1.payload.count }
        }
        probe.session.respond(stream, status: 200, headers: [:], end: false)
        probe.session.write(stream, [UInt8](repeating: 1, count: 5000))
        #expect(sent(probe.drain()) == 1000)
        // The window is now 0, and then -900.
        #expect(sent(probe.exchange([.settings([(4, 100)])])) == 0)
        let before = probe.session.progress(stream)
        #expect(sent(probe.exchange([.windowUpdate(1, 400)])) == 0)
        #expect(probe.session.progress(stream) == before + 400)
        probe.session.write(stream, [1])
        #expect(sent(probe.drain()) == 0)
        #expect(sent(probe.exchange([.windowUpdate(1, 500)])) == 0)
        #expect(sent(probe.exchange([.windowUpdate(1, 7)])) == 7)
        // From 0 to -100 and up again, by settings alone.
        #expect(sent(probe.exchange([.settings([(4, 0)])])) == 0)
        #expect(sent(probe.exchange([.settings([(4, 250)])])) == 150)
        // A stream that opens now begins with the current window.
        probe.exchange([.headers(3)])
        let other = HTTP2StreamID(rawValue: 3)
        probe.session.respond(other, status: 200, headers: [:], end: false)
        probe.session.write(other, [UInt8](repeating: 1, count: 5000))
        #expect(sent(probe.drain()) == 250)
    }

    @Test("a request beyond the peer's stream limit waits and goes when one ends")
    func streamsMax() throws {
        var limits = HTTP2Limits()
        limits.streamsMax = 2
        var pair = try SessionPair(server: limits)
        #expect(pair.client.peerStreamsMax == 2)
        let streams = try (0..<3).map { try pair.client.request(.get("/\($0)"), end: true) }
        pair.pump()
        #expect(pair.serverEvents.requests.count == 2)
        pair.server.respond(streams[0], status: 200, headers: [:], end: true)
        pair.pump()
        #expect(pair.serverEvents.requests.count == 3)
    }

    @Test("an upgraded session answers on stream 1 and goes on from 3")
    func upgrade() throws {
        var session = try HTTP2Session(role: .server)
        let stream = try session.upgrade(
            settings: [0, 3, 0, 0, 0, 100, 0, 4, 0, 0, 255, 255], isHead: false)
        #expect(stream.rawValue == 1)
        session.respond(stream, status: 200, headers: [:], end: true)
        let wire = Wire.preface + Frame.settings().bytes + Frame.headers(3).bytes
        let events = session.receive(wire, now: .now)
        #expect(events.requests.map(\.stream.rawValue) == [3])
        var out: [UInt8] = []
        _ = session.send { out += $0.array }
        let frames = Frame.parse(out)
        #expect(frames.first?.type == 4)
        #expect(frames.contains { $0.type == 1 && $0.stream == 1 && $0.flags & 1 == 1 })
    }

    @Test("settings that are cut refuse the upgrade")
    func upgradeCut() throws {
        var session = try HTTP2Session(role: .server)
        #expect(throws: HTTP2Error.self) {
            try session.upgrade(settings: [0, 3, 0], isHead: false)
        }
    }

    @Test(
        "settings with a value that is not allowed end the upgraded connection",
        arguments: [
            ([0, 2, 0, 0, 0, 9], HTTP2ErrorCode.protocolError),
            ([0, 4, 255, 255, 255, 255], .flowControlError),
        ] as [([UInt8], HTTP2ErrorCode)])
    func upgradeMalformed(settings: [UInt8], code: HTTP2ErrorCode) throws {
        var session = try HTTP2Session(role: .server)
        _ = try session.upgrade(settings: settings, isHead: false)
        var out: [UInt8] = []
        while session.send({ out += $0.array }) > 0 {}
        #expect(Frame.parse(out).goaway == code)
        #expect(session.isFinished == true)
    }

    @Test("RFC 9218 priorities are read from the field and from PRIORITY_UPDATE")
    func priorities() throws {
        #expect(HTTP2Priority(field: "u=5, i") == HTTP2Priority(urgency: 5, incremental: true))
        #expect(HTTP2Priority(field: "i=?0,u=9;x=1") == HTTP2Priority())
        var probe = try ServerProbe()
        let block = Wire.get + Wire.field("priority", "u=1,i")
        probe.exchange(Wire.opening(.headers(1, block)))
        let stream = HTTP2StreamID(rawValue: 1)
        #expect(probe.session.priority(stream) == HTTP2Priority(urgency: 1, incremental: true))
        let update = Frame(type: 0x10, payload: Frame.big(1) + Array("u=6".utf8))
        probe.exchange([update])
        #expect(probe.session.priority(stream) == HTTP2Priority(urgency: 6))
    }

    @Test("a PRIORITY_UPDATE ahead of its request is kept, for as many streams as may be open")
    func earlyPriorities() throws {
        func update(_ stream: Int32, _ field: String) -> Frame {
            Frame(type: 0x10, payload: Frame.big(UInt32(stream)) + Array(field.utf8))
        }
        var probe = try ServerProbe()
        let urgent = Wire.get + Wire.field("priority", "u=2")
        probe.exchange(Wire.opening(update(3, "u=6"), update(1, "u=7, i"), .headers(1, urgent)))
        let first = HTTP2StreamID(rawValue: 1)
        #expect(probe.session.priority(first) == HTTP2Priority(urgency: 7, incremental: true))
        probe.exchange([.headers(5, urgent), .headers(7)])
        // The library also sends in this order.
        for id in [Int32(1), 7, 5] {
            let stream = HTTP2StreamID(rawValue: id)
            probe.session.respond(stream, status: 200, headers: [:], end: false)
            probe.session.write(stream, [0])
            probe.session.finish(stream)
        }
        #expect(probe.drain().filter { $0.type == 0 }.map(\.stream) == [5, 7, 1])
    }

    @Test("an urgent answer goes before one that is not")
    func urgency() throws {
        var probe = try ServerProbe()
        let late = Wire.get + Wire.field("priority", "u=7")
        let soon = Wire.get + Wire.field("priority", "u=0")
        probe.exchange(Wire.opening(.headers(1, late), .headers(3, soon)))
        for id in [Int32(1), 3] {
            let stream = HTTP2StreamID(rawValue: id)
            probe.session.respond(stream, status: 200, headers: [:], end: false)
            probe.session.write(stream, [UInt8](repeating: 0, count: 20000))
            probe.session.finish(stream)
        }
        let order = probe.drain().filter { $0.type == 0 }.map(\.stream)
        #expect(order == [3, 3, 1, 1])
    }

    @Test("control characters in a value we send become spaces")
    func responseSplitting() throws {
        var pair = try SessionPair()
        let stream = try pair.client.request(.get(), end: true)
        pair.pump()
        pair.server.respond(
            stream, status: 200, headers: ["x-id": "a\r\nset-cookie: b"], end: true)
        pair.pump()
        var value: String?
        for case .response(stream, let head, _) in pair.clientEvents {
            value = head.headers.first("x-id")
        }
        #expect(value == "a  set-cookie: b")
    }
}
