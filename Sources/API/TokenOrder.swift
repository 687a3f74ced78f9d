package import Generation

/// What a front end orders from a model for one HTTP request: the prompts, each answered by
/// `choices` choices, and everything that shapes the answers.
package struct TokenOrder: Sendable {
    /// The most log-probabilities of prompts in one answer, some 30 bytes and more each.
    package static let promptLogprobsMax = 1 << 19

    /// The most log-probabilities of an answer that is gathered before it is written.
    package static let gatheredLogprobsMax = 1 << 20

    package private(set) var prompts: [PromptSource]
    package let promptCount: Int
    /// Bounds the bytes of a chat's text, and by that its tokens.
    package var promptBytes: Int
    /// The field that the prompts came from, for errors.
    package var promptParam: String
    package var sampling: SamplingParameters
    /// Nil: what the context leaves. More than that is cut to it.
    package var tokensMax: Int?
    package var tokensMin = 0
    package var stopTokens: [Int32] = []
    package var stops: [String] = []
    package var includeStop = false
    package var skipSpecial = true
    /// For each prompt.
    package var choices = 1
    package var logprobs: Int?
    package var promptLogprobs: Int?
    /// Pieces bring their tokens even without log-probabilities.
    package var includesTokens = false
    package var priority = 0
    package var fairnessKey: UInt64 = 0
    /// Cached prefixes are shared with orders of the same salt.
    package var cacheSalt: UInt64 = 0
    package var timing = Timing()

    package init(
        prompts: [PromptSource], promptBytes: Int, promptParam: String,
        sampling: SamplingParameters
    ) {
        self.prompts = prompts
        promptCount = prompts.count
        self.promptBytes = promptBytes
        self.promptParam = promptParam
        self.sampling = sampling
    }

    /// Lets the prompts go once they are tokens, on the thread that made them: what takes long to
    /// build takes long to take apart.
    mutating func dropPrompts() { prompts = [] }

    /// What the client wishes to wait at most, from the request's first byte.
    package struct Timing: Sendable, Equatable {
        /// The whole answer; the request fails when it passes.
        package var timeout: Duration?
        /// The first token; a request that cannot meet it is shed before its prompt is computed.
        package var firstToken: Duration?
        /// The mean time of each token behind the first. It is measured against, not enforced.
        package var perToken: Duration?

        package init() {}
    }
}
