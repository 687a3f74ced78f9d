/// Why a request was not accepted. Nothing was or will be done for it.
package enum Rejection: Error, Sendable, Equatable, CustomStringConvertible {
    /// The queue is full, in requests or tokens; try again after this long.
    case queueFull(retryAfter: Duration)
    /// The model is not loaded yet, or the engine has ended.
    case unavailable
    /// The prompt leaves no room in the context.
    case promptTooLong(tokens: Int, max: Int)
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
        case .hopeless: "the deadline cannot be met"
        case .invalid(let error): error.description
        }
    }
}
