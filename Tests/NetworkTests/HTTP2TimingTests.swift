import HTTP
import NIOCore
import NIOEmbedded
import Network
import Testing

/// A socket that takes a write only when it is told to, and keeps its input when its output is
/// closed.
private final class SlowSocket: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private var held: [(data: NIOAny, promise: EventLoopPromise<Void>?)] = []
    private var context: ChannelHandlerContext?
    var isFull = false

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if isFull { held.append((data, promise)) } else { context.write(data, promise: promise) }
    }

    func takeOne() {
        guard !held.isEmpty else { return }
        let (data, promise) = held.removeFirst()
        context?.writeAndFlush(data, promise: promise)
    }

    func close(
        context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?
    ) {
        if mode == .output {
            promise?.succeed()
        } else {
            context.close(mode: mode, promise: promise)
        }
    }
}

/// How long an HTTP/2 connection waits for its client, on a loop whose time the test controls.
@Suite struct HTTP2TimingTests {
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

    /// A slow reader's time begins when bytes begin to wait for it.
    @Test("an answer that begins late may wait for its reader as long as any other")
    func lateAnswer() throws {
        var limits = HTTP2Limits()
        limits.streamWindowBytes = 1000
        let client = try Client.connect(limits: limits)
        let stream = try client.request()
        let exchange = client.connection.inbox.exchanges[0]
        client.connection.pass(.seconds(30))
        exchange.start(status: 200, headers: [:])
        exchange.write([UInt8](repeating: 1, count: 1500))
        try client.pump()
        client.connection.pass(.seconds(9))
        try client.pump()
        #expect(exchange.isOpen)
        client.session.consume(stream, 1000)
        exchange.finish(trailers: nil)
        try client.pump()
        #expect(client.body(stream).count == 1500 && client.closed(stream) == .noError)
    }

    @Test("a stream that is read slowly is never cut off, though its answer grows all the time")
    func slowReader() throws {
        var limits = HTTP2Limits()
        limits.streamWindowBytes = 1000
        let client = try Client.connect(limits: limits)
        let stream = try client.request()
        let exchange = client.connection.inbox.exchanges[0]
        exchange.start(status: 200, headers: [:])
        exchange.write([UInt8](repeating: 1, count: 5000))
        try client.pump()
        for _ in 0..<20 {
            client.connection.pass(.seconds(8))
            client.session.consume(stream, 1000)
            exchange.write([UInt8](repeating: 1, count: 2000))
            try client.pump()
        }
        #expect(exchange.isOpen && client.body(stream).count == 21_000)
        client.connection.pass(.seconds(15))
        try client.pump()
        #expect(!exchange.isOpen && client.closed(stream) == .cancel)
    }

    @Test("paying a window's debt is reading") func debtor() throws {
        let connection = try Connection { $0.http2 = HTTP2Handler.factory() }
        try connection.receive(Wire.get)
        let exchange = connection.inbox.exchanges[0]
        exchange.start(status: 200, headers: [:])
        exchange.write([UInt8](repeating: 1, count: 100_000))
        connection.loop.run()
        // The window of 65,535 is used up, so with a window of a hundred bytes it is far below
        // zero.
        try connection.receive([0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 100])
        for _ in 0..<10 {
            connection.pass(.seconds(8))
            try connection.receive(Wire.windowUpdate(1, 1000))
        }
        #expect(exchange.isOpen)
        connection.pass(.seconds(25))
        #expect(!exchange.isOpen)
    }

    @Test("what waits for the connection's window is not cut while other streams are read")
    func sharedWindow() throws {
        let client = try Client.connect { $0.limits.highWaterBytes = 1 << 20 }
        let streams = [try client.request(), try client.request()]
        let exchanges = client.connection.inbox.exchanges
        for exchange in exchanges {
            exchange.start(status: 200, headers: [:])
            exchange.write([UInt8](repeating: 1, count: 200_000))
        }
        try client.pump()
        for _ in 0..<10 {
            client.connection.pass(.seconds(8))
            for stream in streams {
                client.session.consume(stream, 8_000)
            }
            try client.pump()
        }
        #expect(exchanges[0].isOpen && exchanges[1].isOpen)
    }

    @Test("the end of an answer waits for its window like the rest of it") func lateEnd() throws {
        var limits = HTTP2Limits()
        limits.streamWindowBytes = 1000
        let client = try Client.connect(limits: limits)
        let streams = [try client.request(), try client.request()]
        for (index, exchange) in client.connection.inbox.exchanges.enumerated() {
            exchange.start(status: 200, headers: [:])
            exchange.write([UInt8](repeating: 1, count: 1000))
            try client.pump()
            exchange.finish(trailers: index == 0 ? nil : ["x-sum": "1000"])
        }
        try client.pump()
        client.connection.pass(.seconds(9))
        try client.pump()
        for stream in streams { client.session.consume(stream, 1000) }
        try client.pump()
        for stream in streams {
            #expect(client.hasEnded(stream))
            #expect(client.closed(stream) == .noError)
        }
    }

    @Test("no stream is cut while it waits for its turn on a slow connection")
    func slowConnection() throws {
        var limits = HTTP2Limits()
        limits.streamWindowBytes = 1 << 20
        limits.connectionWindowBytes = 1 << 24
        let socket = SlowSocket()
        let connection = try Connection(before: [socket]) { $0.http2 = HTTP2Handler.factory() }
        let client = try Client(connection, limits: limits)
        let streams = try (0..<5).map { _ in try client.request() }
        let exchanges = connection.inbox.exchanges
        for exchange in exchanges {
            exchange.respond(
                HTTPResponse(status: 200, body: [UInt8](repeating: 1, count: 200_000)))
        }
        socket.isFull = true
        try client.pump()
        for _ in 0..<30 {
            connection.pass(.seconds(8))
            socket.takeOne()
            try client.pump()
        }
        #expect(streams.map { client.body($0).count } == [Int](repeating: 200_000, count: 5))
        #expect(
            streams.map { client.closed($0) } == [HTTP2ErrorCode?](repeating: .noError, count: 5))
    }

    @Test("a request refused for its fields is not kept for a client that does not end it")
    func refusedOpen() throws {
        let client = try Client.connect { $0.limits.message.headerBytesMax = 1000 }
        let stream = try client.session.request(
            HTTP2RequestHead(
                method: "POST", authority: "a", path: "/",
                headers: ["x": String(repeating: "a", count: 2000)]), end: false)
        try client.pump()
        #expect(client.head(stream)?.status == 431)
        client.connection.pass(.seconds(5))
        try client.pump()
        #expect(client.closed(stream) == .noError)
        client.connection.pass(.seconds(62))
        try client.pump()
        #expect(client.goaway == .noError)
        client.connection.pass(.seconds(3))
        #expect(!client.connection.channel.isActive)
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
        // The client has not ended its half, but the stream is not kept for it.
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

    @Test("a field section has its time to the last byte, beside other streams and one by one")
    func slowFields() throws {
        let connection = try Connection { $0.http2 = HTTP2Handler.factory() }
        let requests = (1...12).flatMap { Wire.headers(Int32(2 * $0 + 1)) }
        let size = Wire.headers(3).count
        try connection.receive(Wire.get + requests.prefix(10))
        // Each read ends within a section, but never twice within the same.
        for index in 0..<11 {
            connection.pass(.seconds(2))
            try connection.receive(Array(requests[(index * size + 10)..<((index + 1) * size + 10)]))
        }
        #expect(connection.inbox.requests.count == 12)
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

    /// The client answers no PING and keeps its connection open.
    @Test("a drain ends soon after the last answer, whatever its client answers or keeps open")
    func drainIgnored() throws {
        for hasStream in [true, false] {
            let connection = try Connection(before: [SlowSocket()]) {
                $0.http2 = HTTP2Handler.factory()
            }
            try connection.receive(hasStream ? Wire.get : Wire.opening)
            let operations = connection.channel.pipeline.syncOperations
            try operations.handler(type: HTTP2Handler.self).drain()
            connection.loop.run()
            connection.pass(.seconds(20))
            if hasStream {
                #expect(connection.channel.isActive)
                connection.inbox.exchanges[0].respond(.text(200, "ok"))
                connection.loop.run()
                // Half a head does not count as a request that was taken.
                try connection.receive(Array(Wire.headers(3).prefix(12)))
                connection.pass(.seconds(3))
            }
            #expect(!connection.channel.isActive)
        }
    }

    @Test("half a head does not hold up a drain") func drainHalfHead() throws {
        let connection = try Connection(before: [SlowSocket()]) {
            $0.http2 = HTTP2Handler.factory()
        }
        try connection.receive(Wire.opening + Wire.headers(1).prefix(12))
        try connection.channel.pipeline.syncOperations.handler(type: HTTP2Handler.self).drain()
        connection.loop.run()
        for _ in 0..<4 { connection.pass(.seconds(1)) }
        #expect(!connection.channel.isActive)
    }

    @Test("after GOAWAY no more is read than a client had leave to send") func linger() throws {
        let connection = try Connection(before: [SlowSocket()]) {
            $0.http2 = HTTP2Handler.factory()
        }
        try connection.receive(Wire.get)
        try connection.receive([0, 0, 0, 0, 0, 0, 0, 0, 0])  // DATA on stream 0
        let flood = [UInt8](repeating: 0, count: 64 * 1024)
        var received = 0
        while connection.channel.isActive, received < 4 * 1024 * 1024 {
            try connection.receive(flood)
            received += flood.count
        }
        #expect(!connection.channel.isActive)
        #expect(received > 1024 * 1024 && received < 1200 * 1024)
    }
}
