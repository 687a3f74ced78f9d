import CKernels
package import Generation

/// What is needed to draw a token, in addition to the logits.
package struct SamplingPlan: Sendable {
    package var parameters: SamplingParameters
    /// The number of the choice, and the position of the token to be drawn. Together with the seed
    /// they determine the random number.
    package var choice: Int
    package var position: Int
    /// Tokens that must not be drawn: the stop tokens, until `tokensMin` is reached.
    package var masked: [Int32]
    /// As in `GenerationRequest`.
    package var logprobs: Int?

    package init(
        parameters: SamplingParameters, choice: Int, position: Int, masked: [Int32] = [],
        logprobs: Int? = nil
    ) {
        self.parameters = parameters
        self.choice = choice
        self.position = position
        self.masked = masked
        self.logprobs = logprobs
    }
}
