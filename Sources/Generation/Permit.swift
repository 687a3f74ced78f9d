import Synchronization

/// A place in the queue: one request and a bound on its prompt's tokens. Given back by `release`
/// or when the last reference is dropped, whichever comes first. Any thread.
package final class Permit: Sendable {
    private let pool: PermitPool?
    private let state: Mutex<Int?>  // the tokens held; nil once released

    fileprivate init(pool: PermitPool, tokens: Int) {
        self.pool = pool
        state = Mutex(tokens)
    }

    /// A permit that holds nothing, for work that no queue bounds (tests, one-shot commands).
    package init() {
        pool = nil
        state = Mutex(0)
    }

    deinit { release() }

    /// Lowers the bound to the prompt's true length once it is known. It never rises.
    package func trim(tokens: Int) {
        let surplus = state.withLock { held in
            guard let before = held, tokens >= 0, tokens < before else { return 0 }
            held = tokens
            return before - tokens
        }
        if surplus > 0 { pool?.giveBack(requests: 0, tokens: surplus) }
    }

    /// Gives the place back. Later calls do nothing.
    package func release() {
        let held = state.withLock { held in
            defer { held = nil }
            return held
        }
        if let held { pool?.giveBack(requests: 1, tokens: held) }
    }
}

/// The places of the queue. The I/O threads take, the engine gives back.
package final class PermitPool: Sendable {
    private struct State {
        var requests = 0
        var tokens = 0
        var isDraining = false
        var retryAfter: Duration = .seconds(1)
    }

    /// The most permits at a time, and the most tokens they hold together.
    package let requestsMax: Int
    package let tokensMax: Int
    private let state = Mutex(State())

    package init(requestsMax: Int, tokensMax: Int) {
        precondition(requestsMax > 0, "requestsMax is \(requestsMax)")
        precondition(tokensMax > 0, "tokensMax is \(tokensMax)")
        self.requestsMax = requestsMax
        self.tokensMax = tokensMax
    }

    /// Takes a place. A body larger than the whole queue is counted as all of it, so that it is
    /// served when nothing else waits instead of never.
    package func take(bodyBytes: Int) throws(Rejection) -> Permit {
        let tokens = min(max(bodyBytes, 1), tokensMax)
        let rejection: Rejection? = state.withLock { state in
            if state.isDraining { return .draining }
            guard state.requests < requestsMax, state.tokens <= tokensMax - tokens else {
                return .queueFull(retryAfter: state.retryAfter)
            }
            state.requests += 1
            state.tokens += tokens
            return nil
        }
        if let rejection { throw rejection }
        return Permit(pool: self, tokens: tokens)
    }

    /// What `queueFull` advises from now on; the engine measures it.
    package func advise(retryAfter: Duration) {
        state.withLock { $0.retryAfter = retryAfter }
    }

    /// Refuses everyone from now on.
    package func drain() {
        state.withLock { $0.isDraining = true }
    }

    /// Permits out, and the tokens they hold.
    package var held: (requests: Int, tokens: Int) {
        state.withLock { ($0.requests, $0.tokens) }
    }

    fileprivate func giveBack(requests: Int, tokens: Int) {
        state.withLock { state in
            state.requests -= requests
            state.tokens -= tokens
        }
    }
}
