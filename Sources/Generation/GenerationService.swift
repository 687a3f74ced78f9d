/// Why a request was not accepted. Nothing was or will be done for it.
package enum Rejection: Error, Sendable, Equatable, CustomStringConvertible {
    /// The queue is full, in requests or tokens; try again after this long.
    case queueFull(retryAfter: Duration)
    /// The model is not loaded yet, or the engine has ended.
    case unavailable
    /// The prompt leaves no room in the context.
    case promptTooLong(tokens: Int, max: Int)
    /// The request needs more KV cache than the server has at all.
    case tooLarge(tokens: Int, max: Int)
    /// The deadline has passed, or will before the first token could come.
    case hopeless
    /// A parameter is out of its range.
    case invalid(InvalidParameter)

    package var description: String {
        switch self {
        case .queueFull(let retryAfter):
            "the queue is full; try again in \(retryAfter.secondsRoundedUp) s"
        case .unavailable: "the model is not ready"
        case .promptTooLong(let tokens, let max):
            "the prompt has \(tokens) tokens, at most \(max) fit in the context; shorten it"
        case .tooLarge(let tokens, let max):
            "the request may need \(tokens) tokens of KV cache, the server has \(max); "
                + "ask for fewer tokens or choices"
        case .hopeless: "the deadline cannot be met"
        case .invalid(let error): error.description
        }
    }
}

extension Duration {
    /// Whole seconds, rounded up, at least 1: the unit of `Retry-After` (RFC 9110 §10.2.3).
    package var secondsRoundedUp: Int64 {
        let (seconds, attoseconds) = components
        return max(1, attoseconds > 0 && seconds < .max ? seconds + 1 : seconds)
    }
}

/// The engine's state at one moment, for health checks and gateways.
package struct ServiceFigures: Sendable, Equatable {
    /// Accepted requests that no step has touched yet, and the tokens of their prompts.
    package var waitingRequests: Int
    package var waitingTokens: Int
    /// Requests that hold KV blocks.
    package var runningRequests: Int
    /// KV blocks, and those that running sequences hold (cached ones count as free).
    package var blocks: Int
    package var blocksUsed: Int
    /// The model is loaded and the engine runs.
    package var isReady: Bool
    /// No new requests should come; those that come are served.
    package var isDraining: Bool

    package init(
        waitingRequests: Int = 0, waitingTokens: Int = 0, runningRequests: Int = 0,
        blocks: Int = 0, blocksUsed: Int = 0, isReady: Bool = false, isDraining: Bool = false
    ) {
        self.waitingRequests = waitingRequests
        self.waitingTokens = waitingTokens
        self.runningRequests = runningRequests
        self.blocks = blocks
        self.blocksUsed = blocksUsed
        self.isReady = isReady
        self.isDraining = isDraining
    }
}

/// What one request may ask for at most; more is never served, however empty the server is.
package struct ServiceLimits: Sendable, Equatable {
    /// Answers to one prompt: they run at once.
    package var choicesMax: Int
    /// Tokens of all prompts of one request together: they wait at once.
    package var queueTokensMax: Int

    package init(choicesMax: Int, queueTokensMax: Int) {
        self.choicesMax = choicesMax
        self.queueTokensMax = queueTokensMax
    }
}

/// What front ends ask of the engine. Every member may be used from any thread and returns at once.
package protocol GenerationService: AnyObject, Sendable {
    /// Takes a place in the queue for each prompt of a request, before they are rendered and
    /// tokenized; all of them or none. `prompts` are bounds on the prompts' tokens; none counts for
    /// more than the context. Dropping a permit gives its place back.
    func reserve(prompts: [Int]) throws(Rejection) -> [Permit]

    /// Queues a request under its permit. Its events go to `sink`, which is kept until the last
    /// one. After a throw nothing is delivered and the permit's place is free again.
    func submit(
        _ request: GenerationRequest, _ permit: Permit, sink: any GenerationSink
    ) throws(Rejection)

    /// Ends a request early. Unfinished choices end with `.finished(.cancelled)`; tokens already
    /// on their way may still arrive before. Unknown ids are ignored.
    func cancel(_ id: RequestID)

    /// Ends one choice early, as when a stop string was found in its text.
    func cancel(_ id: RequestID, choice: Int)

    /// Tells that the client has taken this many more of a choice's tokens. A choice with
    /// `unsentTokensMax` delivered tokens not yet returned here is paused.
    func returnCredit(_ id: RequestID, choice: Int, tokens: Int)

    /// The name the model is served under.
    var modelName: String { get }
    /// Tokens of prompt and answer together, at most.
    var contextMax: Int { get }
    /// Token ids are below this.
    var vocabularySize: Int { get }
    /// What one request may ask for.
    var limits: ServiceLimits { get }
    /// The engine's state now.
    var figures: ServiceFigures { get }
}

/// How many tokens a choice may be ahead of its reader before it is paused.
package let unsentTokensMax = 256
