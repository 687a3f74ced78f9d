package import Generation

/// A front end's side of a `TokenStream`. Called on the I/O thread.
package protocol TokenReader: AnyObject {
    /// Whether tokens leave as they come; only then a slow client pauses its choices.
    var isStreaming: Bool { get }
    /// Log-probabilities of prompt tokens from `first` on. Choices are numbered
    /// `prompt * choices + choice`.
    func promptLogprobs(_ logprobs: [TokenLogprobs?], first: Int, prompt: Int)
    /// The most likely tokens after the prompt, if no token was ordered.
    func forward(_ top: [TokenLogprob], prompt: Int)
    func piece(_ piece: TextPiece, choice: Int)
    /// The choice has ended; its last piece came before.
    func ended(_ reason: EndReason, choice: Int)
    /// Everything has ended.
    func completed(_ usage: Usage)
    /// The request failed; nothing follows.
    func failed(_ error: APIError)
}

extension TokenReader {
    package func forward(_ top: [TokenLogprob], prompt: Int) {}
}
