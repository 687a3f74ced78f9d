/// One thing that happened to a request. For each choice: tokens, then one `finished`; or one
/// `failed` for the whole request, after which nothing comes.
package enum GenerationEvent: Sendable {
    /// Log-probabilities of prompt tokens `first`, `first + 1`, …; nil for token 0, which nothing
    /// predicts. They come in order, before the first token, possibly in several events.
    case promptLogprobs(first: Int, [TokenLogprobs?])
    /// The next token of a choice. Stop tokens do not come this way.
    case token(choice: Int, id: Int32, logprobs: TokenLogprobs?)
    /// For `.forward`: the most likely tokens after the prompt, as many as `logprobs` asks for.
    case forward(top: [TokenLogprob])
    /// A choice ended.
    case finished(choice: Int, FinishReason, Usage)
    /// The request failed.
    case failed(GenerationFailure)
}
