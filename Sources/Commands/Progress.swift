import Glibc
import Memory

/// A line on standard error that shows how far long work is: redrawn on a terminal, and a line every
/// few seconds elsewhere.
final class Progress {
    /// What is counted.
    enum Unit {
        case bytes
        /// Things by their name in the plural.
        case items(String)
    }

    private let title: String
    private let unit: Unit
    /// Hears how far the work is, in words.
    private let report: (String) -> Void
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let start = ContinuousClock.now
    private var last: ContinuousClock.Instant?

    init(_ title: String, unit: Unit = .bytes, report: @escaping (String) -> Void = { _ in }) {
        self.title = Terminal.shown(title)
        self.unit = unit
        self.report = report
        report(self.title)
    }

    func update(_ done: Int, of total: Int) {
        let percent = total > 0 ? done * 100 / total : 0
        report("\(title), \(percent) %")
        let now = ContinuousClock.now
        let interval: Duration = isTerminal ? .milliseconds(100) : .seconds(5)
        if let last, now - last < interval { return }
        if last == nil, !isTerminal, now - start < interval { return }
        last = now
        let amount =
            switch unit {
            case .bytes: "\(ByteSize(done)) of \(ByteSize(total))"
            case .items(let name): "\(done) of \(total) \(name)"
            }
        let text = "\(title): \(percent) % (\(amount))"
        isTerminal ? StandardError.draw(text) : StandardError.line(text)
    }

    func finish(_ text: String) {
        let seconds = ((ContinuousClock.now - start) / .milliseconds(100)).rounded() / 10
        if isTerminal { StandardError.draw("") }
        StandardError.line("\(text) in \(seconds) s")
    }
}
