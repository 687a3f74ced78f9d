/// What one request may ask for at most; more is never served, however empty the server is.
package struct ServiceLimits: Sendable, Equatable {
    /// Answers to one prompt: they run at once.
    package var choicesMax: Int
    /// Tokens of all prompts of one request together: they wait at once.
    package var queueTokensMax: Int

    package init(choicesMax: Int, queueTokensMax: Int) {
        self.choicesMax = choicesMax
        self.queueTokensMax = queueTokensMax
    }
}
