import Synchronization

/// Tells work on another thread that its client went away.
package final class Cancellation: Sendable {
    private let flag = Atomic<Bool>(false)

    package init() {}

    // Relaxed: the flag publishes nothing but itself.
    package var isCancelled: Bool { flag.load(ordering: .relaxed) }

    package func cancel() { flag.store(true, ordering: .relaxed) }

    /// Throws once the client is gone; to be called between the steps of long work.
    package func check() throws(APIError) {
        if isCancelled { throw APIError(.cancelled, "the client went away") }
    }
}
