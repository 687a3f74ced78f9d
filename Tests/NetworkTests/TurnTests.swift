import HTTP
import NIOCore
import NIOEmbedded
import Network
import Synchronization
import Testing

/// A client with much work in its socket delays the others only by a moment.
@Suite struct TurnTests {
    /// The number of requests, each with 0.2 ms of work, on four connections.
    private static let requests = 2000

    @Test("a pipeline of requests leaves the others their turns") func pipelines() throws {
        let server = try Server()
        let pipeline = String(
            repeating: "GET /work HTTP/1.1\r\nHost: a\r\n\r\n", count: Self.requests)
        try othersAreServed(server, beside: Array(pipeline.utf8))
    }

    @Test("a burst of streams that are given up at once leaves the others their turns")
    func streams() throws {
        let server = try Server { $0.http2 = HTTP2Handler.factory() }
        var session = try HTTP2Session(role: .client)
        var bytes: [UInt8] = []
        for _ in 0..<Self.requests {
            let stream = try session.request(
                HTTP2RequestHead(method: "GET", authority: "a", path: "/work"), end: true)
            send(&session, to: &bytes)
            session.reset(stream, .cancel)
            send(&session, to: &bytes)
        }
        try othersAreServed(server, beside: bytes)
    }

    @Test("a writer that is taken everything from at once goes on after the others only")
    func answers() throws {
        let connection = try Connection()
        try connection.receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        let exchange = connection.inbox.exchanges[0]
        let chunk = [UInt8](repeating: 1, count: connection.context.limits.highWaterBytes + 1)
        var drains = 0
        exchange.onDrain = {
            drains += 1
            if drains < 50 { exchange.write(chunk) }
        }
        exchange.start(status: 200, headers: [:])
        exchange.write(chunk)
        connection.loop.run()
        #expect(drains == 0)
        connection.pass(.milliseconds(1))
        #expect(drains == 50)
    }

    private func send(_ session: inout HTTP2Session, to bytes: inout [UInt8]) {
        while session.send({ unsafe $0.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) } })
            > 0
        {}
    }

    private func othersAreServed(_ server: Server, beside bytes: [UInt8]) throws {
        let busy = (0..<4).compactMap { _ in server.connect() }
        for client in busy { client.send(bytes) }
        // The first of them are being served now.
        _ = server.sample.arrived.take()
        let start = ContinuousClock.now
        for _ in 0..<3 {
            let answer = server.exchange("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(answer.hasSuffix("hello"))
        }
        let worked = server.sample.paths.withLock { $0.count { $0 == "/work" } }
        // It counts requests and not time, since the machine may be busy. Each waits for a few
        // rounds of four connections.
        #expect(worked < Self.requests / 2, "\(ContinuousClock.now - start)")
    }
}
