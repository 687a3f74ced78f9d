/// A request's head, within the transport's limits.
package struct RequestHead: Sendable {
    /// As sent; methods are case-sensitive (RFC 9110 §9.1).
    package var method: String
    /// The target's path, not percent-decoded, without the query; `*` for `OPTIONS *`.
    package var path: String
    /// What follows the first `?` of the target, not decoded.
    package var query: String?
    /// The fields. `host` is HTTP/2's `:authority`, or an absolute-form target's authority, if
    /// there is one.
    package var headers: HTTPHeaders
    /// The body's length in bytes, as the client declared it; 0 without a body, nil if the length
    /// is known only at the body's end.
    package var bodyLength: Int?
    /// The client's `x-request-id` if it is safe to repeat, else a new one.
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
