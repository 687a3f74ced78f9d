/// Why a connection was given up, or why a call on a session was refused.
package struct HTTP2Error: Error, Equatable, CustomStringConvertible {
    /// What the peer is told, in GOAWAY.
    package let code: HTTP2ErrorCode
    /// What happened, and which limit it passed, for a log line.
    package let message: String

    package init(_ code: HTTP2ErrorCode, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { "HTTP/2 \(code): \(message)" }
}
