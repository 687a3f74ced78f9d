import Synchronization

/// A place in the queue: one request and a bound on its prompt's tokens. Given back by `release`
/// or when the last reference is dropped, whichever comes first. Any thread.
package final class Permit: Sendable {
    private let pool: PermitPool?
    private let state: Mutex<Int?>  // the tokens held; nil once released

    init(pool: PermitPool, tokens: Int) {
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
