/// The version a request came in.
package enum HTTPVersion: String, Sendable, Equatable {
    case http1_0 = "HTTP/1.0"
    case http1_1 = "HTTP/1.1"
    case http2 = "HTTP/2"
}

/// A request's head, within the transport's limits.
package struct RequestHead: Sendable {
    /// As sent; methods are case-sensitive (RFC 9110 §9.1).
    package var method: String
    /// The target's path, not percent-decoded, without the query; `*` for `OPTIONS *`.
    package var path: String
    /// What follows the first `?` of the target, not decoded.
    package var query: String?
    /// `host` carries HTTP/2's `:authority` and an absolute-form target's authority.
    package var headers: HTTPHeaders
    /// The bytes of the body as the client declared them: 0 without a body, nil when their number
    /// is only known at their end.
    package var bodyLength: Int?
    /// The client's `x-request-id` if it is safe to repeat, else one made here.
    package var requestID: String
    /// When the first byte of the request was read.
    package var receivedAt: ContinuousClock.Instant
    package var httpVersion: HTTPVersion

    package init(
        method: String, path: String, query: String? = nil, headers: HTTPHeaders = [:],
        bodyLength: Int?, requestID: String, receivedAt: ContinuousClock.Instant,
        httpVersion: HTTPVersion = .http1_1
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.bodyLength = bodyLength
        self.requestID = requestID
        self.receivedAt = receivedAt
        self.httpVersion = httpVersion
    }
}

/// A whole request: its head and its body.
package struct HTTPRequest: Sendable {
    package var head: RequestHead
    package var body: [UInt8]

    package init(_ head: RequestHead, body: [UInt8] = []) {
        self.head = head
        self.body = body
    }

    package var method: String { head.method }
    package var path: String { head.path }
    package var query: String? { head.query }
    package var headers: HTTPHeaders { head.headers }
    package var requestID: String { head.requestID }
    package var receivedAt: ContinuousClock.Instant { head.receivedAt }
    package var httpVersion: HTTPVersion { head.httpVersion }
}

/// A whole answer. The transport adds `date`, `server`, `x-request-id` and the framing.
package struct HTTPResponse: Sendable, Equatable {
    package var status: Int
    package var headers: HTTPHeaders
    package var body: [UInt8]

    package init(status: Int, headers: HTTPHeaders = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// An answer of type `text/plain; charset=utf-8`.
    package static func text(_ status: Int, _ text: String) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: ["content-type": "text/plain; charset=utf-8"],
            body: Array(text.utf8))
    }

    /// An answer of type `application/json`; `body` is JSON already.
    package static func json(_ status: Int, _ body: [UInt8]) -> HTTPResponse {
        HTTPResponse(status: status, headers: ["content-type": "application/json"], body: body)
    }
}

/// The I/O thread of an exchange. Events for many exchanges on one thread are grouped by
/// `identity`, so that a step costs one `execute` a thread.
package protocol LoopPort: AnyObject, Sendable {
    /// Runs `work` on the I/O thread soon, after what was handed over before. Any thread.
    func execute(_ work: @escaping @Sendable () -> Void)
    /// Equal for ports of the same I/O thread.
    var identity: ObjectIdentifier { get }
}

/// One request's way back to its client. Used on its I/O thread only, hence not `Sendable`.
///
/// An answer is either `respond`, once, or `start`, any number of `write`s and `finish`. After the
/// end, and after the client went away, calls do nothing.
package protocol Exchange: AnyObject {
    var port: any LoopPort { get }
    /// False once the answer is finished or the client went away.
    var isOpen: Bool { get }
    /// Sends a whole answer with its length.
    func respond(_ response: HTTPResponse)
    /// Begins a streaming answer: chunked on HTTP/1.1, DATA frames on HTTP/2.
    func start(status: Int, headers: HTTPHeaders)
    /// Adds to a streaming answer. The transport coalesces what one loop tick writes.
    func write(_ bytes: [UInt8])
    /// Ends a streaming answer.
    func finish(trailers: HTTPHeaders?)
    /// Bytes written and not yet taken by the socket.
    var bufferedBytes: Int { get }
    /// Called once if the client goes away, or is cut off, before the answer is finished; a `write`
    /// that passes the transport's limit calls it before it returns.
    var onCancel: (() -> Void)? { get set }
    /// Called when `bufferedBytes` falls to zero after it was over the high-water mark.
    var onDrain: (() -> Void)? { get set }
}

/// What becomes of a request whose head was read.
package enum Admission: Sendable {
    /// Answered now; nothing of its body is kept.
    case refused(HTTPResponse)
    /// Its body is gathered and then served as a whole.
    case whole(BodyPolicy)
}

/// How a request's body is received, and who serves the request then.
package struct BodyPolicy: Sendable {
    package typealias Serve = @Sendable (HTTPRequest, any Exchange) -> Void

    /// The transport's own limit holds too.
    package let bytesMax: Int
    /// Whether the request is served even when the server has no place for further connections.
    package let isVital: Bool
    /// Called on the exchange's I/O thread once the request is complete. Must not block; the
    /// answer may be given now or later, on the same thread.
    package let serve: Serve

    package init(bytesMax: Int, isVital: Bool = false, serve: @escaping Serve) {
        self.bytesMax = bytesMax
        self.isVital = isVital
        self.serve = serve
    }
}

/// Answers requests, head first.
package protocol RequestHandler: Sendable {
    /// Called on the connection's I/O thread once a request's head was read: before
    /// `100 Continue` is sent and before any of the body is kept. Must not block.
    func admit(_ head: RequestHead) -> Admission
}
