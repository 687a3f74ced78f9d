/// What a client asked for, in tokens; every front end makes one of these.
package struct GenerationRequest: Sendable {
    /// The work wanted.
    package enum Kind: Sendable, Equatable {
        /// Tokens, drawn one after another.
        case generate
        /// One pass: log-probabilities after the prompt (and of it, if `promptLogprobs` is set).
        case forward
    }

    package var id: RequestID
    package var kind: Kind
    /// Never empty once it is submitted.
    package var prompt: [Int32]
    package var sampling: SamplingParameters
    /// The most tokens each choice may generate; the stop token counts. `.max` is as many as the
    /// context leaves.
    package var tokensMax: Int
    /// Stop tokens are not drawn before this many tokens.
    package var tokensMin: Int
    /// Tokens that end a choice (EOS and the client's); empty when `ignore_eos` is set. They are
    /// counted but not delivered.
    package var stopTokens: [Int32]
    /// How many answers; they share the prompt's computation.
    package var choices: Int
    /// Nil: none; n: each token's log-probability and the n most likely tokens with theirs.
    package var logprobs: Int?
    /// The same for the prompt's tokens, from the second on.
    package var promptLogprobs: Int?
    /// Lower goes first.
    package var priority: Int
    /// After this instant the request fails with `deadlineExceeded`.
    package var deadline: ContinuousClock.Instant?
    /// A wish, not a bound: later than this the first token is worth nothing, so a request that
    /// cannot meet it is failed before its prompt is computed.
    package var firstTokenDeadline: ContinuousClock.Instant?
    /// The client (or tenant) that shares the server fairly with others.
    package var fairnessKey: UInt64
    /// Requests share cached prefixes only with requests of an equal salt.
    package var cacheSalt: UInt64

    package init(
        id: RequestID = .next(), kind: Kind = .generate, prompt: [Int32],
        sampling: SamplingParameters = SamplingParameters(), tokensMax: Int, tokensMin: Int = 0,
        stopTokens: [Int32] = [], choices: Int = 1, logprobs: Int? = nil,
        promptLogprobs: Int? = nil, priority: Int = 0, deadline: ContinuousClock.Instant? = nil,
        firstTokenDeadline: ContinuousClock.Instant? = nil, fairnessKey: UInt64 = 0,
        cacheSalt: UInt64 = 0
    ) {
        self.id = id
        self.kind = kind
        self.prompt = prompt
        self.sampling = sampling
        self.tokensMax = tokensMax
        self.tokensMin = tokensMin
        self.stopTokens = stopTokens
        self.choices = choices
        self.logprobs = logprobs
        self.promptLogprobs = promptLogprobs
        self.priority = priority
        self.deadline = deadline
        self.firstTokenDeadline = firstTokenDeadline
        self.fairnessKey = fairnessKey
        self.cacheSalt = cacheSalt
    }

    /// The most answers to one request.
    package static let choicesMax = 128
    /// The most alternatives per token.
    package static let logprobsMax = 128
    /// The most stop tokens.
    package static let stopTokensMax = 256

    /// Throws unless a model with this context (in tokens) and vocabulary can run the request.
    /// `tokensMax` is not cut to the context here; see `limited(toContext:)`.
    package func validate(contextMax: Int, vocabularySize: Int) throws(Rejection) {
        try checkLength(contextMax: contextMax)
        do throws(InvalidParameter) {
            try checkFields(vocabularySize: vocabularySize)
            try sampling.validate(vocabularySize: vocabularySize)
        } catch {
            throw .invalid(error)
        }
    }

    /// The request with `tokensMax` (and `tokensMin`) cut to what the context, in tokens, leaves
    /// room for. Throws if the prompt leaves none.
    package func limited(toContext contextMax: Int) throws(Rejection) -> GenerationRequest {
        try checkLength(contextMax: contextMax)
        var result = self
        result.tokensMax = max(0, min(tokensMax, contextMax - prompt.count))
        result.tokensMin = max(0, min(tokensMin, result.tokensMax))
        return result
    }

    /// Prompt and answer share the context; one place is left for a token if any is to be drawn.
    private func checkLength(contextMax: Int) throws(Rejection) {
        let promptMax = kind == .generate ? contextMax - 1 : contextMax
        guard prompt.count <= promptMax else {
            throw .promptTooLong(tokens: prompt.count, max: promptMax)
        }
    }

    private func checkFields(vocabularySize: Int) throws(InvalidParameter) {
        guard !prompt.isEmpty else { throw InvalidParameter("prompt", "is empty") }
        for (index, id) in prompt.enumerated() where id < 0 || Int(id) >= vocabularySize {
            throw InvalidParameter(
                "prompt",
                "has token \(id) at index \(index), the vocabulary has 0 to \(vocabularySize - 1)")
        }
        try checkRange("max_tokens", tokensMax, (kind == .generate ? 1 : 0)...Int.max)
        try checkRange("min_tokens", tokensMin, 0...max(0, tokensMax))
        try checkRange("n", choices, 1...(kind == .generate ? Self.choicesMax : 1))
        try checkRange("logprobs", logprobs ?? 0, 0...min(Self.logprobsMax, vocabularySize))
        try checkRange(
            "prompt_logprobs", promptLogprobs ?? 0, 0...min(Self.logprobsMax, vocabularySize))
        try checkRange("stop_token_ids count", stopTokens.count, 0...Self.stopTokensMax)
        for id in stopTokens where id < 0 || Int(id) >= vocabularySize {
            throw InvalidParameter(
                "stop_token_ids",
                "names token \(id), the vocabulary has 0 to \(vocabularySize - 1)")
        }
    }

    private func checkRange(
        _ name: String, _ value: Int, _ range: ClosedRange<Int>
    ) throws(InvalidParameter) {
        guard range.contains(value) else {
            let bound =
                range.upperBound == Int.max
                ? "at least \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
            throw InvalidParameter(name, "is \(value), must be \(bound)")
        }
    }
}
