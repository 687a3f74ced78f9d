import Synchronization

/// The places of the queue. The I/O threads take, the engine gives back.
package final class PermitPool: Sendable {
    private struct State {
        var requests = 0
        var tokens = 0
        var retryAfter: Duration = .seconds(1)
    }

    /// The most permits at a time, and the most tokens they hold together.
    package let requestsMax: Int
    package let tokensMax: Int
    /// The most tokens that one permit holds: no longer prompt is ever run.
    package let promptTokensMax: Int
    private let state = Mutex(State())

    package init(requestsMax: Int, tokensMax: Int, promptTokensMax: Int) {
        precondition(requestsMax > 0, "requestsMax is \(requestsMax)")
        precondition(tokensMax > 0, "tokensMax is \(tokensMax)")
        precondition(promptTokensMax > 0, "promptTokensMax is \(promptTokensMax)")
        self.requestsMax = requestsMax
        self.tokensMax = tokensMax
        self.promptTokensMax = promptTokensMax
    }

    /// Takes a place for each prompt of one request, or none at all. `prompts` are bounds on their
    /// tokens. What is larger than the whole queue is counted as all of it, so that it is served
    /// when nothing else waits instead of never.
    package func take(prompts: [Int]) throws(Rejection) -> [Permit] {
        guard prompts.count <= min(requestsMax, tokensMax) else {
            throw .invalid(
                InvalidParameter(
                    "prompt",
                    "holds \(prompts.count) prompts, the queue has places for "
                        + "\(min(requestsMax, tokensMax)); send fewer at a time"))
        }
        var left = tokensMax
        let shares = prompts.enumerated().map { index, bound in
            let others = prompts.count - index - 1
            let share = min(max(bound, 1), promptTokensMax, left - others)
            left -= share
            return share
        }
        let tokens = tokensMax - left
        let rejection: Rejection? = state.withLock { state in
            guard state.requests <= requestsMax - prompts.count, state.tokens <= tokensMax - tokens
            else { return .queueFull(retryAfter: state.retryAfter) }
            state.requests += prompts.count
            state.tokens += tokens
            return nil
        }
        if let rejection { throw rejection }
        return shares.map { Permit(pool: self, tokens: $0) }
    }

    /// What a client that finds the queue full is told.
    package var queueFull: Rejection {
        .queueFull(retryAfter: state.withLock { $0.retryAfter })
    }

    /// What `queueFull` advises from now on; the engine measures it.
    package func advise(retryAfter: Duration) {
        state.withLock { $0.retryAfter = retryAfter }
    }

    /// Permits out, and the tokens they hold.
    package var held: (requests: Int, tokens: Int) {
        state.withLock { ($0.requests, $0.tokens) }
    }

    func giveBack(requests: Int, tokens: Int) {
        state.withLock { state in
            state.requests -= requests
            state.tokens -= tokens
        }
    }
}
