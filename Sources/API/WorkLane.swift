import Synchronization
import Threads

/// A thread that does one piece of work after the other, with a bounded queue before it. The client
/// that was served least is next, then whoever came first. Work that nobody wants any more leaves the
/// queue at once.
final class WorkLane: Sendable {
    /// Names a piece of work.
    struct Ticket: Hashable, Sendable {
        fileprivate let number: UInt64
    }

    private struct Work {
        let ticket: Ticket
        let client: UInt64
        let bytes: Int
        let run: @Sendable () -> Void
    }

    private struct State {
        var queue: [Work] = []
        var bytes = 0
        var lastNumber: UInt64 = 0
        var isClosed = false
        /// The bytes that each client was served since the thread last had nothing to do. Who comes
        /// anew, or again, begins level with the one served last.
        var served: [UInt64: Int] = [:]
        var level = 0

        mutating func add(_ work: Work) {
            queue.append(work)
            bytes += work.bytes
            served[work.client] = max(served[work.client] ?? level, level)
        }

        /// Takes the work that is next. If there is none, the one before it is done too, and all
        /// clients begin anew.
        mutating func next() -> Work? {
            let next = queue.indices.min {
                served[queue[$0].client, default: 0] < served[queue[$1].client, default: 0]
            }
            guard let next else {
                (served, level) = ([:], 0)
                return nil
            }
            let work = queue.remove(at: next)
            bytes -= work.bytes
            level = max(level, served[work.client, default: 0])
            served[work.client, default: 0] += work.bytes
            return work
        }
    }

    /// The most pieces of work that wait, and the bytes they hold together. One piece may hold more
    /// if it is the only one.
    let waitingMax: Int
    let bytesMax: Int
    private let state: SharedState
    private let bell: Bell
    private let thread: Thread

    /// The thread has the queue, not the lane.
    private final class SharedState: Sendable {
        let content = Mutex(State())
    }

    init(name: String, waitingMax: Int, bytesMax: Int) throws(ThreadError) {
        self.waitingMax = waitingMax
        self.bytesMax = bytesMax
        let (state, bell) = (SharedState(), Bell())
        self.state = state
        self.bell = bell
        // Parsers, templates and tokenizers recurse; the pages of a deep stack cost nothing until used.
        thread = try Thread(name: name, stackBytes: 8 << 20) {
            while true {
                let (work, isClosed) = state.content.withLock { state in
                    let work = state.next()
                    return (work, work == nil && state.isClosed)
                }
                if let work {
                    work.run()
                } else if isClosed {
                    return
                } else {
                    bell.wait()
                }
            }
        }
    }

    /// Queues a client's work that holds so many bytes until it is done; nil when the queue is full.
    func post(bytes: Int, for client: UInt64, _ run: @escaping @Sendable () -> Void) -> Ticket? {
        let ticket = state.content.withLock { state -> Ticket? in
            guard !state.isClosed, state.queue.count < waitingMax,
                state.queue.isEmpty || state.bytes <= bytesMax - bytes
            else { return nil }
            state.lastNumber += 1
            let ticket = Ticket(number: state.lastNumber)
            state.add(Work(ticket: ticket, client: client, bytes: bytes, run: run))
            return ticket
        }
        if ticket != nil { bell.ring() }
        return ticket
    }

    /// Takes work off the queue that has not begun.
    func withdraw(_ ticket: Ticket) {
        state.content.withLock { state in
            guard let index = state.queue.firstIndex(where: { $0.ticket == ticket }) else { return }
            state.bytes -= state.queue.remove(at: index).bytes
        }
    }

    /// Work that waits, and its bytes.
    var waiting: (count: Int, bytes: Int) { state.content.withLock { ($0.queue.count, $0.bytes) } }

    /// Ends the thread after the work it has.
    func stop() {
        state.content.withLock { $0.isClosed = true }
        bell.ring()
        thread.join()
    }
}
