import Glibc
import Synchronization

/// A bounded queue from any threads to one reader, which may sleep until a message comes.
///
/// Messages arrive in the order of their `post`. All members may be called from any thread, but
/// only one thread reads.
package final class Mailbox<Message: Sendable>: Sendable {
    private struct State {
        var messages: [Message] = []
        var isClosed = false
        var readerSleeps = false
    }

    /// The most messages that may wait, those of `postSurely` apart.
    package let capacity: Int
    private let state: Mutex<State>
    private let bell: Bell

    package init(capacity: Int) {
        precondition(capacity > 0, "capacity is \(capacity)")
        self.capacity = capacity
        state = Mutex(State())
        bell = Bell()
    }

    /// Adds a message. Returns false if the mailbox is full or closed; the message is then dropped.
    package func post(_ message: Message) -> Bool { post(message, upTo: capacity) }

    /// Adds a message even if the mailbox is full: one that must not be lost, and whose number
    /// something else bounds. It is dropped only if the mailbox is closed.
    package func postSurely(_ message: Message) { _ = post(message, upTo: .max) }

    private func post(_ message: Message, upTo capacity: Int) -> Bool {
        let (posted, wake) = state.withLock { state in
            guard !state.isClosed, state.messages.count < capacity else { return (false, false) }
            state.messages.append(message)
            defer { state.readerSleeps = false }
            return (true, state.readerSleeps)
        }
        if wake { bell.ring() }
        return posted
    }

    /// Moves all messages, oldest first, into `messages`, which is emptied before. The storage is
    /// swapped, so a reader that reuses its array allocates nothing in the long run.
    package func drain(into messages: inout [Message]) {
        messages.removeAll(keepingCapacity: true)
        state.withLock { swap(&$0.messages, &messages) }
    }

    /// Takes all messages, oldest first.
    package func drain() -> [Message] {
        var messages: [Message] = []
        drain(into: &messages)
        return messages
    }

    /// Sleeps until there is a message, the mailbox is closed or the deadline has passed; the
    /// caller finds out which by `drain`. Only the reader may call it. Without a deadline it may
    /// sleep for ever.
    package func wait(until deadline: ContinuousClock.Instant? = nil) {
        let mustSleep = state.withLock { state in
            guard state.messages.isEmpty, !state.isClosed else { return false }
            state.readerSleeps = true
            return true
        }
        guard mustSleep else { return }
        bell.wait(until: deadline)
        state.withLock { $0.readerSleeps = false }
    }

    /// Refuses messages from now on and wakes the reader. What is queued can still be drained.
    package func close() {
        state.withLock { state in
            state.isClosed = true
            state.readerSleeps = false
        }
        bell.ring()
    }

    /// Messages that wait now.
    package var count: Int { state.withLock { $0.messages.count } }
    /// Whether `close` was called.
    package var isClosed: Bool { state.withLock { $0.isClosed } }
}
