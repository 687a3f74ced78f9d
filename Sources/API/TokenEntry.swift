package import Generation

/// A token of an answer; made only if tokens or log-probabilities were asked for.
package struct TokenEntry: Sendable, Equatable {
    package let id: Int32
    package let logprobs: TokenLogprobs?
    /// Where its text begins in the choice's text, in Unicode scalars.
    package let textOffset: Int

    package init(id: Int32, logprobs: TokenLogprobs?, textOffset: Int) {
        self.id = id
        self.logprobs = logprobs
        self.textOffset = textOffset
    }
}
