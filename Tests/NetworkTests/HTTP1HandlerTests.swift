import HTTP
import NIOCore
import NIOEmbedded
import Network
import TestSupport
import Testing

@Suite struct HTTP1HandlerTests {
    @Test(
        "requests may come a byte at a time or joined; answers are the same and in order",
        arguments: [1, 5, 10_000])
    func cuts(step: Int) throws {
        let connection = try Connection()
        connection.inbox.answersAtOnce = true
        let bytes = Array(
            ("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
                + "GET /b?q HTTP/1.1\r\nHost: a\r\nX-Request-Id: me\r\n\r\n"
                + "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "2\r\nde\r\n0\r\n\r\n").utf8)
        var position = 0
        while position < bytes.count {
            let end = min(position + step, bytes.count)
            try connection.receive(Array(bytes[position..<end]))
            position = end
        }
        let requests = connection.inbox.requests
        #expect(requests.map(\.path) == ["/a", "/b", "/c"])
        #expect(requests.map(\.body) == [Array("abc".utf8), [], Array("de".utf8)])
        #expect(requests[1].query == "q" && requests[1].requestID == "me")
        let answers = try connection.sent().components(of: "HTTP/1.1 200 OK")
        #expect(answers.count == 3 && answers[1].contains("x-request-id: me\r\n"))
        #expect(connection.channel.isActive)
    }

    @Test("the second request waits until the first is answered") func order() throws {
        let connection = try Connection()
        try connection.receive(
            "GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(connection.inbox.requests.map(\.path) == ["/a"])
        connection.inbox.exchanges[0].start(status: 200, headers: [:])
        connection.inbox.exchanges[0].write([65])
        #expect(connection.inbox.requests.count == 1)
        connection.inbox.exchanges[0].finish(trailers: nil)
        #expect(connection.inbox.requests.map(\.path) == ["/a", "/b"])
        connection.inbox.exchanges[1].respond(.text(404, "b"))
        let sent = try connection.sent()
        #expect(sent.contains("\r\n\r\n1\r\nA\r\n0\r\n\r\nHTTP/1.1 404 Not Found\r\n"))
    }

    @Test("many requests in one read are answered without growing the stack") func deep() throws {
        let connection = try Connection()
        connection.inbox.answersAtOnce = true
        let one = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        try connection.receive(String(repeating: one, count: 5000))
        // The socket took so much at once that other connections had their turns in between.
        connection.pass(.milliseconds(10))
        #expect(connection.inbox.requests.count == 5000)
        #expect(try connection.sent().components(of: "HTTP/1.1 200 OK").count == 5000)
    }

    @Test("what a tick writes leaves in one flush") func coalesced() throws {
        let connection = try Connection()
        try connection.receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        let exchange = connection.inbox.exchanges[0]
        exchange.start(status: 200, headers: [:])
        for _ in 0..<10 { exchange.write([65]) }
        exchange.finish(trailers: nil)
        connection.loop.run()
        #expect(try connection.channel.readOutbound(as: ByteBuffer.self) != nil)
        #expect(try connection.channel.readOutbound(as: ByteBuffer.self) == nil)
    }

    @Test("100 Continue is sent once, and only when the body is still to come")
    func continues() throws {
        let connection = try Connection()
        connection.inbox.answersAtOnce = true
        let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
        try connection.receive(head)
        #expect(try connection.sent() == "HTTP/1.1 100 Continue\r\n\r\n")
        try connection.receive("ab")
        #expect(try connection.sent().hasPrefix("HTTP/1.1 200 OK\r\n"))
        try connection.receive(head + "ab")
        #expect(try connection.sent().hasPrefix("HTTP/1.1 200 OK\r\n"))
        let long =
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\nExpect: 100-continue\r\n\r\n"
        try connection.receive(long)
        #expect(try connection.sent().hasPrefix("HTTP/1.1 413 Content Too Large\r\n"))
        #expect(!connection.channel.isActive)
    }

    @Test("a request is judged by its head: refused before 100 Continue and before its body")
    func headFirst() throws {
        let connection = try Connection()
        connection.inbox.refusal = .text(401, "key")
        try connection.receive(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        let sent = try connection.sent()
        #expect(sent.hasPrefix("HTTP/1.1 401 ") && sent.contains("connection: close"))
        #expect(connection.inbox.heads.map(\.bodyLength) == [2])
        #expect(connection.inbox.requests.isEmpty && !connection.channel.isActive)
    }

    @Test(
        "after a refusal by the head a short body is dropped and the connection goes on",
        arguments: [1, 7, 10_000])
    func droppedBody(step: Int) throws {
        let connection = try Connection()
        connection.inbox.refusal = .text(401, "key")
        let bytes = Array(
            ("GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
                + "POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 41\r\n\r\n"
                + "GET /smuggled HTTP/1.1\r\nHost: a\r\nX: y\r\n\r\n"
                + "GET /c HTTP/1.1\r\nHost: a\r\n\r\n").utf8)
        var position = 0
        while position < bytes.count {
            let end = min(position + step, bytes.count)
            try connection.receive(Array(bytes[position..<end]))
            position = end
        }
        #expect(connection.inbox.heads.map(\.path) == ["/a", "/b", "/c"])
        let answers = try connection.sent().components(of: "HTTP/1.1 401 ")
        #expect(answers.count == 3 && connection.channel.isActive)
        #expect(connection.context.holdBody(connection.context.limits.bodiesBytesMax))
    }

    @Test("a refused request whose body is long or without a length ends the connection")
    func undroppedBody() throws {
        for field in ["Content-Length: 70000", "Transfer-Encoding: chunked"] {
            let connection = try Connection()
            connection.inbox.refusal = .text(401, "key")
            try connection.receive("POST / HTTP/1.1\r\nHost: a\r\n\(field)\r\n\r\n")
            #expect(try connection.sent().contains("connection: close"))
            try connection.receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(connection.inbox.heads.count == 1)
            connection.pass(.seconds(3))
            #expect(!connection.channel.isActive)
        }
    }

    @Test("a dropped body that stalls ends the connection without a second answer")
    func stalledDroppedBody() throws {
        let connection = try Connection()
        connection.inbox.refusal = .text(401, "key")
        try connection.receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab")
        #expect(try connection.sent().hasPrefix("HTTP/1.1 401 "))
        connection.pass(.seconds(11))
        #expect(try connection.sent().isEmpty && !connection.channel.isActive)
    }

    @Test(
        "an endpoint may take less than the transport",
        arguments: [
            "Content-Length: 12\r\n\r\nabcdefghijkl",
            "Transfer-Encoding: chunked\r\n\r\n8\r\nabcdefgh\r\n8\r\nabcdefgh\r\n",
        ])
    func lowered(rest: String) throws {
        let connection = try Connection()
        connection.inbox.bytesMax = 10
        try connection.receive("POST / HTTP/1.1\r\nHost: a\r\n\(rest)")
        #expect(try connection.sent().hasPrefix("HTTP/1.1 413 "))
        #expect(connection.inbox.requests.isEmpty)
        #expect(connection.context.holdBody(connection.context.limits.bodiesBytesMax))
    }

    @Test(
        "what the front end says of an admitted request is in the transport's refusals too",
        arguments: [("413", 10), ("413", 1000), ("503", 1000), ("408", 1000), ("200", 1000)])
    func adopted(status: String, bytesMax: Int) throws {
        let records = Records()
        let connection = try Connection {
            $0.accessLog = { records.add($0) }
            // The transport's limit or the front end's.
            if status == "413", bytesMax > 20 { $0.limits.message.bodyBytesMax = 19 }
        }
        connection.inbox.answersAtOnce = true
        connection.inbox.bytesMax = bytesMax
        connection.inbox.addedHeaders = ["x-added": "1"]
        connection.inbox.notes.key = "alice"
        if status == "503" { connection.leaveRoom(10) }
        try connection.receive(
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\n"
                + String(repeating: "x", count: status == "408" ? 5 : 20))
        connection.pass(.seconds(11))
        let answer = try connection.sent()
        #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
        #expect(answer.components(of: "\r\nx-added: 1\r\n").count == 1)
        #expect(records.all.map(\.notes.key) == ["alice"])
    }

    @Test("who may not send a request at all is told that, and not that its body is too long")
    func refusedFirst() throws {
        let connection = try Connection { $0.limits.message.bodyBytesMax = 19 }
        connection.inbox.refusal = .text(401, "key")
        try connection.receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\n")
        let answer = try connection.sent()
        #expect(answer.hasPrefix("HTTP/1.1 401 ") && answer.contains("\r\nconnection: close\r\n"))
    }

    @Test("HEAD, 204 and 304 have no body, and the connection stays in step") func bodyless() throws
    {
        let connection = try Connection()
        let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        try connection.receive("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
        connection.inbox.exchanges[0].respond(.text(200, "hello"))
        var sent = try connection.sent()
        #expect(sent.hasSuffix("content-length: 5\r\n\r\n"))
        for (index, status) in [204, 304].enumerated() {
            try connection.receive(get)
            connection.inbox.exchanges[index + 1].respond(.text(status, "hello"))
            sent = try connection.sent()
            #expect(sent.hasSuffix("\r\n\r\n") && !sent.contains("content-length"))
        }
        try connection.receive("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
        let exchange = connection.inbox.exchanges[3]
        exchange.start(status: 200, headers: [:])
        exchange.write([65])
        exchange.finish(trailers: nil)
        #expect(try connection.sent().hasSuffix("transfer-encoding: chunked\r\n\r\n"))
        #expect(connection.channel.isActive)
    }

    @Test("HTTP/1.0 gets no chunks, no trailers and no second request unless it asks")
    func http10() throws {
        let connection = try Connection()
        try connection.receive("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        connection.inbox.exchanges[0].respond(.text(200, "a"))
        #expect(try connection.sent().hasSuffix("connection: keep-alive\r\n\r\na"))
        try connection.receive("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        connection.inbox.exchanges[1].start(status: 200, headers: [:])
        connection.inbox.exchanges[1].write([65])
        connection.inbox.exchanges[1].finish(trailers: ["t": "1"])
        #expect(try connection.sent().hasSuffix("connection: close\r\n\r\nA"))
        #expect(!connection.channel.isActive)
    }

    @Test("trailers go to clients that can read them") func trailers() throws {
        let connection = try Connection()
        for (index, te) in ["", "TE: trailers\r\n"].enumerated() {
            try connection.receive("GET / HTTP/1.1\r\nHost: a\r\n\(te)\r\n")
            connection.inbox.exchanges[index].start(status: 200, headers: [:])
            connection.inbox.exchanges[index].finish(trailers: ["x-sum": "3"])
        }
        #expect(try connection.sent().components(of: "x-sum: 3\r\n\r\n").count == 1)
    }

    @Test("a closed connection cancels once, and later calls do nothing") func cancel() throws {
        let connection = try Connection()
        try connection.receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        let exchange = connection.inbox.exchanges[0]
        var cancelled = 0
        exchange.onCancel = { cancelled += 1 }
        #expect(exchange.isOpen)
        connection.channel.close(promise: nil)
        connection.loop.run()
        #expect(!exchange.isOpen && cancelled == 1 && exchange.bufferedBytes == 0)
        exchange.respond(.text(200, "late"))
        exchange.start(status: 200, headers: [:])
        exchange.write([1])
        exchange.finish(trailers: nil)
        #expect(cancelled == 1)
        #expect(connection.metric("switchyard_http_requests_cancelled_total 1"))
    }

    @Test("an answer may be given once") func once() throws {
        let connection = try Connection()
        try connection.receive("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        let exchange = connection.inbox.exchanges[0]
        exchange.respond(.text(200, "a"))
        exchange.respond(.text(200, "b"))
        exchange.start(status: 200, headers: [:])
        #expect(try connection.sent().components(of: "HTTP/1.1 ").count == 1)
    }

    @Test("a preface split anywhere is HTTP/2's, and without HTTP/2 a 505", arguments: 1..<24)
    func preface(cut: Int) throws {
        let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
        let connection = try Connection()
        try connection.receive(Array(preface[..<cut]))
        #expect(try connection.sent() == "")
        try connection.receive(Array(preface[cut...]))
        #expect(try connection.sent().hasPrefix("HTTP/1.1 505 HTTP Version Not Supported\r\n"))
        #expect(!connection.channel.isActive)
    }

    /// Takes HTTP/2's place; answers with the number of bytes that came.
    private final class Counting: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        let upgrade: HTTP2Upgrade?

        init(_ upgrade: HTTP2Upgrade?) { self.upgrade = upgrade }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let count = unwrapInboundIn(data).readableBytes
            let path = upgrade?.request.path ?? "-"
            let text = "\(path) \(upgrade?.settings ?? []) \(count)"
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
        }
    }

    @Test("HTTP/2's handler gets the whole preface and what follows") func http2() throws {
        let connection = try Connection { $0.http2 = { _, upgrade in Counting(upgrade) } }
        try connection.receive("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nmore")
        #expect(try connection.sent() == "- [] 28")
        try connection.receive("more")
        #expect(try connection.sent() == "- [] 4")
    }

    @Test("an upgrade to h2c hands over the request, the settings and the bytes behind")
    func upgrade() throws {
        let connection = try Connection { $0.http2 = { _, upgrade in Counting(upgrade) } }
        try connection.receive(
            "GET /up HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                + "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\nrest")
        let sent = try connection.sent()
        #expect(sent.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
        #expect(sent.hasSuffix("\r\n\r\n/up [0, 3, 0, 0, 0, 100] 4"))
        try connection.receive("more")
        #expect(try connection.sent() == "/up [0, 3, 0, 0, 0, 100] 4")
        #expect(connection.inbox.requests.isEmpty)
    }

    @Test("an upgrade behind an answer that the socket has no room for loses nothing of it")
    func upgradeBehind() throws {
        let connection = try Connection { $0.http2 = { _, upgrade in Counting(upgrade) } }
        connection.inbox.answersAtOnce = true
        connection.channel.isWritable = false
        try connection.receive(
            "GET /first HTTP/1.1\r\nHost: a\r\n\r\n"
                + "GET /up HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                + "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\nrest")
        connection.channel.isWritable = true
        connection.channel.pipeline.fireChannelWritabilityChanged()
        let sent = try connection.sent()
        #expect(sent.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(sent.components(of: "HTTP/1.1 101 ").count == 1)
        #expect(sent.hasSuffix("/up [0, 3, 0, 0, 0, 100] 4"))
    }

    @Test(
        "an upgrade that is not as it should be is passed over",
        arguments: [
            "Connection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n",
            "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n",
            "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: !\r\n",
            "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA\r\n",
            "Connection: Upgrade\r\nUpgrade: websocket\r\n",
        ])
    func noUpgrade(fields: String) throws {
        let connection = try Connection { $0.http2 = { _, upgrade in Counting(upgrade) } }
        connection.inbox.answersAtOnce = true
        try connection.receive("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
        #expect(try connection.sent().hasPrefix("HTTP/1.1 200 OK\r\n"))
    }

    /// For any bytes in any cuts every connection ends or waits, and none crashes.
    @Test("random bytes never crash a connection", arguments: 0..<300)
    func fuzz(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        let connection = try Connection()
        connection.inbox.answersAtOnce = seed % 3 != 0
        let seeds = [
            "GET /a HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n",
            "POST /b HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            "POST /c HTTP/1.0\r\nContent-Length: 4\r\nConnection: keep-alive\r\n\r\nabcd",
            "OPTIONS * HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        ]
        var bytes: [UInt8] = []
        for _ in 0..<4 { bytes += Array((seeds.randomElement(using: &random) ?? "").utf8) }
        for _ in 0..<Int.random(in: 0...5, using: &random) {
            bytes[Int.random(in: 0..<bytes.count, using: &random)] =
                UInt8.random(in: .min ... .max, using: &random)
        }
        var position = 0
        while position < bytes.count {
            let end = min(bytes.count, position + Int.random(in: 1...60, using: &random))
            try connection.receive(Array(bytes[position..<end]))
            for exchange in connection.inbox.exchanges where exchange.isOpen {
                exchange.respond(.text(200, "ok"))
            }
            position = end
        }
        connection.pass(.hours(1))
        #expect(!connection.channel.isActive)
    }
}

extension String {
    /// The parts after each `mark`.
    func components(of mark: String) -> [String] {
        Array(split(separator: mark, omittingEmptySubsequences: false).map(String.init).dropFirst())
    }
}
