import API
import Generation
import HTTP
import JSON

/// The fields that chat and completions share.
struct Options: Sendable {
    /// How many texts may stop an answer, and how long each may be, in bytes.
    static let stopsMax = 16
    static let stopBytesMax = 1024
    /// The most alternatives shown per token.
    static let topLogprobsMax = 20
    /// The longest `cache_salt`, in bytes.
    static let cacheSaltBytesMax = 1024
    /// The longest wait that a client may name.
    static let waitSecondsMax = 86_400.0

    let model: ServedModel
    var sampling: SamplingParameters
    var tokensMin: Int
    var stopTokens: [Int32]
    var stops: [String]
    var includeStop: Bool
    var skipSpecial: Bool
    var choices: Int
    var priority: Int
    var isStreaming: Bool
    var includesUsage: Bool
    var timing: TokenOrder.Timing
    let cacheSalt: UInt64
    private let inquiry: Inquiry

    init(
        _ fields: inout RequestFields, _ inquiry: Inquiry, _ context: APIContext
    ) throws(APIError) {
        self.inquiry = inquiry
        model = try context.catalog.find(try fields.string("model"))
        let description = model.description
        sampling = try Self.sampling(&fields, description)
        tokensMin = try fields.integer("min_tokens", in: 0...Int.max) ?? 0
        stops = try Self.stops(&fields)
        includeStop = try fields.boolean("include_stop_str_in_output") ?? false
        stopTokens = try Self.stopTokens(&fields, description)
        skipSpecial = try fields.boolean("skip_special_tokens") ?? true
        choices = try fields.integer("n", in: 1...model.service.limits.choicesMax) ?? 1
        priority =
            try fields.integer("priority", in: Int(Int32.min)...Int(Int32.max)) ?? 0
        isStreaming = try fields.boolean("stream") ?? false
        includesUsage = try Self.includesUsage(&fields, isStreaming)
        timing = try Self.timing(&fields, inquiry.request.headers)
        let ownSalt = try fields.string("cache_salt", bytesMax: Self.cacheSaltBytesMax)
        guard ownSalt?.isEmpty != true else {
            throw RequestFields.invalid("cache_salt", "must not be empty")
        }
        cacheSalt = context.salting.salt(client: inquiry.fairnessKey, own: ownSalt)
        try Self.takeHarmless(&fields)
    }

    /// The order for these options; what is left out here differs between chat and completions.
    func order(
        _ prompts: [PromptSource], param: String, tokensMax: Int?
    ) throws(APIError) -> TokenOrder {
        if let tokensMax, tokensMin > tokensMax {
            throw RequestFields.invalid(
                "min_tokens", "is \(tokensMin), more than the \(tokensMax) of max_tokens")
        }
        var order = TokenOrder(
            prompts: prompts, promptBytes: inquiry.request.body.count, promptParam: param,
            sampling: sampling)
        order.tokensMax = tokensMax
        order.tokensMin = tokensMin
        order.stopTokens = stopTokens
        order.stops = stops
        order.includeStop = includeStop
        order.skipSpecial = skipSpecial
        order.choices = choices
        order.priority = priority
        order.fairnessKey = inquiry.fairnessKey
        order.cacheSalt = cacheSalt
        order.timing = timing
        return order
    }
}

extension Options {
    private static func sampling(
        _ fields: inout RequestFields, _ model: ModelDescription
    ) throws(APIError) -> SamplingParameters {
        let any = -Double(Float.greatestFiniteMagnitude)...Double(Float.greatestFiniteMagnitude)
        let defaults = model.defaults
        var sampling = SamplingParameters(
            temperature: defaults.temperature, topK: defaults.topK, topP: defaults.topP,
            minP: defaults.minP, typicalP: defaults.typicalP,
            repetitionPenalty: defaults.repetitionPenalty)
        func read(
            _ name: String, _ key: WritableKeyPath<SamplingParameters, Float>,
            in range: ClosedRange<Double>? = nil
        ) throws(APIError) {
            if let value = try fields.number(name, in: range ?? any) {
                sampling[keyPath: key] = Float(value)
            }
        }
        try read("temperature", \.temperature, in: 0...2)
        try read("top_p", \.topP)
        try read("min_p", \.minP)
        try read("typical_p", \.typicalP)
        try read("repetition_penalty", \.repetitionPenalty)
        try read("presence_penalty", \.presencePenalty)
        try read("frequency_penalty", \.frequencyPenalty)
        // −1 is vLLM's word for off.
        if let topK = try fields.integer("top_k", in: -1...Int.max) { sampling.topK = max(0, topK) }
        if let seed = try fields.integer("seed", in: Int.min...Int.max) {
            sampling.seed = UInt64(bitPattern: Int64(seed))
        }
        sampling.logitBias = try logitBias(&fields)
        do throws(InvalidParameter) {
            try sampling.validate(vocabularySize: model.vocabularySize)
        } catch {
            throw APIError(error)
        }
        return sampling
    }

    private static func logitBias(
        _ fields: inout RequestFields
    ) throws(APIError) -> [Int32: Float] {
        guard let object = try fields.fields("logit_bias")?.object else { return [:] }
        var bias: [Int32: Float] = [:]
        for (key, value) in object {
            let path = "logit_bias.\(Spelling.shown(key))"
            guard let id = Int32(key) else {
                throw RequestFields.invalid(path, "must be named by a token id")
            }
            guard let number = value.doubleValue else {
                throw RequestFields.mistyped(path, expected: "a number", found: value)
            }
            bias[id] = Float(number)
        }
        return bias
    }

    private static func stops(_ fields: inout RequestFields) throws(APIError) -> [String] {
        guard let value = fields.value("stop") else { return [] }
        if let stop = value.stringValue { return [try checked(stop, path: "stop")] }
        guard let values = value.arrayValue else {
            throw RequestFields.mistyped(
                "stop", expected: "a string or an array of strings", found: value)
        }
        guard values.count <= stopsMax else {
            throw RequestFields.invalid(
                "stop", "may have \(stopsMax) strings, found \(values.count)")
        }
        var stops: [String] = []
        for (index, value) in values.enumerated() {
            let path = "stop[\(index)]"
            guard let stop = value.stringValue else {
                throw RequestFields.mistyped(path, expected: "a string", found: value)
            }
            stops.append(try checked(stop, path: path))
        }
        return stops
    }

    private static func checked(_ stop: String, path: String) throws(APIError) -> String {
        guard !stop.isEmpty else { throw RequestFields.invalid(path, "must not be empty") }
        guard stop.utf8.count <= stopBytesMax else {
            throw RequestFields.invalid(
                path, "must be at most \(stopBytesMax) bytes, found \(stop.utf8.count)")
        }
        return stop
    }

    private static func stopTokens(
        _ fields: inout RequestFields, _ model: ModelDescription
    ) throws(APIError) -> [Int32] {
        let ignoresEnd = try fields.boolean("ignore_eos") ?? false
        let own = ignoresEnd ? [] : model.endTokens
        guard let values = try fields.array("stop_token_ids", expected: "an array of token ids")
        else { return own }
        let room = max(0, GenerationRequest.stopTokensMax - own.count)
        guard values.count <= room else {
            throw RequestFields.invalid(
                "stop_token_ids", "may have \(room) ids, found \(values.count)")
        }
        return own
            + (try RequestFields.tokens(
                values, vocabularySize: model.vocabularySize, path: "stop_token_ids"))
    }

    /// `max_tokens` or, its newer name, `max_completion_tokens`; they must agree.
    static func tokensMax(_ fields: inout RequestFields, atLeast: Int) throws(APIError) -> Int? {
        let old = try fields.integer("max_tokens", in: atLeast...Int.max)
        let new = try fields.integer("max_completion_tokens", in: atLeast...Int.max)
        if let old, let new, old != new {
            throw RequestFields.invalid(
                "max_completion_tokens", "is \(new), but max_tokens says \(old); send one of them")
        }
        return new ?? old
    }

    private static func includesUsage(
        _ fields: inout RequestFields, _ isStreaming: Bool
    ) throws(APIError) -> Bool {
        guard var options = try fields.fields("stream_options") else { return false }
        guard isStreaming else {
            throw RequestFields.invalid("stream_options", "needs stream to be true")
        }
        let includesUsage = try options.boolean("include_usage") ?? false
        // Padding against eavesdroppers on token lengths; an answer is the same without it.
        _ = try options.boolean("include_obfuscation")
        try options.finish()
        return includesUsage
    }

    private static func timing(
        _ fields: inout RequestFields, _ headers: HTTPHeaders
    ) throws(APIError) -> TokenOrder.Timing {
        var timing = TokenOrder.Timing()
        let seconds = try fields.number("timeout", in: 0...waitSecondsMax)
        timing.timeout = try wait(headers, "timeout", unit: 1)
        if let seconds { timing.timeout = .seconds(seconds) }
        timing.firstToken = try wait(headers, "x-slo-ttft-ms", unit: 1e-3)
        timing.perToken = try wait(headers, "x-slo-tpot-ms", unit: 1e-3)
        return timing
    }

    /// A duration from a header, in units of this many seconds.
    private static func wait(
        _ headers: HTTPHeaders, _ name: String, unit: Double
    ) throws(APIError) -> Duration? {
        guard let text = headers.first(name) else { return nil }
        guard let number = Double(text), number > 0, number * unit <= waitSecondsMax else {
            throw APIError(
                .invalidValue,
                "the header \(name) must be a number of \(unit == 1 ? "seconds" : "milliseconds") "
                    + "above 0 and up to a day, found '\(Spelling.shown(text))'",
                param: name)
        }
        return .seconds(number * unit)
    }

    /// Fields that name or tag a request and cannot change its answer.
    private static func takeHarmless(_ fields: inout RequestFields) throws(APIError) {
        fields.accept(
            "user", "metadata", "store", "safety_identifier", "prompt_cache_key",
            "prompt_cache_retention", "prediction")
        if let tier = try fields.string("service_tier"), tier != "auto", tier != "default" {
            throw RequestFields.unsupported(
                "service_tier", "'\(Spelling.shown(tier))' is not supported; use 'auto'")
        }
    }
}
