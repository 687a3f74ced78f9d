import HTTP
import NIOCore
import NIOEmbedded
import Network
import Testing

/// A client session in front of a connection without a socket.
private final class Client {
    let connection: Connection
    var session: HTTP2Session
    var events: [HTTP2Event] = []

    init(
        _ connection: Connection, limits: HTTP2Limits = HTTP2Limits(), pumps: Bool = true
    ) throws {
        self.connection = connection
        session = try HTTP2Session(role: .client, limits: limits)
        if pumps { try pump() }
    }

    static func connect(
        limits: HTTP2Limits = HTTP2Limits(), server: HTTP2Limits = HTTP2Limits(),
        _ change: (inout NetworkConfiguration) -> Void = { _ in }
    ) throws -> Client {
        let connection = try Connection { configuration in
            configuration.http2 = HTTP2Handler.factory(limits: server)
            change(&configuration)
        }
        return try Client(connection, limits: limits)
    }

    /// Carries bytes both ways until neither side has any.
    func pump() throws {
        var moved = true
        while moved {
            var bytes: [UInt8] = []
            moved =
                session.send { unsafe $0.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) } }
                > 0
            if moved { try connection.receive(bytes) }
            events += session.takeEvents()
            connection.loop.run()
            while let buffer = try connection.channel.readOutbound(as: ByteBuffer.self) {
                moved = true
                events += session.receive(buffer.readableBytesSpan, now: .now)
            }
        }
    }

    func request(
        _ path: String = "/", body: [UInt8]? = nil, _ headers: HTTPHeaders = [:],
        method: String? = nil, authority: String = "a"
    ) throws -> HTTP2StreamID {
        let stream = try session.request(
            HTTP2RequestHead(
                method: method ?? (body == nil ? "GET" : "POST"), authority: authority,
                path: path, headers: headers), end: body == nil)
        if let body {
            session.write(stream, body)
            session.finish(stream)
        }
        try pump()
        return stream
    }

    func head(_ stream: HTTP2StreamID) -> HTTP2ResponseHead? {
        for case .response(stream, let head, _) in events where head.status >= 200 { return head }
        return nil
    }

    func body(_ stream: HTTP2StreamID) -> [UInt8] {
        var bytes: [UInt8] = []
        for case .data(stream, let part) in events { bytes += part }
        return bytes
    }

    func closed(_ stream: HTTP2StreamID) -> HTTP2ErrorCode? {
        for case .closed(stream, let code, _) in events { return code }
        return nil
    }

    var goaway: HTTP2ErrorCode? {
        var last: HTTP2ErrorCode?
        for case .goaway(_, let code) in events { last = code }
        return last
    }
}

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

    @Test("a body over the limit is answered 413 while it is sent") func longBody() throws {
        let client = try Client.connect { $0.limits.http1.bodyBytesMax = 1000 }
        let stream = try client.request(body: [UInt8](repeating: 0, count: 5000))
        #expect(client.head(stream)?.status == 413)
        #expect(client.closed(stream) == .noError)
    }

    @Test("fields over the limit are answered 431, counted and logged") func longFields() throws {
        let client = try Client.connect { $0.limits.http1.headerBytesMax = 1000 }
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
        let client = try Client.connect(server: limits)
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

    @Test("an answer waits for the client's window, and its writer is told when it has gone")
    func window() throws {
        var limits = HTTP2Limits()
        limits.streamWindowBytes = 1000
        let client = try Client.connect(limits: limits) { $0.limits.highWaterBytes = 2000 }
        let stream = try client.request()
        let exchange = client.connection.inbox.exchanges[0]
        var drained = 0
        exchange.onDrain = { drained += 1 }
        exchange.start(status: 200, headers: [:])
        exchange.write([UInt8](repeating: 1, count: 5000))
        try client.pump()
        #expect(client.body(stream).count == 1000)
        #expect(exchange.bufferedBytes == 4000 && drained == 0)
        for _ in 0..<5 {
            client.session.consume(stream, 1000)
            try client.pump()
        }
        #expect(exchange.bufferedBytes == 0 && drained == 1)
        exchange.finish(trailers: nil)
        try client.pump()
        #expect(client.closed(stream) == .noError)
    }

    @Test("a stream that its client does not read is cut off, and only that") func stalled() throws
    {
        var limits = HTTP2Limits()
        limits.streamWindowBytes = 1000
        let client = try Client.connect(limits: limits)
        let stream = try client.request()
        _ = try client.request()
        let exchanges = client.connection.inbox.exchanges
        var cancelled = 0
        for exchange in exchanges {
            exchange.onCancel = { cancelled += 1 }
            exchange.start(status: 200, headers: [:])
        }
        exchanges[0].write([UInt8](repeating: 1, count: 5000))
        try client.pump()
        for _ in 0..<4 {
            client.connection.pass(.seconds(4))
            try client.pump()
        }
        #expect(cancelled == 1 && !exchanges[0].isOpen && exchanges[1].isOpen)
        #expect(client.closed(stream) == .cancel)
        #expect(client.connection.metric(#"switchyard_http_timeouts_total{timer="reader"} 1"#))
    }

    @Test("a body that stops coming is answered 408") func stalledBody() throws {
        let client = try Client.connect()
        let stream = try client.session.request(
            HTTP2RequestHead(method: "POST", authority: "a", path: "/"), end: false)
        client.session.write(stream, [1])
        try client.pump()
        for _ in 0..<4 {
            client.connection.pass(.seconds(4))
            try client.pump()
        }
        #expect(client.head(stream)?.status == 408)
        // The client has not ended: the stream is not kept for it.
        client.connection.pass(.seconds(10))
        try client.pump()
        #expect(client.closed(stream) == .noError)
    }

    @Test(
        "a preface without SETTINGS, and a field section without end, are timed out",
        arguments: [
            Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8),
            Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]
                + [0, 0, 1, 1, 0, 0, 0, 0, 1, 0x82],
        ])
    func slowStart(bytes: [UInt8]) throws {
        let connection = try Connection { $0.http2 = HTTP2Handler.factory() }
        try connection.receive(bytes)
        connection.pass(.seconds(9))
        #expect(connection.channel.isActive)
        connection.pass(.seconds(2))
        connection.pass(.seconds(3))
        #expect(!connection.channel.isActive)
        #expect(connection.metric(#"switchyard_http_timeouts_total{timer="header"} 1"#))
    }

    @Test("a connection without streams says goodbye after the idle time") func idle() throws {
        let client = try Client.connect()
        _ = try client.request()
        client.connection.inbox.exchanges[0].respond(.text(200, "ok"))
        try client.pump()
        client.connection.pass(.seconds(59))
        try client.pump()
        #expect(client.goaway == nil)
        client.connection.pass(.seconds(2))
        try client.pump()
        #expect(client.goaway == .noError)
        client.connection.pass(.seconds(3))
        #expect(!client.connection.channel.isActive)
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

    @Test("a drain answers what was begun and then closes") func drain() throws {
        let client = try Client.connect()
        let stream = try client.request()
        try client.connection.channel.pipeline.syncOperations.handler(type: HTTP2Handler.self)
            .drain()
        try client.pump()
        #expect(client.goaway == .noError)
        #expect(client.connection.channel.isActive)
        client.connection.inbox.exchanges[0].respond(.text(200, "ok"))
        try client.pump()
        #expect(client.head(stream)?.status == 200)
        client.connection.pass(.seconds(3))
        #expect(!client.connection.channel.isActive)
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
}
