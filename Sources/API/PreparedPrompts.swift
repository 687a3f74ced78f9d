import Generation

/// An order's prompts as tokens that fit the model, each with its place in the queue.
struct PreparedPrompts: Sendable {
    let prompts: [[Int32]]
    let permits: [Permit]

    /// Places are taken before templates and tokenizer run.
    static func make(
        _ ordered: some TokenStream.Order, _ cancellation: Cancellation
    ) -> Result<PreparedPrompts, APIError> {
        let (order, model) = (ordered.order, ordered.model)
        do throws(APIError) {
            let permits = try reserve(order, model)
            var prompts: [[Int32]] = []
            for source in order.prompts {
                let prompt = try Prompting.encode(source, model.description)
                try cancellation.check()
                try checkLength(prompt, order, model)
                prompts.append(prompt)
            }
            let count = prompts.reduce(0) { $0 + $1.count }
            let queueTokensMax = model.service.limits.queueTokensMax
            guard prompts.count == 1 || count <= queueTokensMax else {
                throw APIError(
                    .requestTooLarge,
                    "the \(prompts.count) prompts have \(count) tokens, \(queueTokensMax) may wait at "
                        + "a time; send fewer prompts", param: order.promptParam)
            }
            try checkShown(count, order)
            return .success(PreparedPrompts(prompts: prompts, permits: permits))
        } catch {
            return .failure(error)
        }
    }

    private static func reserve(
        _ order: TokenOrder, _ model: ServedModel
    ) throws(APIError) -> [Permit] {
        do throws(Rejection) {
            return try model.service.reserve(
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

    /// Log-probabilities of prompts come all at once, for every choice.
    private static func checkShown(_ tokens: Int, _ order: TokenOrder) throws(APIError) {
        guard let alternatives = order.promptLogprobs else { return }
        let shown = tokens * order.choices * (1 + alternatives)
        guard shown <= TokenOrder.promptLogprobsMax else {
            throw APIError(
                .requestTooLarge,
                "the answer would show \(shown) log-probabilities of \(order.promptParam), at most "
                    + "\(TokenOrder.promptLogprobsMax) are shown; ask for fewer, or for fewer choices",
                param: order.promptParam)
        }
    }

    private static func checkLength(
        _ prompt: [Int32], _ order: TokenOrder, _ model: ServedModel
    ) throws(APIError) {
        guard !prompt.isEmpty else {
            throw APIError(.emptyPrompt, "the prompt has no tokens", param: order.promptParam)
        }
        // One place is left for a token, unless none is wanted.
        let contextMax = model.description.contextMax
        let longest = order.tokensMax == 0 ? contextMax : contextMax - 1
        guard prompt.count <= longest else {
            throw APIError(
                .contextTooLong,
                "the prompt has \(prompt.count) tokens, the model's context holds \(contextMax) with "
                    + "the answer; shorten \(order.promptParam)",
                param: order.promptParam)
        }
    }
}
