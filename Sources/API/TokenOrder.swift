package import Generation
import HTTP

/// What a front end orders from a model for one HTTP request: the prompts, each with `choices`
/// answers, and everything that shapes the answers. A front end fills one with what its client said
/// and has `OrderRules` settle it.
package struct TokenOrder: Sendable {
    /// The most log-probabilities of prompts in one answer, some 30 bytes and more each.
    package static let promptLogprobsMax = 1 << 19

    /// The most log-probabilities of an answer that is gathered before it is written.
    package static let gatheredLogprobsMax = 1 << 20

    package let model: ServedModel
    package var prompts: [PromptSource] {
        didSet { promptCount = max(promptCount, prompts.count) }
    }
    /// How many prompts there are, or were before they were let go.
    package private(set) var promptCount = 0
    /// Bounds the bytes of a chat's text, and by that its tokens.
    package let promptBytes: Int
    /// The field that the prompts came from, for errors.
    package var promptParam = "prompt"
    /// What the engine is asked for each prompt: all but the prompt itself and the request's id.
    package var request: GenerationRequest
    /// The most tokens that the client wants of an answer; nil is as many as the context leaves.
    package var tokensMax: Int? {
        didSet { request.tokensMax = tokensMax ?? .max }
    }
    package var text = TextOptions()
    package var timing = Timing()
    /// The model's own tokens do not end an answer.
    package var ignoresEnd = false
    /// The client's word for whom it shares cached prefixes with.
    package var ownSalt: String?
    /// When the request's first byte was read.
    package let receivedAt: ContinuousClock.Instant

    /// An order of nothing yet, with the model's defaults.
    package init(_ model: ServedModel, _ inquiry: Inquiry) {
        self.model = model
        prompts = []
        promptBytes = inquiry.request.body.count
        receivedAt = inquiry.request.receivedAt
        request = GenerationRequest(
            prompt: [], sampling: SamplingParameters(model.description.defaults), tokensMax: .max,
            fairnessKey: inquiry.fairnessKey)
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
        /// The mean time of each token after the first. It is measured against, not enforced.
        package var perToken: Duration?

        package init() {}
    }
}

extension SamplingParameters {
    /// What the model's makers advise, with a seed drawn at random.
    package init(_ defaults: GenerationDefaults) {
        self.init(
            temperature: defaults.temperature, topK: defaults.topK, topP: defaults.topP,
            minP: defaults.minP, typicalP: defaults.typicalP,
            repetitionPenalty: defaults.repetitionPenalty)
    }
}
