/// How an answer's tokens become text.
package struct TextOptions: Sendable, Equatable {
    /// Texts that end an answer.
    package var stops: [String] = []
    /// Leaves the stop text in the answer.
    package var includeStop = false
    /// Leaves special tokens out of the text.
    package var skipSpecial = true
    /// Pieces bring their tokens even without log-probabilities.
    package var includesTokens = false

    package init() {}
}
