import HTTP
import NIOCore
import NIOEmbedded
import Network
import Testing

/// Holds writes back, as a full socket does.
private final class FullSocket: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    private var held: [EventLoopPromise<Void>?] = []

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        held.append(promise)
    }

    func takeAll() {
        let now = held
        held = []
        for promise in now { promise?.succeed() }
    }
}

@Suite struct TimerTests {
    @Test("a deadline that moves fires once, at the last place it was moved to") func deadline() {
        let loop = EmbeddedEventLoop()
        var fired = 0
        let timer = DeadlineTimer(on: loop) { fired += 1 }
        timer.set(after: .seconds(10))
        loop.advanceTime(by: .seconds(5))
        timer.set(after: .seconds(10))
        loop.advanceTime(by: .seconds(9))
        #expect(fired == 0)
        timer.set(after: .seconds(3))
        loop.advanceTime(by: .seconds(2))
        #expect(fired == 0)
        loop.advanceTime(by: .seconds(1))
        #expect(fired == 1)
        loop.advanceTime(by: .seconds(60))
        timer.set(after: .seconds(1))
        timer.clear()
        loop.advanceTime(by: .seconds(60))
        #expect(fired == 1)
    }

    @Test("a client that says nothing is closed") func silent() throws {
        let connection = try Connection()
        connection.pass(.seconds(9))
        #expect(connection.channel.isActive)
        connection.pass(.seconds(2))
        #expect(!connection.channel.isActive)
        #expect(connection.metric(#"switchyard_http_timeouts_total{timer="header"} 1"#))
    }

    @Test("headers a byte at a time do not buy more time") func slowHeaders() throws {
        let connection = try Connection()
        for byte in "GET / HTTP/1.1\r\n".utf8.prefix(11) {
            try connection.receive([byte])
            connection.pass(.milliseconds(990))
        }
        let answer = try connection.sent()
        #expect(answer.hasPrefix("HTTP/1.1 408 Request Timeout\r\n"))
        #expect(answer.contains(#""code":"header_timeout""#))
        #expect(!connection.channel.isActive)
    }

    @Test("a kept connection is closed when idle, and not before") func idle() throws {
        let connection = try Connection()
        connection.inbox.answersAtOnce = true
        for _ in 0..<3 {
            try connection.receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            connection.pass(.seconds(59))
            #expect(connection.channel.isActive)
        }
        connection.pass(.seconds(2))
        #expect(!connection.channel.isActive)
        #expect(connection.inbox.requests.count == 3)
        #expect(connection.metric(#"switchyard_http_timeouts_total{timer="idle"} 1"#))
    }

    @Test("a body that stalls is answered 408") func stalledBody() throws {
        let connection = try Connection()
        try connection.receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999\r\n\r\n")
        // Enough bytes at a time that the body as a whole is not too slow.
        for _ in 0..<2 {
            try connection.receive([UInt8](repeating: 0, count: 40_960))
            connection.pass(.seconds(9))
        }
        #expect(connection.channel.isActive)
        #expect(connection.inbox.requests.isEmpty)
        connection.pass(.seconds(2))
        #expect(try connection.sent().contains(#""code":"body_timeout""#))
        #expect(!connection.channel.isActive)
    }

    @Test("a body that drips is cut off although it never stalls") func drippingBody() throws {
        let connection = try Connection()
        try connection.receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n")
        var seconds = 0
        while connection.channel.isActive && seconds < 100 {
            try connection.receive("x")
            connection.pass(.seconds(1))
            seconds += 1
        }
        #expect(seconds <= 11)
        #expect(try connection.sent().hasPrefix("HTTP/1.1 408 "))
    }

    @Test("a request that is being answered has no reading timer") func longAnswer() throws {
        let connection = try Connection()
        try connection.receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        connection.pass(.hours(5))
        #expect(connection.channel.isActive)
        connection.inbox.exchanges[0].respond(.text(200, "done"))
        #expect(try connection.sent().hasSuffix("\r\n\r\ndone"))
    }

    @Test("a client that takes nothing is cut off, and the exchange is told") func stalled() throws
    {
        let socket = FullSocket()
        let connection = try Connection(before: [socket])
        try connection.receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        let exchange = connection.inbox.exchanges[0]
        var cancelled = 0
        exchange.onCancel = { cancelled += 1 }
        exchange.start(status: 200, headers: [:])
        exchange.write([1, 2, 3])
        connection.loop.run()
        connection.pass(.seconds(9))
        #expect(exchange.isOpen && exchange.bufferedBytes > 3)
        socket.takeAll()
        #expect(exchange.bufferedBytes == 0)
        connection.pass(.seconds(60))
        #expect(exchange.isOpen)
        exchange.write([4])
        connection.loop.run()
        connection.pass(.seconds(11))
        #expect(!exchange.isOpen && cancelled == 1)
        #expect(!connection.channel.isActive)
        #expect(connection.metric(#"switchyard_http_timeouts_total{timer="reader"} 1"#))
        exchange.write([5])
        exchange.finish(trailers: nil)
        #expect(cancelled == 1)
    }

    @Test("an exchange over the high-water mark hears when all was taken") func drains() throws {
        let socket = FullSocket()
        let connection = try Connection(before: [socket]) { $0.limits.highWaterBytes = 1000 }
        try connection.receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        let exchange = connection.inbox.exchanges[0]
        var drained = 0
        exchange.onDrain = { drained += 1 }
        exchange.start(status: 200, headers: [:])
        exchange.write([UInt8](repeating: 1, count: 100))
        connection.loop.run()
        socket.takeAll()
        #expect(drained == 0)
        exchange.write([UInt8](repeating: 1, count: 1000))
        connection.loop.run()
        #expect(exchange.bufferedBytes > 1000)
        socket.takeAll()
        connection.pass(.milliseconds(1))
        #expect(drained == 1 && exchange.bufferedBytes == 0)
        exchange.finish(trailers: nil)
        connection.loop.run()
        socket.takeAll()
        #expect(drained == 1)
    }

    @Test("a client that asks on and on without reading is not served on and on")
    func greedy() throws {
        let socket = FullSocket()
        let connection = try Connection(before: [socket]) { $0.limits.highWaterBytes = 1000 }
        connection.inbox.answersAtOnce = true
        let one = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        try connection.receive(String(repeating: one, count: 100))
        let served = connection.inbox.requests.count
        #expect(served > 1 && served < 20)
        while connection.inbox.requests.count < 100 {
            let before = connection.inbox.requests.count
            socket.takeAll()
            connection.pass(.milliseconds(1))
            #expect(connection.inbox.requests.count > before)
            if connection.inbox.requests.count == before { break }
        }
        try connection.receive(String(repeating: one, count: 100))
        connection.pass(.seconds(11))
        #expect(!connection.channel.isActive)
    }

    /// Every way in which a body that was begun is dropped.
    @Test(
        "a dropped body's bytes go back to the pool",
        arguments: [
            "3\r\nabc\r\n0\r\nx: \(String(repeating: "y", count: 9000))", "3\r\nabcd",
            "3\r\nabc\r\nz\r\n", "3\r\nabc\r\n7FFFFFFF\r\n", "3\r\nabc\r\n0\r\n: y\r\n", "stall",
            "close",
            "drain",
        ])
    func droppedBodies(rest: String) throws {
        let connection = try Connection()
        try connection.receive("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
        switch rest {
        case "stall":
            try connection.receive("3\r\nabc")
            connection.pass(.seconds(11))
        case "close":
            try connection.receive("3\r\nabc")
            connection.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        case "drain":
            try connection.receive("3\r\nabc")
            connection.context.beginDrain()
            connection.pass(.seconds(11))
        default: try connection.receive(rest)
        }
        connection.loop.run()
        #expect(connection.inbox.requests.isEmpty)
        let context = connection.context
        #expect(context.holdBody(context.limits.bodiesBytesMax))
    }

    @Test("bodies being received have one limit together, given back at their end")
    func bodies() throws {
        let connection = try Connection { $0.limits.bodiesBytesMax = 10 }
        connection.inbox.answersAtOnce = true
        let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\n"
        for _ in 0..<3 { try connection.receive(head + "12345678") }
        #expect(connection.inbox.requests.count == 3)
        #expect(connection.context.holdBody(5))
        try connection.receive(head + "12345")
        try connection.receive("678")
        let answer = try connection.sent()
        #expect(answer.contains(#""code":"bodies_exhausted""#))
        #expect(answer.contains("\r\nretry-after: 1\r\n"))
        #expect(connection.inbox.requests.count == 3)
        #expect(connection.context.holdBody(5) && !connection.context.holdBody(1))
    }

    @Test("an answer that outgrows its limit is cut off") func outgrown() throws {
        let connection = try Connection(before: [FullSocket()]) {
            $0.limits.unsentBytesMax = 1000
        }
        try connection.receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        let exchange = connection.inbox.exchanges[0]
        exchange.start(status: 200, headers: [:])
        for _ in 0..<20 { exchange.write([UInt8](repeating: 1, count: 100)) }
        #expect(!exchange.isOpen && !connection.channel.isActive)
    }
}
