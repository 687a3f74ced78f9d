import Generation
import HTTP

/// What requests of the native service order.
struct NativeOrder: TokenStream.Order {
    var order: TokenOrder
    /// Whether the answer shows the prompt's tokens, and they themselves.
    private let showsPrompt: Bool
    private(set) var prompt: [V1.Token] = []

    init(
        _ request: V1.GenerateRequest, _ inquiry: Inquiry, _ context: APIContext
    ) throws(APIError) {
        var order = try TokenOrder(context.catalog.find(native: request.model), inquiry)
        try order.prompts = [Self.source(request.prompt, order.model)]
        try request.sampling?.apply(to: &order.request.sampling, order.model.description)
        order.tokensMax = request.maxTokens.map { Int($0) }
        order.request.tokensMin = Int(request.minTokens)
        order.request.choices = Int(request.choices ?? 1)
        order.request.logprobs = request.logprobs.map { Int($0) }
        order.request.promptLogprobs = request.promptLogprobs.map { Int($0) }
        order.request.stopTokens = try RequestFields.tokens(
            ids: request.stopTokenIDs, vocabularySize: order.model.description.vocabularySize,
            path: "stop_token_ids")
        order.ignoresEnd = request.ignoreEndTokens
        order.request.priority = Int(request.priority)
        order.text.stops = request.stop
        order.text.includeStop = request.includeStop
        order.text.skipSpecial = !request.keepSpecialTokens
        order.text.includesTokens = request.returnTokens
        order.timing = TokenOrder.Timing(request.deadlines)
        order.ownSalt = request.cacheSalt
        try context.rules(.native).settle(&order)
        self.order = order
        showsPrompt = request.returnTokens || request.promptLogprobs != nil
    }

    init(
        _ request: V1.ForwardRequest, _ inquiry: Inquiry, _ context: APIContext
    ) throws(APIError) {
        var order = try TokenOrder(context.catalog.find(native: request.model), inquiry)
        try order.prompts = [Self.source(request.prompt, order.model)]
        order.request.kind = .forward
        order.tokensMax = 0
        order.request.logprobs = Int(request.top ?? 1)
        order.request.promptLogprobs = request.promptLogprobs.map { Int($0) }
        order.request.priority = Int(request.priority)
        order.timing = TokenOrder.Timing(request.deadlines)
        order.ownSalt = request.cacheSalt
        var names = OrderRules.Names.native
        names.logprobs = "top"
        try context.rules(names).settle(&order)
        self.order = order
        showsPrompt = request.returnTokens || request.promptLogprobs != nil
    }

    mutating func accept(_ prompts: [[Int32]]) {
        guard showsPrompt, let ids = prompts.first else { return }
        prompt = ids.map { V1.Token($0, order.model.description) }
    }

    private static func source(
        _ prompt: V1.Prompt?, _ model: ServedModel
    ) throws(APIError) -> PromptSource {
        try (prompt ?? V1.Prompt()).source(for: model.description, path: "prompt")
    }
}

extension OrderRules.Names {
    /// The spelling of `Protos/inference.proto`.
    static var native: OrderRules.Names {
        var names = OrderRules.Names()
        names.sampling = "sampling."
        names.choices = "choices"
        names.timeout = "deadlines.total"
        names.firstToken = "deadlines.first_token"
        names.perToken = "deadlines.per_token"
        return names
    }
}

extension NativeOrder {
    /// A message that orders something of the engine.
    protocol Source: ProtoMessage {
        func order(_ inquiry: Inquiry, _ context: APIContext) throws(APIError) -> NativeOrder
    }
}

extension V1.GenerateRequest: NativeOrder.Source {
    func order(_ inquiry: Inquiry, _ context: APIContext) throws(APIError) -> NativeOrder {
        try NativeOrder(self, inquiry, context)
    }
}

extension V1.ForwardRequest: NativeOrder.Source {
    func order(_ inquiry: Inquiry, _ context: APIContext) throws(APIError) -> NativeOrder {
        try NativeOrder(self, inquiry, context)
    }
}

extension ModelCatalog {
    /// The model of that name; the first one if it is empty.
    func find(native name: String) throws(APIError) -> ServedModel {
        try find(name.isEmpty ? nil : name)
    }
}

extension TokenOrder.Timing {
    fileprivate init(_ deadlines: V1.Deadlines?) {
        self.init()
        timeout = deadlines?.total
        firstToken = deadlines?.firstToken
        perToken = deadlines?.perToken
    }
}

extension V1.SamplingParameters {
    /// What the model's makers advise.
    init(_ defaults: GenerationDefaults) {
        self.init()
        temperature = defaults.temperature
        topP = defaults.topP
        topK = UInt32(clamping: defaults.topK)
        minP = defaults.minP
        typicalP = defaults.typicalP
        repetitionPenalty = defaults.repetitionPenalty
    }

    /// Sets what the message says; the rest stays as it is.
    fileprivate func apply(
        to sampling: inout Generation.SamplingParameters, _ model: ModelDescription
    ) throws(APIError) {
        for (id, value) in logitBias {
            guard let token = Int32(exactly: id) else {
                throw RequestFields.invalid(
                    "sampling.logit_bias",
                    "names token \(id), the vocabulary has 0 to \(model.vocabularySize - 1)")
            }
            sampling.logitBias[token] = value
        }
        if let temperature { sampling.temperature = temperature }
        if let topK { sampling.topK = Int(topK) }
        if let topP { sampling.topP = topP }
        if let minP { sampling.minP = minP }
        if let typicalP { sampling.typicalP = typicalP }
        if let repetitionPenalty { sampling.repetitionPenalty = repetitionPenalty }
        if let presencePenalty { sampling.presencePenalty = presencePenalty }
        if let frequencyPenalty { sampling.frequencyPenalty = frequencyPenalty }
        if let seed { sampling.seed = seed }
    }
}
