import Glibc

/// A line on standard error that shows how far long work is: redrawn on a terminal, and a line every
/// few seconds elsewhere.
final class Progress {
    private let title: String
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let start = ContinuousClock.now
    private var last: ContinuousClock.Instant?

    init(_ title: String) {
        self.title = title
    }

    func update(_ done: Int, of total: Int) {
        let now = ContinuousClock.now
        let interval: Duration = isTerminal ? .milliseconds(100) : .seconds(5)
        if let last, now - last < interval { return }
        if last == nil, !isTerminal, now - start < interval { return }
        last = now
        let percent = total > 0 ? done * 100 / total : 0
        let text = "\(title): \(percent) % (\(done >> 20) of \(total >> 20) MiB)"
        StandardError.write(isTerminal ? "\r\(text)\u{1B}[K" : text + "\n")
    }

    func finish(_ text: String) {
        let seconds = Double((ContinuousClock.now - start) / .milliseconds(100)) / 10
        StandardError.write((isTerminal ? "\r\u{1B}[K" : "") + "\(text) in \(seconds) s\n")
    }
}
