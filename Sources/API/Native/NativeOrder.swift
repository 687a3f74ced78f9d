import Generation
import HTTP

/// What requests of the native service order, checked against the model.
struct NativeOrder: TokenStream.Order {
    private static let stopsMax = 16
    private static let stopBytesMax = 1024
    private static let cacheSaltBytesMax = 1024
    private static let waitMax: Duration = .seconds(86_400)

    let model: ServedModel
    var order: TokenOrder
    /// Whether the answer shows the prompt's tokens, and they themselves.
    private let showsPrompt: Bool
    private(set) var prompt: [V1.Token] = []

    init(
        _ request: V1.GenerateRequest, _ inquiry: Inquiry, _ context: APIContext
    ) throws(APIError) {
        model = try context.catalog.find(native: request.model)
        let description = model.description
        order = try Self.order(
            request.prompt, request.sampling, inquiry, description)
        order.cacheSalt = try Self.cacheSalt(request.cacheSalt, inquiry, context)
        try Self.setLengths(request, &order)
        order.choices = Int(
            try Self.checked(
                request.choices ?? 1, "choices",
                1...UInt32(clamping: model.service.limits.choicesMax)))
        order.stops = try Self.stops(request.stop)
        order.stopTokens = try Self.stopTokens(request, description)
        order.includeStop = request.includeStop
        order.skipSpecial = !request.keepSpecialTokens
        order.includesTokens = request.returnTokens
        order.logprobs = try Self.logprobs(request.logprobs, "logprobs", description)
        order.promptLogprobs = try Self.logprobs(
            request.promptLogprobs, "prompt_logprobs", description)
        order.priority = Int(request.priority)
        order.timing = try Self.timing(request.deadlines)
        showsPrompt = request.returnTokens || request.promptLogprobs != nil
    }

    init(
        _ request: V1.ForwardRequest, _ inquiry: Inquiry, _ context: APIContext
    ) throws(APIError) {
        model = try context.catalog.find(native: request.model)
        let description = model.description
        order = try Self.order(request.prompt, nil, inquiry, description)
        order.cacheSalt = try Self.cacheSalt(request.cacheSalt, inquiry, context)
        order.tokensMax = 0
        order.logprobs = try Self.logprobs(request.top ?? 1, "top", description)
        order.promptLogprobs = try Self.logprobs(
            request.promptLogprobs, "prompt_logprobs", description)
        order.priority = Int(request.priority)
        order.timing = try Self.timing(request.deadlines)
        showsPrompt = request.returnTokens || request.promptLogprobs != nil
    }

    mutating func accept(_ prompts: [[Int32]]) {
        guard showsPrompt, let ids = prompts.first else { return }
        prompt = ids.map { V1.Token($0, model.description) }
    }

    private static func order(
        _ prompt: V1.Prompt?, _ sampling: V1.SamplingParameters?, _ inquiry: Inquiry,
        _ model: ModelDescription
    ) throws(APIError) -> TokenOrder {
        let source = try (prompt ?? V1.Prompt()).source(for: model, path: "prompt")
        var order = TokenOrder(
            prompts: [source], promptBytes: inquiry.request.body.count, promptParam: "prompt",
            sampling: try (sampling ?? V1.SamplingParameters()).parameters(for: model))
        order.fairnessKey = inquiry.fairnessKey
        return order
    }

    private static func cacheSalt(
        _ own: String?, _ inquiry: Inquiry, _ context: APIContext
    ) throws(APIError) -> UInt64 {
        if let own, !(1...cacheSaltBytesMax).contains(own.utf8.count) {
            throw RequestFields.invalid(
                "cache_salt", "must have 1 to \(cacheSaltBytesMax) bytes, found \(own.utf8.count)")
        }
        return context.salting.salt(client: inquiry.fairnessKey, own: own)
    }

    private static func setLengths(
        _ request: V1.GenerateRequest, _ order: inout TokenOrder
    ) throws(APIError) {
        if let tokensMax = request.maxTokens {
            order.tokensMax = Int(try checked(tokensMax, "max_tokens", 1...UInt32.max))
            guard request.minTokens <= tokensMax else {
                throw RequestFields.invalid(
                    "min_tokens",
                    "is \(request.minTokens), more than the \(tokensMax) of max_tokens")
            }
        }
        order.tokensMin = Int(request.minTokens)
    }

    private static func stops(_ stops: [String]) throws(APIError) -> [String] {
        guard stops.count <= stopsMax else {
            throw RequestFields.invalid(
                "stop", "may have \(stopsMax) texts, found \(stops.count)")
        }
        for (index, stop) in stops.enumerated() {
            let count = stop.utf8.count
            guard (1...stopBytesMax).contains(count) else {
                throw RequestFields.invalid(
                    "stop[\(index)]", "must have 1 to \(stopBytesMax) bytes, found \(count)")
            }
        }
        return stops
    }

    private static func stopTokens(
        _ request: V1.GenerateRequest, _ model: ModelDescription
    ) throws(APIError) -> [Int32] {
        let own = request.ignoreEndTokens ? [] : model.endTokens
        let room = max(0, GenerationRequest.stopTokensMax - own.count)
        guard request.stopTokenIDs.count <= room else {
            throw RequestFields.invalid(
                "stop_token_ids", "may have \(room) ids, found \(request.stopTokenIDs.count)")
        }
        return own + (try V1.tokens(request.stopTokenIDs, model, path: "stop_token_ids"))
    }

    private static func logprobs(
        _ count: UInt32?, _ path: String, _ model: ModelDescription
    ) throws(APIError) -> Int? {
        guard let count else { return nil }
        let most = min(GenerationRequest.logprobsMax, model.vocabularySize)
        return Int(try checked(count, path, 0...UInt32(most)))
    }

    private static func checked(
        _ value: UInt32, _ path: String, _ range: ClosedRange<UInt32>
    ) throws(APIError) -> UInt32 {
        guard range.contains(value) else {
            throw RequestFields.invalid(
                path, "must be from \(range.lowerBound) to \(range.upperBound), found \(value)")
        }
        return value
    }

    private static func timing(
        _ deadlines: V1.Deadlines?
    ) throws(APIError) -> TokenOrder.Timing {
        var timing = TokenOrder.Timing()
        timing.timeout = try wait(deadlines?.total, "total")
        timing.firstToken = try wait(deadlines?.firstToken, "first_token")
        timing.perToken = try wait(deadlines?.perToken, "per_token")
        return timing
    }

    private static func wait(_ wait: Duration?, _ name: String) throws(APIError) -> Duration? {
        guard let wait else { return nil }
        guard wait > .zero, wait <= waitMax else {
            throw RequestFields.invalid("deadlines.\(name)", "must be above 0 and up to a day")
        }
        return wait
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
    /// The model of that name; the first one where it is empty.
    func find(native name: String) throws(APIError) -> ServedModel {
        try find(name.isEmpty ? nil : name)
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

    /// The parameters in the engine's terms, with the model's defaults for what is left out.
    func parameters(
        for model: ModelDescription
    ) throws(APIError) -> Generation.SamplingParameters {
        let defaults = model.defaults
        var bias: [Int32: Float] = [:]
        for (id, value) in logitBias {
            guard let token = Int32(exactly: id) else {
                throw RequestFields.invalid(
                    "sampling.logit_bias",
                    "names token \(id), the vocabulary has 0 to \(model.vocabularySize - 1)")
            }
            bias[token] = value
        }
        let parameters = Generation.SamplingParameters(
            temperature: temperature ?? defaults.temperature,
            topK: topK.map { Int($0) } ?? defaults.topK, topP: topP ?? defaults.topP,
            minP: minP ?? defaults.minP, typicalP: typicalP ?? defaults.typicalP,
            repetitionPenalty: repetitionPenalty ?? defaults.repetitionPenalty,
            presencePenalty: presencePenalty ?? 0, frequencyPenalty: frequencyPenalty ?? 0,
            logitBias: bias, seed: seed ?? .random(in: .min ... .max))
        do throws(InvalidParameter) {
            try parameters.validate(vocabularySize: model.vocabularySize)
        } catch {
            throw RequestFields.invalid("sampling.\(error.name)", error.problem)
        }
        return parameters
    }
}
