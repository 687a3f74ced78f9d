import Glibc
package import Metrics
import Synchronization
package import Threads

/// Writes a log from a thread of its own, so that a reader who does not read, such as a pipe that is
/// full, never holds up whoever logs. What does not fit its memory is dropped and counted, and the
/// log says so once the reader reads again.
package final class LogWriter: Sendable {
    private struct Queue {
        var bytes: [UInt8] = []
        /// Lines dropped since the log last said so.
        var dropped = 0
        /// Whether the thread has taken bytes that are not written yet.
        var isWriting = false
        var isClosed = false
    }

    /// How long lines are gathered: a write and a thread's waking for each would cost more than the
    /// request it tells of.
    private static let gatherTime = Duration.milliseconds(5)

    /// The most bytes that wait to be written.
    private let bytesMax: Int
    private let descriptor: Int32
    private let queue = Mutex(Queue())
    private let wake = Bell()
    /// Rung when somebody waits for what was added.
    private let hurry = Bell()
    private let idle = Bell()

    /// Lines that were dropped.
    package let dropped = Counter(
        "switchyard_log_lines_dropped_total",
        help: "Lines of the log dropped because standard error was not read.")

    /// `descriptor` stays the caller's and stays open.
    package init(descriptor: Int32 = STDERR_FILENO, bytesMax: Int = 1 << 20) throws(ThreadError) {
        self.descriptor = descriptor
        self.bytesMax = bytesMax
        // It keeps the writer alive until `close`, and runs on by itself while a write blocks.
        _ = try Thread(name: "log", stackBytes: 128 << 10) { [self] in run() }
    }

    /// Adds a line. Any thread; never blocks.
    package func line(_ text: String) {
        append(text, "\n")
    }

    /// Adds text as it is. Any thread; never blocks.
    package func write(_ text: String) {
        append(text, "")
    }

    /// Waits until all of it is written; false when that takes longer. One thread at a time.
    @discardableResult
    package func flush(within limit: Duration) -> Bool {
        let deadline = ContinuousClock.now + limit
        hurry.ring()
        while queue.withLock({ !$0.bytes.isEmpty || $0.isWriting }) {
            guard idle.wait(until: deadline) else { return false }
        }
        return true
    }

    /// Ends the thread once everything is written; what is added later is dropped.
    package func close() {
        queue.withLock { $0.isClosed = true }
        hurry.ring()
        wake.ring()
    }

    private func append(_ text: String, _ end: String) {
        let (isFirst, isDropped) = queue.withLock { queue in
            guard !queue.isClosed, queue.bytes.count + text.utf8.count < bytesMax else {
                queue.dropped += 1
                return (false, true)
            }
            let isFirst = queue.bytes.isEmpty
            queue.bytes.append(contentsOf: text.utf8)
            queue.bytes.append(contentsOf: end.utf8)
            return (isFirst, false)
        }
        if isDropped { dropped.add() }
        if isFirst { wake.ring() }
    }

    private func run() {
        var batch: [UInt8] = []
        while let dropped = take(&batch) {
            writeAll(batch)
            if dropped > 0 {
                writeAll(Array("switchyard: \(dropped) lines of the log were dropped\n".utf8))
            }
        }
    }

    /// Takes what waits, after it has waited for it; returns how many lines were dropped meanwhile,
    /// nil at the end.
    private func take(_ batch: inout [UInt8]) -> Int? {
        batch.removeAll(keepingCapacity: true)
        while true {
            let (dropped, isClosed) = queue.withLock { queue in
                swap(&queue.bytes, &batch)
                defer { queue.dropped = 0 }
                queue.isWriting = !batch.isEmpty || queue.dropped > 0
                return (queue.dropped, queue.isClosed)
            }
            if !batch.isEmpty || dropped > 0 { return dropped }
            idle.ring()
            if isClosed { return nil }
            wake.wait()
            hurry.wait(until: .now + Self.gatherTime)
        }
    }

    /// What a closed reader does not take is lost.
    private func writeAll(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes { bytes in
            var rest = unsafe bytes
            while let base = rest.baseAddress, rest.count > 0 {
                let count = unsafe Glibc.write(descriptor, base, rest.count)
                if count < 0 && errno == EINTR { continue }
                if count < 0 && errno == EAGAIN {
                    // Somebody else has made the file description non-blocking.
                    var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    _ = unsafe Glibc.poll(&poll, 1, -1)
                    continue
                }
                guard count > 0 else { return }
                unsafe rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
        }
    }
}
