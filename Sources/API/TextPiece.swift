/// What is new of a choice.
package struct TextPiece: Sendable, Equatable {
    /// Whole characters.
    package var text: String
    /// The tokens that the text is of; empty unless they or log-probabilities were asked for.
    package var tokens: [TokenEntry]

    package init(text: String, tokens: [TokenEntry]) {
        self.text = text
        self.tokens = tokens
    }

    package var isEmpty: Bool { text.isEmpty && tokens.isEmpty }
}
