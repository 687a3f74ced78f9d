import HTTP
import NIOCore
import NIOEmbedded
import Network
import Testing

/// What an HTTP/1.1 connection does in a drain: requests that have begun are answered, and nothing
/// else is waited for.
@Suite struct DrainTests {
    private let request = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n"

    private func drain(_ connection: Connection) {
        connection.context.beginDrain()
        connection.loop.run()
    }

    @Test("an idle connection is closed soon") func idle() throws {
        let connection = try Connection()
        connection.inbox.answersAtOnce = true
        try connection.receive(request)
        connection.pass(.seconds(5))
        drain(connection)
        connection.pass(.milliseconds(25))
        #expect(!connection.channel.isActive)
    }

    @Test("what was in the socket when the drain began is answered, and told that it is the last")
    func inSocket() throws {
        let connection = try Connection()
        connection.inbox.answersAtOnce = true
        try connection.receive(request)
        connection.pass(.seconds(5))
        _ = try connection.sent()
        drain(connection)
        try connection.receive(request)
        let answer = try connection.sent()
        #expect(answer.hasPrefix("HTTP/1.1 200 ") && answer.contains("\r\nconnection: close\r\n"))
    }

    @Test("a connection in use may send one more request, and is told that it was the last")
    func inUse() throws {
        let connection = try Connection()
        connection.inbox.answersAtOnce = true
        try connection.receive(request)
        drain(connection)
        connection.pass(.milliseconds(200))
        #expect(connection.channel.isActive)
        _ = try connection.sent()
        try connection.receive(request)
        #expect(try connection.sent().contains("\r\nconnection: close\r\n"))
        connection.pass(.milliseconds(300))
        #expect(!connection.channel.isActive)
    }

    @Test("pipelined requests are all answered, and only the last answer says close")
    func pipelined() throws {
        let connection = try Connection()
        try connection.receive(request + request + request)
        drain(connection)
        for index in 0..<3 { connection.inbox.exchanges[index].respond(.text(200, "ok")) }
        let answers = try connection.sent().components(of: "HTTP/1.1 200 ")
        #expect(answers.map { $0.contains("connection: close") } == [false, false, true])
    }

    @Test("a stream whose head is out ends whole, and its connection with it") func streaming()
        throws
    {
        let connection = try Connection()
        try connection.receive(request)
        connection.inbox.exchanges[0].start(status: 200, headers: [:])
        #expect(try !connection.sent().contains("connection: close"))
        drain(connection)
        connection.pass(.seconds(30))
        #expect(connection.channel.isActive)
        connection.inbox.exchanges[0].write([65])
        connection.inbox.exchanges[0].finish(trailers: nil)
        #expect(try connection.sent().hasSuffix("1\r\nA\r\n0\r\n\r\n"))
        connection.pass(.milliseconds(300))
        #expect(!connection.channel.isActive)
    }

    @Test("the rest of a head is waited for a second, however it drips") func halfHead() throws {
        let connection = try Connection()
        try connection.receive("GET /a HTTP/1.1\r\n")
        drain(connection)
        for byte in "Host: a\r\n".utf8 {
            try connection.receive([byte])
            connection.pass(.milliseconds(110))
        }
        connection.pass(.milliseconds(300))
        #expect(!connection.channel.isActive && connection.inbox.requests.isEmpty)
    }

    @Test("a head that is complete within the second is answered") func wholeHead() throws {
        let connection = try Connection()
        connection.inbox.answersAtOnce = true
        try connection.receive("GET /a HTTP/1.1\r\n")
        drain(connection)
        connection.pass(.milliseconds(500))
        try connection.receive("Host: a\r\n\r\n")
        #expect(try connection.sent().hasPrefix("HTTP/1.1 200 "))
    }

    @Test("a body goes on being received") func body() throws {
        let connection = try Connection()
        connection.inbox.answersAtOnce = true
        try connection.receive("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na")
        drain(connection)
        connection.pass(.seconds(5))
        try connection.receive("b")
        #expect(try connection.sent().contains("\r\nconnection: close\r\n"))
    }

    @Test("a connection that says nothing is not waited for") func silent() throws {
        let connection = try Connection()
        drain(connection)
        connection.pass(.milliseconds(300))
        #expect(!connection.channel.isActive)
    }

    @Test("a connection accepted in a drain is answered") func accepted() throws {
        let connection = try Connection(isDraining: true)
        connection.inbox.answersAtOnce = true
        connection.pass(.milliseconds(100))
        try connection.receive(request)
        #expect(try connection.sent().contains("\r\nconnection: close\r\n"))
    }

    /// Short requests on kept connections while the drain begins. Every request whose first byte
    /// arrived is answered completely, some perhaps before the drain begins.
    @Test("no request is lost when a drain begins under load") func load() throws {
        let server = try Server()
        let clients = try (0..<8).map { _ in try #require(server.connect()) }
        let request = "GET /later HTTP/1.1\r\nHost: a\r\n\r\n"
        for _ in 0..<20 {
            for client in clients {
                client.send(request)
                #expect(client.receiveText(until: "later").hasSuffix("later"))
            }
        }
        for client in clients { client.send(request) }
        #expect(server.listener.drain(within: .seconds(20)) == 0)
        for client in clients {
            let answer = client.receiveText()
            #expect(answer.hasPrefix("HTTP/1.1 200 ") && answer.hasSuffix("later"))
        }
    }
}
