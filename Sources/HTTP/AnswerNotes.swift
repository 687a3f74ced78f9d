/// What is known of a request and its answer besides what was sent, for the log.
package struct AnswerNotes: Sendable, Equatable {
    /// The name of the client's key; never the key.
    package var key: String?
    /// The code of the error that the request ended with.
    package var reason: String?
    package var promptTokens: Int?
    package var generatedTokens: Int?
    /// From the request's first byte to its first token.
    package var firstToken: Duration?

    package init() {}

    /// Adds what the other notes say.
    package mutating func add(_ other: AnswerNotes) {
        key = other.key ?? key
        reason = other.reason ?? reason
        promptTokens = other.promptTokens ?? promptTokens
        generatedTokens = other.generatedTokens ?? generatedTokens
        firstToken = other.firstToken ?? firstToken
    }
}
