import CKernels
package import Generation

/// What drawing a token needs beyond the logits.
package struct SamplingPlan: Sendable {
    package var parameters: SamplingParameters
    /// The answer's number, and the position of the token to be drawn: with the seed they key the
    /// random number.
    package var choice: Int
    package var position: Int
    /// Tokens that may not be drawn yet: the stop tokens while `tokensMin` is not reached.
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
