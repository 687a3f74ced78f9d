import Glibc
import Synchronization

/// Reads small files and writes to the console, by the C library.
enum File {
    /// The text of a file of at most 64 KiB; nil if it cannot be read.
    static func read(_ path: String) -> String? {
        guard let file = unsafe fopen(path, "r") else { return nil }
        defer { unsafe fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 65536)
        // SAFETY: the count is the array's.
        let count = unsafe fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }

    static func write(_ text: String, to path: String) -> Bool {
        guard let file = unsafe fopen(path, "w") else { return false }
        let isWritten = unsafe fputs(text, file) >= 0
        return unsafe fclose(file) == 0 && isWritten
    }

    /// Writes to standard error at once.
    static func complain(_ text: String) {
        let bytes = Array(text.utf8)
        // SAFETY: pointer and count are of the same array.
        _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(2, $0.baseAddress, $0.count) }
    }
}

/// Shows progress on standard error: on a terminal one line that changes, elsewhere a line every
/// five seconds.
final class ProgressLine: Sendable {
    private let isQuiet: Bool
    private let isTerminal = isatty(2) == 1
    private let shownAt = Mutex<Duration>(.zero)

    init(isQuiet: Bool) { self.isQuiet = isQuiet }

    func show(_ progress: Driver.Progress) {
        guard !isQuiet else { return }
        let isDue = shownAt.withLock { shownAt in
            guard progress.elapsed - shownAt >= (isTerminal ? .zero : .seconds(5)) else {
                return false
            }
            shownAt = progress.elapsed
            return true
        }
        guard isDue else { return }
        let seconds = max(progress.elapsed.milliseconds / 1000, 1e-3)
        let line =
            "\(Statistics.fixed(seconds, digits: 1)) s: \(progress.completed) completed, "
            + "\(progress.inflight) under way, \(progress.rejected) rejected, "
            + "\(progress.cancelled) cancelled, \(progress.failed) failed, "
            + "\(Statistics.fixed(Double(progress.chunks) / seconds, digits: 1)) pieces/s"
        File.complain(isTerminal ? "\r\u{1B}[K\(line)" : "\(line)\n")
    }

    func end() {
        if !isQuiet && isTerminal { File.complain("\r\u{1B}[K") }
    }
}

/// Ctrl-C and SIGTERM end the load, and the report is still written. A second one ends the program.
enum Interrupts {
    static func install() {
        for number in [SIGINT, SIGTERM] {
            // SAFETY: the handler touches an atomic and resets the signal, both safe in a handler.
            _ = signal(number) { number in
                isInterrupted.store(true, ordering: .relaxed)
                _ = signal(number, SIG_DFL)
            }
        }
    }
}
