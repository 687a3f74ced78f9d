import Generation

/// The rules that every order keeps, whatever front end decoded it. Front ends read types; what
/// values may be is said here, once.
package struct OrderRules: Sendable {
    /// How many texts may stop an answer, and how long each may be, in bytes.
    package static let stopsMax = 16
    package static let stopBytesMax = 1024
    /// The longest word for whom to share cached prefixes with, in bytes.
    package static let saltBytesMax = 1024
    /// The longest wait that a client may name.
    package static let waitMax = Duration.seconds(86_400)

    private let names: Names
    private let salting: CacheSalting

    /// `names` spells the fields in errors.
    package init(_ names: Names, _ salting: CacheSalting) {
        self.names = names
        self.salting = salting
    }

    /// Throws unless the order keeps the rules; then adds what follows from the model and the client:
    /// the model's stop tokens, deadlines, whom it shares cached prefixes with.
    package func settle(_ order: inout TokenOrder) throws(APIError) {
        let model = order.model
        do throws(InvalidParameter) {
            try order.request.sampling.validate(vocabularySize: model.description.vocabularySize)
        } catch {
            throw RequestFields.invalid(names.sampling + error.name, error.problem)
        }
        _ = try RequestFields.checked(
            order.request.choices, in: 1...model.service.limits.choicesMax, path: names.choices)
        guard order.request.kind == .generate || order.request.choices == 1 else {
            throw RequestFields.invalid(names.choices, "may be 1 only with \(names.tokensMax) 0")
        }
        try checkLengths(order.request)
        try checkLogprobs(order.request, model.description)
        try checkStops(order.text.stops)
        order.request.stopTokens = try stopTokens(order)
        order.request.cacheSalt = try cacheSalt(order)
        let timing = order.timing
        order.request.deadline = try deadline(order, timing.timeout, names.timeout)
        order.request.firstTokenDeadline = try deadline(order, timing.firstToken, names.firstToken)
        _ = try deadline(order, timing.perToken, names.perToken)
    }

    private func checkLengths(_ request: GenerationRequest) throws(APIError) {
        let tokensMin = request.kind == .generate ? 1 : 0
        _ = try RequestFields.checked(
            request.tokensMax, in: tokensMin...Int.max, path: names.tokensMax)
        _ = try RequestFields.checked(request.tokensMin, in: 0...Int.max, path: "min_tokens")
        guard request.tokensMin <= request.tokensMax else {
            throw RequestFields.invalid(
                "min_tokens",
                "is \(request.tokensMin), more than the \(request.tokensMax) of \(names.tokensMax)")
        }
    }

    private func checkLogprobs(
        _ request: GenerationRequest, _ model: ModelDescription
    ) throws(APIError) {
        let range = 0...min(names.logprobsMax, model.vocabularySize)
        _ = try RequestFields.checked(request.logprobs ?? 0, in: range, path: names.logprobs)
        _ = try RequestFields.checked(
            request.promptLogprobs ?? 0, in: range, path: "prompt_logprobs")
    }

    private func checkStops(_ stops: [String]) throws(APIError) {
        guard stops.count <= Self.stopsMax else {
            throw RequestFields.invalid(
                "stop", "may have \(Self.stopsMax) strings, found \(stops.count)")
        }
        for (index, stop) in stops.enumerated() {
            // A front end that takes a text alone spells it without a number.
            let path = names.stopIsAlone ? "stop" : "stop[\(index)]"
            try checkBytes(stop, Self.stopBytesMax, path)
        }
    }

    private func checkBytes(_ text: String, _ bytesMax: Int, _ path: String) throws(APIError) {
        guard !text.isEmpty else { throw RequestFields.invalid(path, "must not be empty") }
        guard text.utf8.count <= bytesMax else {
            throw RequestFields.invalid(
                path, "must be at most \(bytesMax) bytes, found \(text.utf8.count)")
        }
    }

    private func stopTokens(_ order: TokenOrder) throws(APIError) -> [Int32] {
        let own = order.ignoresEnd ? [] : order.model.description.endTokens
        let room = max(0, GenerationRequest.stopTokensMax - own.count)
        guard order.request.stopTokens.count <= room else {
            throw RequestFields.invalid(
                "stop_token_ids",
                "may have \(room) ids, found \(order.request.stopTokens.count)")
        }
        return own + order.request.stopTokens
    }

    private func cacheSalt(_ order: TokenOrder) throws(APIError) -> UInt64 {
        if let own = order.ownSalt { try checkBytes(own, Self.saltBytesMax, "cache_salt") }
        return salting.salt(client: order.request.fairnessKey, own: order.ownSalt)
    }

    private func deadline(
        _ order: TokenOrder, _ wait: Duration?, _ name: String
    ) throws(APIError) -> ContinuousClock.Instant? {
        guard let wait else { return nil }
        guard wait > .zero, wait <= Self.waitMax else {
            throw RequestFields.invalid(name, "must be above 0 and up to a day")
        }
        return order.receivedAt + wait
    }
}

extension OrderRules {
    /// How a front end spells the fields that others spell otherwise.
    package struct Names: Sendable {
        /// What comes before the name of a sampling parameter.
        package var sampling = ""
        package var tokensMax = "max_tokens"
        package var choices = "n"
        /// `stop` is one text, not a list.
        package var stopIsAlone = false
        package var logprobs = "logprobs"
        /// The most alternatives that the front end shows for a token.
        package var logprobsMax = GenerationRequest.logprobsMax
        package var timeout = "timeout"
        package var firstToken = "x-slo-ttft-ms"
        package var perToken = "x-slo-tpot-ms"

        package init() {}
    }
}
