import HTTP
import Metrics
import Network
import Synchronization
import Testing

/// Tests over loopback sockets.
@Suite struct ListenerTests {
    @Test("a request is answered, stamped and logged") func answer() throws {
        let server = try Server()
        let answer = server.exchange(
            "GET /hello?x=1 HTTP/1.1\r\nHost: a\r\nX-Request-Id: r1\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\ndate: "))
        for line in ["server: switchyard", "x-request-id: r1", "content-length: 5"] {
            #expect(answer.contains("\r\n\(line)\r\n"))
        }
        #expect(answer.hasSuffix("\r\n\r\nhello"))
        let record = server.records.all.withLock { $0.first }
        #expect(record?.requestID == "r1" && record?.path == "/hello" && record?.status == 200)
        #expect(record?.responseBytes == 5 && record?.client == "127.0.0.1")
        #expect(server.metric(#"switchyard_http_requests_total{version="1.1",status="2xx"} 1"#))
    }

    @Test("IPv6 is listened on as IPv4 is", .enabled(if: RawClient.hasIPv6)) func ipv6() throws {
        let server = try Server(host: "[::1]")
        #expect(server.listener.address.description == "[::1]:\(server.listener.address.port)")
        let client = RawClient(port: server.listener.address.port, ipv6: true)
        client?.send("GET /hello HTTP/1.1\r\nHost: [::1]\r\nConnection: close\r\n\r\n")
        #expect(client?.receiveText().hasSuffix("hello") == true)
    }

    @Test("an address that is taken is an error that says so") func taken() throws {
        let server = try Server()
        let port = server.listener.address.port
        func error(_ host: String, _ port: Int) -> String? {
            do throws(NetworkError) {
                _ = try Listener(
                    host: host, port: port, metrics: NetworkMetrics(registry: Registry()),
                    handler: Sample())
                return nil
            } catch {
                return error.description
            }
        }
        #expect(
            error("127.0.0.1", port)
                == "cannot listen on 127.0.0.1 port \(port): the port is taken "
                + "by another program; choose another with --port, or 0 for any")
        #expect(error("192.0.2.1", 0)?.contains("--host") == true)
        #expect(error("no.such.name.invalid", 0)?.contains("--host") == true)
    }

    @Test("pipelined requests are answered in order, later ones too") func pipelining() throws {
        let server = try Server()
        let client = try #require(server.connect())
        client.send(
            "GET /later HTTP/1.1\r\nHost: a\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n"
                + "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n"
                + "OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        let answers = client.receiveText().components(of: "HTTP/1.1 ")
        #expect(answers.count == 4)
        #expect(answers[0].hasSuffix("later") && answers[1].hasSuffix("hello"))
        #expect(answers[2].hasSuffix("\r\n\r\n4\r\none,\r\n3\r\ntwo\r\n0\r\n\r\n"))
        #expect(answers[3].hasPrefix("404 ") && answers[3].hasSuffix("OPTIONS *"))
    }

    @Test("more pipelined bytes than are kept wait in the socket") func pausing() throws {
        let server = try Server { $0.limits.pipelinedBytesMax = 1000 }
        let request = "GET /later HTTP/1.1\r\nHost: a\r\n\r\n"
        let answers = server.exchange(String(repeating: request, count: 5000))
        #expect(answers.components(of: "HTTP/1.1 200 OK").count == 5000)
    }

    /// Requests whose end a proxy could see elsewhere than we do, each followed by a smuggled one.
    static let ambiguous: [(String, String)] = [
        ("POST /echo HTTP/1.1|Host: a|Content-Length: 4|Transfer-Encoding: chunked||0||", "400"),
        ("POST /echo HTTP/1.1|Host: a|Transfer-Encoding: chunked|Content-Length: 4||0||", "400"),
        ("POST /echo HTTP/1.1|Host: a|Content-Length: 0|Content-Length: 44||", "400"),
        ("POST /echo HTTP/1.1|Host: a|Content-Length: 0, 44||", "400"),
        ("POST /echo HTTP/1.1|Host: a|Content-Length: +0||", "400"),
        ("POST /echo HTTP/1.1|Host: a|Content-Length: 0\u{B}||", "400"),
        ("POST /echo HTTP/1.1|Host: a|Content-Length : 44||", "400"),
        ("POST /echo HTTP/1.1|Host: a|Transfer-Encoding : chunked||0||", "400"),
        ("POST /echo HTTP/1.1|Host: a|Transfer-Encoding: chunked, identity||0||", "400"),
        ("POST /echo HTTP/1.1|Host: a|Transfer-Encoding: xchunked||0||", "400"),
        ("POST /echo HTTP/1.1|Host: a|Transfer-Encoding: gzip, chunked||0||", "501"),
        ("POST /echo HTTP/1.1|Host: a|Transfer-Encoding:\u{B}chunked||0||", "400"),
        ("POST /echo HTTP/1.1|Host: a|X: y| Transfer-Encoding: chunked||0||", "400"),
        ("POST /echo HTTP/1.1|Host: a|X: y\nTransfer-Encoding: chunked||0||", "400"),
        ("POST /echo HTTP/1.1|Host: a|X: y\rTransfer-Encoding: chunked||0||", "400"),
        ("POST /echo HTTP/1.1|Host: a|X\u{0}: y|Content-Length: 44||", "400"),
        ("POST /echo HTTP/1.0|Host: a|Transfer-Encoding: chunked||0||", "400"),
        ("POST /echo HTTP/1.1|Host: a|Transfer-Encoding: chunked||0\n||", "400"),
        ("POST /echo HTTP/1.1|Host: a|Transfer-Encoding: chunked||0x0||", "400"),
        ("POST /echo HTTP/1.1|Host: a|Transfer-Encoding: chunked||1|ab|0||", "400"),
        ("POST /echo HTTP/1.1|Host: a|Transfer-Encoding: chunked||0;a\rb||", "400"),
        ("POST /echo HTTP/1.1|Host: a|Host: b|Content-Length: 0||", "400"),
        ("POST /echo HTTP/1.1|Content-Length: 0||", "400"),
        ("POST /echo HTTP/1.1\nHost: a\n\n", "400"),
        ("POST /echo\tHTTP/1.1|Host: a||", "400"),
        ("POST /echo HTTP/1.1 HTTP/1.1|Host: a||", "400"),
        ("POST /echo HTTP/1.1|Host: a|Expect: x|Content-Length: 0||", "417"),
        ("CONNECT a:80 HTTP/1.1|Host: a||", "501"),
        ("POST /echo HTTP/3.0|Host: a||", "505"),
    ]

    @Test("nothing is smuggled: ambiguous requests are refused and the connection closed")
    func smuggling() throws {
        let server = try Server()
        for (text, status) in Self.ambiguous {
            let bytes =
                text.replacing("|", with: "\r\n")
                + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
            // The output stays open, since the server must end the connection.
            let client = try #require(server.connect())
            client.send(bytes)
            let answers = client.receiveText()
            #expect(answers.components(of: "\r\ndate: ").count == 1, "\(text)")
            #expect(answers.hasPrefix("HTTP/1.1 \(status) "), "\(text): \(answers)")
            #expect(answers.contains("\r\nconnection: close\r\n"), "\(text)")
            #expect(answers.contains(#"{"error":{"message":""#), "\(text)")
            #expect(answers.contains("\r\nx-request-id: req-"), "\(text)")
        }
        #expect(server.sample.paths.withLock { $0 }.isEmpty)
    }

    @Test("a body that is too long is refused unread, and the answer can be read") func long()
        throws
    {
        let server = try Server { $0.limits.message.bodyBytesMax = 1000 }
        let client = try #require(server.connect())
        client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 50000000\r\n\r\n")
        // More than the socket's buffers hold, so the client reads the response only if the server
        // goes on reading.
        for _ in 0..<100 { client.send([UInt8](repeating: 65, count: 100_000)) }
        let answer = client.receiveText()
        #expect(answer.contains(#""code":"body_too_large""#))
        #expect(answer.contains("longer than the 1000 bytes that this server accepts"))
        #expect(server.metric(#"switchyard_http_rejects_total{code="body_too_large"} 1"#))
    }

    @Test("each I/O thread has room for the longest body there may be") func longest() throws {
        let server = try Server {
            $0.limits.message.bodyBytesMax = 1000
            $0.limits.bodiesBytesMax = 10
        }
        let answer = server.exchange(
            "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n"
                + String(repeating: "x", count: 1000))
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
    }

    @Test("a client that closes only its output gets its answer") func halfClosed() throws {
        let server = try Server()
        let answer = server.exchange("GET /later HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(answer.hasSuffix("later") && answer.contains("HTTP/1.1 200 OK"))
        let old = server.exchange("GET /later HTTP/1.0\r\n\r\n")
        #expect(old.hasPrefix("HTTP/1.1 200 OK") && old.hasSuffix("later"))
    }

    @Test("a client that closes while it waits cancels its request") func vanished() throws {
        let server = try Server()
        do {
            let client = try #require(server.connect())
            client.send("GET /never HTTP/1.1\r\nHost: a\r\n\r\n")
        }
        #expect(server.sample.cancelled.take() == "never")
    }

    @Test("clients that close before their requests have had a turn cancel them")
    func vanishedEarly() throws {
        let server = try Server()
        do {
            let busy = try (0..<60).map { _ in try #require(server.connect()) }
            let leaving = try (0..<20).map { _ in try #require(server.connect()) }
            for client in busy { client.send("GET /work HTTP/1.1\r\nHost: a\r\n\r\n") }
            for client in leaving { client.send("GET /never HTTP/1.1\r\nHost: a\r\n\r\n") }
        }
        for _ in 0..<20 { #expect(server.sample.cancelled.take() == "never") }
    }

    @Test("a client that closes within a stream cancels it") func vanishedReader() throws {
        let server = try Server()
        do {
            let client = try #require(server.connect(receiveBufferBytes: 4096))
            client.send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(client.receive()?.isEmpty == false)
        }
        #expect(server.sample.cancelled.take() == "endless")
    }

    @Test("a client that reads nothing is cut off, and the server holds little") func slow() throws
    {
        let server = try Server { $0.limits.readerStallTimeout = .milliseconds(100) }
        let client = try #require(server.connect(receiveBufferBytes: 4096))
        client.send("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(server.sample.cancelled.take() == "endless")
        #expect(server.metric(#"switchyard_http_timeouts_total{timer="reader"} 1"#))
    }

    @Test("when all places are taken the longest idle connection gives its own up")
    func crowdedByIdle() throws {
        let server = try Server { $0.limits.connectionsMax = 2 }
        let hello = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"
        // A connection that never sent anything, and one with half a head, are idle as well.
        let silent = try #require(server.connect())
        let half = try #require(server.connect())
        half.send("GET /hello HTTP/1.1\r\n")
        let first = try #require(server.connect())
        first.send(hello)
        #expect(first.receiveText(until: "hello").hasSuffix("hello"))
        #expect(silent.receiveText().isEmpty)
        let second = try #require(server.connect())
        second.send(hello)
        #expect(second.receiveText(until: "hello").hasSuffix("hello"))
        #expect(half.receiveText().isEmpty)
        #expect(server.metric(#"switchyard_connections_total{outcome="given_up"} 2"#))
        #expect(server.metric(#"switchyard_connections_max{place="ordinary"} 2.0"#))
    }

    @Test("when all connections are busy health is answered, and others are told to come back")
    func crowdedByWork() throws {
        let server = try Server {
            $0.limits.connectionsMax = 2
            $0.limits.connectionsReserved = 1
        }
        let busy = try (0..<2).map { _ in try #require(server.connect()) }
        for client in busy {
            client.send("GET /never HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(server.sample.arrived.take() == "never")
        }
        // A silent connection in the reserve loses its place to the next one.
        let silent = try #require(server.connect())
        let other = server.exchange("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(silent.receiveText().isEmpty)
        #expect(other.hasPrefix("HTTP/1.1 503 ") && other.contains("connections_exhausted"))
        #expect(other.contains("\r\nretry-after: 1\r\n"))
        #expect(other.contains("\r\nconnection: close\r\n"))
        for _ in 0..<3 {
            let health = server.exchange("GET /vital HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(health.hasPrefix("HTTP/1.1 200 "))
        }
        // Without a later use the clients would be closed before.
        withExtendedLifetime(busy) {}
    }

    @Test("a drain answers what was begun, closes the idle and refuses the new") func drain() throws
    {
        let server = try Server()
        let idle = try #require(server.connect())
        idle.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(idle.receiveText(until: "hello").hasSuffix("hello"))
        let busy = try #require(server.connect())
        busy.send(
            "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n")
        #expect(busy.receiveText(until: "\r\n\r\n").hasPrefix("HTTP/1.1 100"))
        let stuck = try #require(server.connect())
        stuck.send("GET /never HTTP/1.1\r\nHost: a\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(server.sample.arrived.take() == "never")
        // The body is in the socket before the drain begins, or is read during it; both are
        // answered.
        busy.send("body")
        #expect(server.listener.drain(within: .milliseconds(300)) == 1)
        #expect(server.sample.cancelled.take() == "never")
        #expect(idle.receiveText().isEmpty)
        #expect(busy.receiveText().hasSuffix("body"))
        #expect(stuck.receiveText().isEmpty)
        #expect(server.connect() == nil)
    }

    @Test("an error's body can be spelled otherwise") func errorBody() throws {
        let server = try Server {
            $0.errorBody = { (contentType: "text/plain", bytes: Array($0.code.utf8)) }
        }
        let answer = server.exchange("GET / HTTP/1.1\r\n\r\n")
        #expect(answer.hasSuffix("\r\n\r\nhost_missing"))
    }
}

extension RawClient {
    /// Whether this machine has an IPv6 loopback.
    static var hasIPv6: Bool {
        (try? Listener(
            host: "::1", port: 0, metrics: NetworkMetrics(registry: Registry()),
            handler: Sample())) != nil
    }
}
