import HTTP
import NIOCore
import NIOEmbedded
import Network
import Testing

@Suite struct HTTP2HandlerTests {
    @Test("a request reaches the handler whole and its answer comes back stamped")
    func answer() throws {
        let client = try Client.connect()
        let stream = try client.request(
            "/v1/x?q=1", body: Array("hello".utf8), ["x-request-id": "mine"])
        let request = try #require(client.connection.inbox.requests.first)
        #expect(request.method == "POST")
        #expect(request.path == "/v1/x")
        #expect(request.query == "q=1")
        #expect(request.body == Array("hello".utf8))
        #expect(request.headers.first("host") == "a")
        #expect(request.httpVersion == .http2)
        client.connection.inbox.exchanges[0].respond(
            HTTPResponse(status: 201, headers: ["x-a": "b", "connection": "close"], body: [65]))
        try client.pump()
        let head = try #require(client.head(stream))
        #expect(head.status == 201)
        #expect(head.headers.first("x-request-id") == "mine")
        #expect(head.headers.first("content-length") == "1")
        #expect(head.headers.first("server") == "switchyard")
        #expect(head.headers.first("connection") == nil)
        #expect(head.headers.first("x-a") == "b")
        #expect(client.body(stream) == [65])
        #expect(client.closed(stream) == .noError)
        #expect(
            client.connection.metric(
                #"switchyard_http_requests_total{version="2",status="2xx"} 1"#))
    }

    @Test("answers of many streams leave in one flush a tick, in any order") func streams() throws {
        let client = try Client.connect()
        let streams = try (0..<50).map { try client.request("/\($0)") }
        let exchanges = client.connection.inbox.exchanges
        #expect(exchanges.count == 50)
        for exchange in exchanges { exchange.start(status: 200, headers: [:]) }
        for index in exchanges.indices.reversed() {
            exchanges[index].write(Array("data: \(index)\n\n".utf8))
        }
        client.connection.loop.run()
        var buffers = 0
        while let buffer = try client.connection.channel.readOutbound(as: ByteBuffer.self) {
            buffers += 1
            client.events += client.session.receive(buffer.readableBytesSpan, now: .now)
        }
        #expect(buffers == 1)
        for exchange in exchanges { exchange.finish(trailers: ["x-t": "1"]) }
        try client.pump()
        for (index, stream) in streams.enumerated() {
            #expect(client.body(stream) == Array("data: \(index)\n\n".utf8))
            #expect(client.closed(stream) == .noError)
        }
    }

    @Test("HEAD and 204 have no body") func bodyless() throws {
        let client = try Client.connect()
        let first = try client.request(method: "HEAD")
        let second = try client.request()
        client.connection.inbox.exchanges[0].respond(.text(200, "hello"))
        client.connection.inbox.exchanges[1].respond(.text(204, "hello"))
        try client.pump()
        #expect(client.head(first)?.headers.first("content-length") == "5")
        #expect(client.head(second)?.headers.first("content-length") == nil)
        #expect(client.body(first).isEmpty && client.body(second).isEmpty)
        #expect(client.closed(first) == .noError && client.closed(second) == .noError)
    }

    @Test("a reset cancels its exchange once, and later calls do nothing") func reset() throws {
        let client = try Client.connect()
        let stream = try client.request()
        let exchange = client.connection.inbox.exchanges[0]
        var cancelled = 0
        exchange.onCancel = { cancelled += 1 }
        exchange.start(status: 200, headers: [:])
        client.session.reset(stream, .cancel)
        try client.pump()
        #expect(cancelled == 1 && !exchange.isOpen && exchange.bufferedBytes == 0)
        exchange.write([1])
        exchange.finish(trailers: nil)
        try client.pump()
        let other = try client.request()
        client.connection.inbox.exchanges[1].respond(.text(200, "ok"))
        try client.pump()
        #expect(client.head(other)?.status == 200)
    }

    @Test("a closed connection cancels every exchange") func vanished() throws {
        let client = try Client.connect()
        for _ in 0..<3 { _ = try client.request() }
        var cancelled = 0
        for exchange in client.connection.inbox.exchanges { exchange.onCancel = { cancelled += 1 } }
        client.connection.channel.close(promise: nil)
        client.connection.loop.run()
        #expect(cancelled == 3)
    }

    @Test(
        "a target, host, expectation or length that is refused has its status",
        arguments: [
            ("/a b", "a", [:], 400), ("/%zz", "a", [:], 400),
            ("/" + String(repeating: "a", count: 9000), "a", [:], 414),
            ("/", "user@host", [:], 400), ("/", "a", ["expect": "magic"], 417),
            ("/", "a", ["content-length": "99999999"], 413),
        ] as [(String, String, HTTPHeaders, Int)])
    func refused(path: String, authority: String, headers: HTTPHeaders, status: Int) throws {
        let client = try Client.connect()
        let stream = try client.session.request(
            HTTP2RequestHead(method: "POST", authority: authority, path: path, headers: headers),
            end: false)
        try client.pump()
        if client.closed(stream) == nil {
            #expect(client.head(stream)?.status == status)
        } else {
            #expect(client.closed(stream) == .protocolError)
        }
        #expect(client.connection.inbox.requests.isEmpty)
        let other = try client.request()
        client.connection.inbox.exchanges[0].respond(.text(200, "ok"))
        try client.pump()
        #expect(client.head(other)?.status == 200)
    }

    @Test(
        "a method or a path that is refused is not kept for the log",
        arguments: [
            (String(repeating: "M", count: 33), "/"), (String(repeating: "M", count: 30_000), "/"),
            ("GET", "/\u{9b}31m"), ("GET", "/\u{2028}x"),
            ("GET", "/" + String(repeating: "a", count: 9000)),
        ])
    func unloggable(method: String, path: String) throws {
        let records = Records()
        let client = try Client.connect { $0.accessLog = { record in records.add(record) } }
        let stream = try client.request(path, method: method)
        if client.closed(stream) == .noError {
            let head = try #require(client.head(stream))
            #expect(head.status == 400 || head.status == 414)
            let record = try #require(records.all.first)
            #expect(record.path == "-")
            #expect(record.method == "GET" || record.method == "-")
        } else {
            #expect(records.all.isEmpty)
        }
        #expect(client.connection.inbox.requests.isEmpty)
    }

    @Test("a body over the limit is answered 413 while it is sent") func longBody() throws {
        let client = try Client.connect { $0.limits.message.bodyBytesMax = 1000 }
        let stream = try client.request(body: [UInt8](repeating: 0, count: 5000))
        #expect(client.head(stream)?.status == 413)
        #expect(client.closed(stream) == .noError)
    }

    @Test(
        "what the front end says of an admitted request is in the transport's refusals too",
        arguments: [(413, 10), (413, 1000), (503, 1000), (408, 1000), (200, 1000)])
    func adopted(status: Int, bytesMax: Int) throws {
        let records = Records()
        let client = try Client.connect {
            $0.accessLog = { records.add($0) }
            // The transport's limit or the front end's.
            if status == 413, bytesMax > 20 { $0.limits.message.bodyBytesMax = 19 }
        }
        let inbox = client.connection.inbox
        inbox.answersAtOnce = true
        inbox.bytesMax = bytesMax
        inbox.addedHeaders = ["x-added": "1"]
        inbox.notes.key = "alice"
        if status == 503 { client.connection.leaveRoom(10) }
        let stream = try client.session.request(
            HTTP2RequestHead(
                method: "POST", authority: "a", path: "/", headers: ["content-length": "20"]),
            end: false)
        client.session.write(stream, [UInt8](repeating: 0, count: 20))
        if status != 408 { client.session.finish(stream) }
        try client.pump()
        client.connection.pass(.seconds(15))
        try client.pump()
        #expect(client.head(stream)?.status == status)
        #expect(client.head(stream)?.headers.all("x-added") == ["1"])
        #expect(records.all.map(\.notes.key) == ["alice"])
    }

    @Test("fields over the limit are answered 431, counted and logged") func longFields() throws {
        let client = try Client.connect { $0.limits.message.headerBytesMax = 1000 }
        let stream = try client.request("/", ["x": String(repeating: "a", count: 2000)])
        #expect(client.head(stream)?.status == 431)
        #expect(client.connection.inbox.requests.isEmpty)
        let connection = client.connection
        #expect(connection.metric(#"switchyard_http_rejects_total{code="headers_too_large"} 1"#))
        #expect(
            connection.metric(#"switchyard_http_requests_total{version="2",status="4xx"} 1"#))
    }

    @Test("bodies of one connection share a bound") func manyBodies() throws {
        var limits = HTTP2Limits()
        limits.bodiesBytesMax = 2500
        let client = try Client.connect(server: limits) {
            $0.limits.message.headerBytesMax = 1000
            $0.limits.message.bodyBytesMax = 1000
        }
        var streams: [HTTP2StreamID] = []
        for _ in 0..<3 {
            let stream = try client.session.request(
                HTTP2RequestHead(method: "POST", authority: "a", path: "/"), end: false)
            client.session.write(stream, [UInt8](repeating: 0, count: 1000))
            try client.pump()
            streams.append(stream)
        }
        #expect(streams.map { client.head($0)?.status } == [nil, nil, 503])
        for stream in streams { client.session.finish(stream) }
        try client.pump()
        #expect(client.connection.inbox.requests.map(\.body.count) == [1000, 1000])
    }

    @Test("a connection has room for the longest body there may be") func longestBody() throws {
        var limits = HTTP2Limits()
        limits.bodiesBytesMax = 2500
        let client = try Client.connect(server: limits) { $0.limits.message.bodyBytesMax = 9000 }
        _ = try client.request(body: [UInt8](repeating: 0, count: 9000))
        #expect(client.connection.inbox.requests.map(\.body.count) == [9000])
    }

    @Test("a request is judged by its head: refused before 100 Continue and before its body")
    func headFirst() throws {
        let client = try Client.connect()
        client.connection.inbox.refusal = .text(401, "key")
        let stream = try client.session.request(
            HTTP2RequestHead(
                method: "POST", authority: "a", path: "/", headers: ["expect": "100-continue"]),
            end: false)
        try client.pump()
        var statuses: [Int] = []
        for case .response(stream, let head, _) in client.events { statuses.append(head.status) }
        #expect(statuses == [401])
        client.session.write(stream, [UInt8](repeating: 0, count: 1000))
        try client.pump()
        let limit = client.connection.context.limits.bodiesBytesMax
        #expect(client.connection.context.holdBody(limit))
        #expect(client.connection.inbox.requests.isEmpty)
    }

    @Test("what is sent to a refused request goes back to the windows") func refusedBodies() throws
    {
        var limits = HTTP2Limits()
        limits.connectionWindowBytes = 65_535
        let client = try Client.connect(server: limits)
        client.connection.inbox.refusal = .text(401, "key")
        for _ in 0..<10 {
            let stream = try client.request(body: [UInt8](repeating: 0, count: 50_000))
            #expect(client.head(stream)?.status == 401)
        }
        client.connection.inbox.refusal = nil
        _ = try client.request(body: [UInt8](repeating: 0, count: 60_000))
        #expect(client.connection.inbox.requests.map(\.body.count) == [60_000])
    }

    @Test(
        "clients that open no window cannot have answers gathered, one or all",
        arguments: [true, false])
    func unread(isOne: Bool) throws {
        var limits = HTTP2Limits()
        limits.streamWindowBytes = 1
        let client = try Client.connect(limits: limits) {
            if isOne {
                $0.limits.connectionUnsentBytesMax = 100_000
            } else {
                $0.limits.answersBytesMax = 100_000
            }
        }
        let streams = try (0..<4).map { _ in
            let stream = try client.request()
            client.connection.inbox.exchanges.last?.respond(
                HTTPResponse(status: 200, body: [UInt8](repeating: 1, count: 60_000)))
            try client.pump()
            return stream
        }
        #expect(streams.map { client.head($0)?.status } == [200, 200, 503, 503])
        #expect(
            client.connection.metric(#"switchyard_http_rejects_total{code="answers_unread"} 2"#))
        for stream in streams { client.session.reset(stream, .cancel) }
        try client.pump()
        #expect(client.connection.context.answerBytesHeld == 0)
        let last = try client.request()
        client.connection.inbox.exchanges.last?.respond(
            HTTPResponse(status: 200, body: [UInt8](repeating: 1, count: 1000)))
        try client.pump()
        #expect(client.head(last)?.status == 200)
        #expect(client.connection.context.answerBytesHeld == 999)
        client.connection.channel.close(promise: nil)
        client.connection.loop.run()
        #expect(client.connection.context.answerBytesHeld == 0)
    }

    @Test("the fields of requests whose bodies are awaited share the bodies' bound")
    func manyHeads() throws {
        var limits = HTTP2Limits()
        limits.bodiesBytesMax = 10_000
        let client = try Client.connect(server: limits) {
            $0.limits.message.headerBytesMax = 5000
            $0.limits.message.bodyBytesMax = 1000
        }
        let streams = try (0..<5).map { _ in
            let stream = try client.session.request(
                HTTP2RequestHead(
                    method: "POST", authority: "a", path: "/",
                    headers: ["x": String(repeating: "a", count: 3000)]), end: false)
            try client.pump()
            return stream
        }
        #expect(streams.map { client.head($0)?.status } == [nil, nil, nil, 503, 503])
        for stream in streams { client.session.finish(stream) }
        try client.pump()
        #expect(client.connection.inbox.requests.count == 3)
        let bytesMax = client.connection.context.limits.bodiesBytesMax
        #expect(client.connection.context.holdBody(bytesMax))
    }

    @Test("100-continue is said before the body comes") func continues() throws {
        let client = try Client.connect()
        let stream = try client.session.request(
            HTTP2RequestHead(
                method: "POST", authority: "a", path: "/", headers: ["expect": "100-continue"]),
            end: false)
        try client.pump()
        var statuses: [Int] = []
        for case .response(stream, let head, _) in client.events { statuses.append(head.status) }
        #expect(statuses == [100])
    }

    @Test(
        "no end of a request leaves bytes in the pools of bodies",
        arguments: [
            "trailers", "reset", "closed", "too long", "stalled", "answered", "protocol error",
        ])
    func bodiesReturn(end: String) throws {
        let client = try Client.connect {
            $0.limits.message.bodyBytesMax = 2000
            $0.limits.message.headerBytesMax = 1000
        }
        let stream = try client.session.request(
            HTTP2RequestHead(method: "POST", authority: "a", path: "/"), end: false)
        client.session.write(stream, [UInt8](repeating: 0, count: 1000))
        try client.pump()
        let context = client.connection.context
        let bytesMax = context.limits.bodiesBytesMax
        #expect(!context.holdBody(bytesMax))
        switch end {
        case "trailers":
            let trailers: HTTPHeaders = ["x": String(repeating: "a", count: 1500)]
            client.session.finish(stream, trailers: trailers)
            try client.pump()
            #expect(client.head(stream)?.status == 431)
        case "reset": client.session.reset(stream, .cancel)
        case "closed": client.connection.channel.close(promise: nil)
        case "too long": client.session.write(stream, [UInt8](repeating: 0, count: 1500))
        case "stalled":
            client.connection.pass(.seconds(15))
            try client.pump()
            #expect(client.head(stream)?.status == 408)
        case "answered":
            client.session.finish(stream)
            try client.pump()
            client.connection.inbox.exchanges[0].respond(.text(200, "ok"))
        default: try client.connection.receive([0, 0, 0, 0, 0, 0, 0, 0, 0])
        }
        try client.pump()
        #expect(context.holdBody(bytesMax))
        context.releaseBody(bytesMax)
    }

    @Test("a closed connection lets go of its handler") func released() throws {
        weak var handler: HTTP2Handler?
        do {
            let client = try Client.connect()
            _ = try client.request()
            let operations = client.connection.channel.pipeline.syncOperations
            handler = try operations.handler(type: HTTP2Handler.self)
            client.connection.inbox.exchanges[0].start(status: 200, headers: [:])
            client.connection.channel.close(promise: nil)
            client.connection.loop.run()
        }
        #expect(handler == nil)
    }

    @Test("a protocol error ends the connection with GOAWAY and cancels what was open")
    func protocolError() throws {
        let client = try Client.connect()
        _ = try client.request()
        var cancelled = 0
        client.connection.inbox.exchanges[0].onCancel = { cancelled += 1 }
        try client.connection.receive([0, 0, 0, 0, 0, 0, 0, 0, 0])  // DATA on stream 0
        try client.pump()
        #expect(client.goaway == .protocolError)
        #expect(cancelled == 1)
        #expect(
            client.connection.metric(
                #"switchyard_http_rejects_total{code="http2_protocol_error"} 1"#))
        client.connection.pass(.seconds(3))
        #expect(!client.connection.channel.isActive)
    }

    @Test("an upgraded request is answered on stream 1") func upgrade() throws {
        let connection = try Connection { $0.http2 = HTTP2Handler.factory() }
        connection.inbox.answersAtOnce = true
        try connection.receive(
            "GET /up HTTP/1.1\r\nHost: a\r\nConnection: upgrade, http2-settings\r\n"
                + "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n")
        let answer = try connection.sent()
        #expect(answer.hasPrefix("HTTP/1.1 101 "))
        #expect(answer.hasSuffix("ok"))
        #expect(connection.inbox.requests.map(\.path) == ["/up"])
    }

    @Test("after an upgrade that waited for another answer, answers leave at once")
    func upgradeLater() throws {
        let connection = try Connection { $0.http2 = HTTP2Handler.factory() }
        try connection.receive(
            Array("GET /first HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
                + Array("GET /up HTTP/1.1\r\nHost: a\r\n".utf8)
                + Array("Connection: upgrade, http2-settings\r\nUpgrade: h2c\r\n".utf8)
                + Array("HTTP2-Settings: AAMAAABk\r\n\r\n".utf8) + Wire.opening)
        #expect(connection.inbox.requests.map(\.path) == ["/first"])
        // Not while the socket is read.
        connection.inbox.exchanges[0].respond(.text(200, "one"))
        let first = try connection.sent()
        #expect(first.contains("one") && first.contains("HTTP/1.1 101 "))
        #expect(connection.inbox.requests.map(\.path) == ["/first", "/up"])
        connection.inbox.exchanges[1].respond(.text(200, "two"))
        #expect(try connection.sent().hasSuffix("two"))
    }
}
