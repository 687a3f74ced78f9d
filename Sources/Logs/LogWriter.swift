import Glibc
package import Metrics
import Synchronization
package import Threads

/// Writes a log from a thread of its own, so that a reader who stops reading, such as a full pipe,
/// never blocks a thread that logs. Lines that do not fit the buffer or cannot be written (a full
/// disk) are dropped and counted, and the log says so when that is possible again.
package final class LogWriter: Sendable {
    private struct Queue {
        var bytes: [UInt8] = []
        /// Lines dropped since the log last said so.
        var dropped = 0
        /// Whether the thread has taken bytes that are not written yet.
        var isWriting = false
        var isClosed = false
    }

    /// How long lines are gathered before they are written. Waking the thread and writing each by
    /// itself would cost more than the request that the line reports.
    private static let gatherTime = Duration.milliseconds(5)

    /// The most bytes that wait to be written.
    private let bytesMax: Int
    private let descriptor: Int32
    private let queue = Mutex(Queue())
    private let wake = Bell()
    /// Rung when a thread waits until everything is written.
    private let hurry = Bell()
    private let idle = Bell()

    /// Lines that were dropped.
    package let dropped = Counter(
        "switchyard_log_lines_dropped_total",
        help: "Lines of the log dropped because standard error was not read or could not be "
            + "written.")

    /// The caller keeps `descriptor`; it is not closed.
    package init(descriptor: Int32 = STDERR_FILENO, bytesMax: Int = 1 << 20) throws(ThreadError) {
        self.descriptor = descriptor
        self.bytesMax = bytesMax
        // The thread keeps the writer alive until `close`, and longer if a write blocks.
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

    /// Waits until everything is written; returns false if that takes longer than the limit. Only
    /// one thread may wait at a time.
    @discardableResult
    package func flush(within limit: Duration) -> Bool {
        let deadline = ContinuousClock.now + limit
        hurry.ring()
        while queue.withLock({ !$0.bytes.isEmpty || $0.isWriting }) {
            guard idle.wait(until: deadline) else { return false }
        }
        return true
    }

    /// Ends the thread when everything is written. Lines added later are dropped.
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
        // Lines that were dropped and of which the log has not told yet.
        var untold = 0
        while let dropped = take(&batch) {
            let lost = writeAll(batch)
            self.dropped.add(UInt64(lost))
            untold += dropped + lost
            guard untold > 0 else { continue }
            let text = "switchyard: \(untold) lines of the log were dropped\n"
            if writeAll(Array(text.utf8)) == 0 { untold = 0 }
        }
    }

    /// Waits for lines and takes them. Returns how many lines were dropped meanwhile; nil at the
    /// end.
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

    /// Writes all bytes; returns how many lines could not be written.
    private func writeAll(_ bytes: [UInt8]) -> Int {
        unsafe bytes.withUnsafeBytes { bytes in
            var rest = unsafe bytes
            while let base = rest.baseAddress, rest.count > 0 {
                let count = unsafe Glibc.write(descriptor, base, rest.count)
                if count < 0 && errno == EINTR { continue }
                if count < 0 && errno == EAGAIN {
                    // Another process made the file description non-blocking.
                    var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    _ = unsafe Glibc.poll(&poll, 1, -1)
                    continue
                }
                guard count > 0 else { return unsafe rest.count { $0 == UInt8(ascii: "\n") } }
                unsafe rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
            return 0
        }
    }
}
