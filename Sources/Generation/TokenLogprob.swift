/// A token and its log-probability.
package struct TokenLogprob: Sendable, Equatable {
    package var id: Int32
    package var logprob: Float

    package init(id: Int32, logprob: Float) {
        self.id = id
        self.logprob = logprob
    }
}
