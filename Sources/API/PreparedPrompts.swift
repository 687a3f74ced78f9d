import Generation

/// An order's requests to the engine, a prompt each, with their places in the queue.
struct PreparedPrompts: Sendable {
    let requests: [GenerationRequest]
    let permits: [Permit]

    /// Makes them of what a front end has decoded, which learns them and then lets its own go.
    static func make(
        _ decoded: inout some TokenStream.Order, _ cancellation: Cancellation
    ) -> Result<PreparedPrompts, APIError> {
        defer { decoded.order.dropPrompts() }
        do throws(APIError) {
            let prompts = try PreparedPrompts(decoded.order, cancellation)
            decoded.accept(prompts.requests.map(\.prompt))
            return .success(prompts)
        } catch {
            return .failure(error)
        }
    }

    /// Places are taken before templates and tokenizer run.
    private init(_ order: TokenOrder, _ cancellation: Cancellation) throws(APIError) {
        let permits = try Self.reserve(order)
        var requests: [GenerationRequest] = []
        for source in order.prompts {
            let prompt = try Prompting.encode(source, order.model.description)
            try cancellation.check()
            requests.append(try Self.request(prompt, order))
        }
        let count = requests.reduce(0) { $0 + $1.prompt.count }
        let queueTokensMax = order.model.service.limits.queueTokensMax
        guard requests.count == 1 || count <= queueTokensMax else {
            throw APIError(
                .requestTooLarge,
                "the \(requests.count) prompts have \(count) tokens, \(queueTokensMax) may wait at "
                    + "a time; send fewer prompts", param: order.promptParam)
        }
        try Self.checkShown(count, order)
        self.requests = requests
        self.permits = permits
    }

    /// The most tokens of an answer, if that is less than the order says because the context leaves
    /// no more; of several prompts the longest counts.
    func limit(of order: TokenOrder) -> Int? {
        guard let tokensMax = order.tokensMax, let least = requests.map(\.tokensMax).min(),
            least < tokensMax
        else { return nil }
        return least
    }

    private static func reserve(_ order: TokenOrder) throws(APIError) -> [Permit] {
        do throws(Rejection) {
            return try order.model.service.reserve(
                prompts: order.prompts.map { tokensBound($0, order) })
        } catch {
            throw APIError(error)
        }
    }

    /// How many tokens a prompt has at most, as far as can be told before it is tokenized.
    private static func tokensBound(_ source: PromptSource, _ order: TokenOrder) -> Int {
        switch source {
        case .tokens(let tokens): tokens.count
        case .text(let text, _): text.utf8.count
        case .chat: order.promptBytes
        }
    }

    /// The order's request for this prompt, cut to what the context leaves.
    private static func request(
        _ prompt: [Int32], _ order: TokenOrder
    ) throws(APIError) -> GenerationRequest {
        guard !prompt.isEmpty else {
            throw APIError(.emptyPrompt, "the prompt has no tokens", param: order.promptParam)
        }
        var request = order.request
        request.id = .next()
        request.prompt = prompt
        let contextMax = order.model.description.contextMax
        do throws(Rejection) {
            return try request.limited(toContext: contextMax)
        } catch {
            throw APIError(
                .contextTooLong,
                "the prompt has \(prompt.count) tokens, the model's context holds \(contextMax) with "
                    + "the answer; shorten \(order.promptParam)",
                param: order.promptParam)
        }
    }

    /// Log-probabilities of prompts come all at once, for every choice.
    private static func checkShown(_ tokens: Int, _ order: TokenOrder) throws(APIError) {
        guard let alternatives = order.request.promptLogprobs else { return }
        let shown = tokens * order.request.choices * (1 + alternatives)
        guard shown <= TokenOrder.promptLogprobsMax else {
            throw APIError(
                .requestTooLarge,
                "the answer would show \(shown) log-probabilities of \(order.promptParam), at most "
                    + "\(TokenOrder.promptLogprobsMax) are shown; ask for fewer, or for fewer choices",
                param: order.promptParam)
        }
    }
}
