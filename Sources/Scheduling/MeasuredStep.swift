/// A step that was run to be measured: the next tokens of one sequence.
package struct MeasuredStep: Sendable, Equatable {
    package let tokens: Int
    /// The position of the first of them.
    package let position: Int
    /// How many of them wanted logits.
    package let logitRows: Int
    package let duration: Duration

    package init(tokens: Int, position: Int, logitRows: Int, duration: Duration) {
        self.tokens = tokens
        self.position = position
        self.logitRows = logitRows
        self.duration = duration
    }
}
