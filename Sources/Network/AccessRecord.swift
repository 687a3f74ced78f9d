package import HTTP

/// One finished exchange, for the log. Strings may be the client's: log them escaped.
package struct AccessRecord: Sendable {
    package let requestID: String
    /// The client's address, without its port.
    package let client: String
    /// `-` when the request could not be read that far.
    package let method: String
    package let path: String
    package let version: HTTPVersion
    /// 499 when the client went away before an answer began.
    package let status: Int
    package let requestBytes: Int
    /// Bytes of the body.
    package let responseBytes: Int
    /// From the request's first byte to the answer's end.
    package let duration: Duration
    /// Whether the answer was finished.
    package let isComplete: Bool
    package let notes: AnswerNotes

    package init(
        requestID: String, client: String, method: String, path: String, version: HTTPVersion,
        status: Int, requestBytes: Int, responseBytes: Int, duration: Duration, isComplete: Bool,
        notes: AnswerNotes = AnswerNotes()
    ) {
        self.requestID = requestID
        self.client = client
        self.method = method
        self.path = path
        self.version = version
        self.status = status
        self.requestBytes = requestBytes
        self.responseBytes = responseBytes
        self.duration = duration
        self.isComplete = isComplete
        self.notes = notes
    }
}
