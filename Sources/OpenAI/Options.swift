import API
import Generation
import HTTP
import JSON

/// How an answer is sent, and the reading of the fields that chat and completions share.
struct Options: Sendable {
    /// The most alternatives shown per token.
    static let topLogprobsMax = 20

    let isStreaming: Bool
    let includesUsage: Bool

    /// Reads the shared fields into `order`.
    init(
        _ fields: inout RequestFields, _ order: inout TokenOrder, _ names: inout OrderRules.Names,
        _ headers: HTTPHeaders
    ) throws(APIError) {
        try Self.readSampling(&fields, &order.request.sampling)
        order.request.tokensMin = try fields.integer("min_tokens") ?? 0
        order.text.stops = try Self.stops(&fields, &names)
        order.text.includeStop = try fields.boolean("include_stop_str_in_output") ?? false
        order.ignoresEnd = try fields.boolean("ignore_eos") ?? false
        if let ids = try fields.array("stop_token_ids", expected: "an array of token ids") {
            order.request.stopTokens = try RequestFields.tokens(
                ids, vocabularySize: order.model.description.vocabularySize,
                path: "stop_token_ids")
        }
        order.text.skipSpecial = try fields.boolean("skip_special_tokens") ?? true
        order.request.choices = try fields.integer("n") ?? 1
        order.request.priority =
            try fields.integer("priority", in: Int(Int32.min)...Int(Int32.max)) ?? 0
        isStreaming = try fields.boolean("stream") ?? false
        includesUsage = try Self.includesUsage(&fields, isStreaming)
        order.timing = try Self.timing(&fields, headers)
        order.ownSalt = try fields.string("cache_salt")
        try Self.takeHarmless(&fields)
    }

    /// The order that a request begins with: nothing, from the model that it names.
    static func order(
        _ fields: inout RequestFields, _ inquiry: Inquiry, _ context: APIContext
    ) throws(APIError) -> TokenOrder {
        TokenOrder(try context.catalog.find(try fields.string("model")), inquiry)
    }
}

extension OrderRules.Names {
    /// OpenAI's spelling.
    static var openAI: OrderRules.Names {
        var names = OrderRules.Names()
        names.logprobsMax = Options.topLogprobsMax
        return names
    }
}

extension Options {
    private static func readSampling(
        _ fields: inout RequestFields, _ sampling: inout SamplingParameters
    ) throws(APIError) {
        func read(
            _ bounds: SamplingParameters.Bounds, _ value: inout Float
        ) throws(APIError) {
            guard let number = try fields.number(bounds.name) else { return }
            value = try Self.float(number, bounds)
        }
        if let temperature = try fields.number("temperature", in: 0...2) {
            sampling.temperature = Float(temperature)
        }
        try read(.topP, &sampling.topP)
        try read(.minP, &sampling.minP)
        try read(.typicalP, &sampling.typicalP)
        try read(.repetitionPenalty, &sampling.repetitionPenalty)
        try read(.presencePenalty, &sampling.presencePenalty)
        try read(.frequencyPenalty, &sampling.frequencyPenalty)
        // −1 is vLLM's word for off.
        if let topK = try fields.integer("top_k", in: -1...Int.max) { sampling.topK = max(0, topK) }
        if let seed = try fields.integer("seed") {
            sampling.seed = UInt64(bitPattern: Int64(seed))
        }
        sampling.logitBias = try logitBias(&fields)
    }

    private static func float(
        _ number: Double, _ bounds: SamplingParameters.Bounds
    ) throws(APIError) -> Float {
        do throws(InvalidParameter) { try bounds.check(number) } catch { throw APIError(error) }
        return Float(number)
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
            bias[id] = try float(number, .logitBias)
        }
        return bias
    }

    private static func stops(
        _ fields: inout RequestFields, _ names: inout OrderRules.Names
    ) throws(APIError) -> [String] {
        guard let value = fields.value("stop") else { return [] }
        if let stop = value.stringValue {
            names.stopIsAlone = true
            return [stop]
        }
        guard let values = value.arrayValue else {
            throw RequestFields.mistyped(
                "stop", expected: "a string or an array of strings", found: value)
        }
        var stops: [String] = []
        for (index, value) in values.enumerated() {
            guard let stop = value.stringValue else {
                throw RequestFields.mistyped(
                    "stop[\(index)]", expected: "a string", found: value)
            }
            stops.append(stop)
        }
        return stops
    }

    /// `max_tokens` or, its newer name, `max_completion_tokens`; they must agree.
    static func tokensMax(
        _ fields: inout RequestFields, _ names: inout OrderRules.Names
    ) throws(APIError) -> Int? {
        let old = try fields.integer("max_tokens")
        let new = try fields.integer("max_completion_tokens")
        if let old, let new, old != new {
            throw RequestFields.invalid(
                "max_completion_tokens", "is \(new), but max_tokens says \(old); send one of them")
        }
        if new != nil { names.tokensMax = "max_completion_tokens" }
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
        let seconds = try fields.number("timeout", in: 0...86_400)
        timing.timeout = try wait(headers, "timeout", unit: 1)
        // A wait of 0 is over at once, which is not a mistake but a deadline that was missed.
        if let seconds { timing.timeout = max(.seconds(seconds), .nanoseconds(1)) }
        timing.firstToken = try wait(headers, "x-slo-ttft-ms", unit: 1e-3)
        timing.perToken = try wait(headers, "x-slo-tpot-ms", unit: 1e-3)
        return timing
    }

    /// A duration from a header, in units of this many seconds.
    private static func wait(
        _ headers: HTTPHeaders, _ name: String, unit: Double
    ) throws(APIError) -> Duration? {
        guard let text = headers.first(name) else { return nil }
        guard let number = Double(text), number > 0,
            number * unit <= OrderRules.waitMax / .seconds(1)
        else {
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
