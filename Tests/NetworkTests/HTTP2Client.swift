import HTTP
import NIOCore
import NIOEmbedded
import Network

/// A client session connected to a connection without a socket.
final class Client {
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

    /// Passes bytes both ways until neither side has any.
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

    func hasEnded(_ stream: HTTP2StreamID) -> Bool {
        for case .end(stream) in events { return true }
        return false
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

/// The log's records, on the test's own thread.
final class Records: @unchecked Sendable {
    private(set) var all: [AccessRecord] = []
    func add(_ record: AccessRecord) { all.append(record) }
}

/// Bytes that no client session would send.
enum Wire {
    static let opening =
        Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]

    /// An opening and a GET on stream 1.
    static let get = opening + headers(1)

    /// GET / over http, authority `a`, complete.
    static func headers(_ stream: Int32) -> [UInt8] {
        [0, 0, 6, 1, 5, 0, 0, 0, UInt8(stream), 0x82, 0x84, 0x86, 0x41, 0x01, 0x61]
    }

    static func windowUpdate(_ stream: Int32, _ count: Int) -> [UInt8] {
        [0, 0, 4, 8, 0, 0, 0, 0, UInt8(stream)]
            + [UInt8(count >> 24 & 0x7f), UInt8(count >> 16 & 0xff)]
            + [UInt8(count >> 8 & 0xff), UInt8(count & 0xff)]
    }
}
