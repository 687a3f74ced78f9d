/// Why a connection was given up, or why a call on a session was refused.
package struct HTTP2Error: Error, Equatable, CustomStringConvertible {
    /// The code sent to the peer in GOAWAY.
    package let code: HTTP2ErrorCode
    /// What happened and which limit it exceeded, for the log.
    package let message: String

    package init(_ code: HTTP2ErrorCode, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { "HTTP/2 \(code): \(message)" }
}
