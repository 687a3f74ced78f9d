extension Duration {
    /// Whole seconds, rounded up, at least 1: the unit of `Retry-After` (RFC 9110 §10.2.3).
    package var secondsRoundedUp: Int64 {
        let (seconds, attoseconds) = components
        return max(1, attoseconds > 0 && seconds < .max ? seconds + 1 : seconds)
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
