/// Why a choice ended.
package enum FinishReason: Sendable, Equatable {
    /// A stop token was drawn.
    case stop
    /// `tokensMax` or the context's end was reached.
    case length
    /// The client cancelled or went away.
    case cancelled
}

/// A token and its log-probability.
package struct TokenLogprob: Sendable, Equatable {
    package var id: Int32
    package var logprob: Float

    package init(id: Int32, logprob: Float) {
        self.id = id
        self.logprob = logprob
    }
}

/// A token's log-probability and the most likely tokens in its place. Log-probabilities come from
/// the model's own logits: before penalties, bias, temperature and the rest.
package struct TokenLogprobs: Sendable, Equatable {
    package var id: Int32
    package var logprob: Float
    /// Most likely first, the lower id first among equals; as many as were asked for. `id` is
    /// among them only if it ranks there.
    package var top: [TokenLogprob]

    package init(id: Int32, logprob: Float, top: [TokenLogprob]) {
        self.id = id
        self.logprob = logprob
        self.top = top
    }
}

/// What a choice has used.
package struct Usage: Sendable, Equatable {
    package var promptTokens: Int
    /// Tokens drawn, a stop token included.
    package var completionTokens: Int
    /// Prompt tokens whose keys and values came from the prefix cache.
    package var cachedTokens: Int

    package init(promptTokens: Int, completionTokens: Int, cachedTokens: Int) {
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
        self.cachedTokens = cachedTokens
    }
}

/// Why an accepted request could not be served. Nothing follows it.
package struct GenerationFailure: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Kind: Sendable, Equatable {
        /// The model's numbers were not finite.
        case numerical
        /// The request's deadline passed, or could no longer be met.
        case deadlineExceeded
        /// The client did not read its tokens for too long.
        case stalledReader
        /// The server is stopping.
        case unavailable
        /// The engine refused the request after its front end had handed it over.
        case rejected(Rejection)
        /// A fault of the server.
        case `internal`
    }

    package var kind: Kind
    package var message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// A rejection that came late; clients are told the same as if it had come at once.
    package init(_ rejection: Rejection) {
        self.init(.rejected(rejection), rejection.description)
    }

    package var description: String { message }
}

/// One thing that happened to a request. For each choice: tokens, then one `finished`; or one
/// `failed` for the whole request, after which nothing comes.
package enum GenerationEvent: Sendable {
    /// Log-probabilities of prompt tokens `first`, `first + 1`, …; nil for token 0, which nothing
    /// predicts. They come in order, before the first token, possibly in several events.
    case promptLogprobs(first: Int, [TokenLogprobs?])
    /// The next token of a choice. Stop tokens do not come this way.
    case token(choice: Int, id: Int32, logprobs: TokenLogprobs?)
    /// For `.forward`: the most likely tokens after the prompt, as many as `logprobs` asks for.
    case forward(top: [TokenLogprob])
    /// For `.embed`: `[hidden]`, not normalized.
    case embedding([Float])
    /// A choice ended.
    case finished(choice: Int, FinishReason, Usage)
    /// The request failed.
    case failed(GenerationFailure)
}

/// Where a request's events go.
package protocol GenerationSink: AnyObject, Sendable {
    /// Takes the events that one step made for this sink's requests, in order. Called on the
    /// engine's thread, once a step and sink; must not block.
    func deliver(_ events: [(RequestID, GenerationEvent)])
}
