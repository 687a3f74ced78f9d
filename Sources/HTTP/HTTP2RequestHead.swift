/// The field section that opens a request, with its pseudo-header fields separate (RFC 9113
/// §8.3.1).
package struct HTTP2RequestHead: Sendable {
    package var method: String
    package var scheme: String
    /// `:authority`, or `Host` if only that was sent; empty if neither was.
    package var authority: String
    /// `:path` as it was sent: target and query, percent-encoded. Empty for CONNECT.
    package var path: String
    package var headers: HTTPHeaders

    package init(
        method: String, scheme: String = "http", authority: String, path: String,
        headers: HTTPHeaders = HTTPHeaders()
    ) {
        self.method = method
        self.scheme = scheme
        self.authority = authority
        self.path = path
        self.headers = headers
    }
}
