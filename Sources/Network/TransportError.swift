package import HTTP

/// An error with which the transport itself answers, since the request is invalid, incomplete or
/// too late.
package struct TransportError: Error, Sendable, Equatable {
    package let status: Int
    /// A stable name in snake_case.
    package let code: String
    /// Fixed text that repeats nothing of what a client sent.
    package let message: String
    /// Whether the same request may succeed a little later.
    package var passes: Bool { status == 503 }

    package init(status: Int, code: String, message: String) {
        self.status = status
        self.code = code
        self.message = message
    }

    /// - bodyBytesMax: the limit that a body is over.
    package init(_ violation: RequestViolation, bodyBytesMax: Int? = nil) {
        var message = violation.message
        if violation == .bodyTooLong, let bodyBytesMax {
            message = "The body is longer than the \(bodyBytesMax) bytes that this server accepts."
        }
        self.init(status: violation.status, code: violation.code, message: message)
    }

    static let headerTimeout = TransportError(
        status: 408, code: "header_timeout",
        message: "The request's headers did not all arrive in time.")
    static let bodyTimeout = TransportError(
        status: 408, code: "body_timeout",
        message: "The request's body stopped or came too slowly.")
    static let bodiesExhausted = TransportError(
        status: 503, code: "bodies_exhausted",
        message: "This server is receiving as many bytes as it allows; try again later.")
    static let answersUnread = TransportError(
        status: 503, code: "answers_unread",
        message: "This connection has as many unread answers as it may; read them first.")
    static let connectionsExhausted = TransportError(
        status: 503, code: "connections_exhausted",
        message: "This server has as many connections as it allows; try again later.")

    /// All that are no violation of a request's form.
    static let all = [
        headerTimeout, bodyTimeout, bodiesExhausted, answersUnread, connectionsExhausted,
    ]

    /// OpenAI's error object. The request's id is in the `x-request-id` header.
    package static let openAIBody: ErrorBody = { error in
        // 501 and 505 name what the client asked for; only 500 and 503 are the server's own.
        let isOurs = error.status == 500 || error.status == 503
        let type = isOurs ? "server_error" : "invalid_request_error"
        // Nothing needs escaping: message and code are fixed text without quotes.
        let text =
            #"{"error":{"message":"\#(error.message)","type":"\#(type)","param":null,"#
            + #""code":"\#(error.code)"}}"#
        return (contentType: "application/json", bytes: Array(text.utf8))
    }
}

/// Encodes a transport error for clients.
package typealias ErrorBody =
    @Sendable (TransportError) -> (contentType: String, bytes: [UInt8])
