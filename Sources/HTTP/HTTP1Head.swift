/// A request's head, checked.
package struct HTTP1Head: Sendable, Equatable {
    package var method: String
    /// Not percent-decoded; `*` for `OPTIONS *`.
    package var path: String
    package var query: String?
    package var version: HTTPVersion
    package var headers: HTTPHeaders
    package var framing: HTTP1Framing
    /// Whether the client wants the connection kept open after the response.
    package var isPersistent: Bool
    /// Whether the client waits for `100 Continue` before it sends the body.
    package var expectsContinue: Bool
}
