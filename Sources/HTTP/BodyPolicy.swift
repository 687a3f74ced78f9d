/// How a request's body is received, and what then serves the request.
package struct BodyPolicy: Sendable {
    package typealias Serve = @Sendable (HTTPRequest, any Exchange) -> Void

    /// The largest body. The transport's own limit applies too.
    package let bytesMax: Int
    /// Whether the request is served even when the server has no place for further connections.
    package let isVital: Bool
    /// Headers that the answer has besides its own, also if the transport refuses the body.
    package let addedHeaders: HTTPHeaders
    /// What the log says of the request, however it ends.
    package let notes: AnswerNotes
    /// Called on the exchange's I/O thread when the request is complete. Must not block. It may
    /// respond at once, or later on the same thread.
    package let serve: Serve

    package init(
        bytesMax: Int, isVital: Bool = false, addedHeaders: HTTPHeaders = [:],
        notes: AnswerNotes = AnswerNotes(), serve: @escaping Serve
    ) {
        self.bytesMax = bytesMax
        self.isVital = isVital
        self.addedHeaders = addedHeaders
        self.notes = notes
        self.serve = serve
    }
}
