/// A step that was run only to be measured. It computed the next tokens of one sequence.
package struct MeasuredStep: Sendable, Equatable {
    package let tokens: Int
    /// The position of the first of them.
    package let position: Int
    /// For how many of them logits were computed.
    package let logitRows: Int
    package let duration: Duration

    package init(tokens: Int, position: Int, logitRows: Int, duration: Duration) {
        self.tokens = tokens
        self.position = position
        self.logitRows = logitRows
        self.duration = duration
    }
}
