/// A token's log-probability and the most likely tokens in its place. Log-probabilities come from
/// the model's own logits: before penalties, bias, temperature and the rest.
package struct TokenLogprobs: Sendable, Equatable {
    package var id: Int32
    package var logprob: Float
    /// Most likely first, the lower id first among equals; as many as were asked for. `id` is
    /// among them only if it ranks there.
    package var top: [TokenLogprob]

    package init(id: Int32, logprob: Float, top: [TokenLogprob]) {
        self.id = id
        self.logprob = logprob
        self.top = top
    }
}
