import Metrics
import Synchronization

/// The text of `/metrics`, made anew ten times a second at most: it reads the kernel's files and
/// merges histograms, and whoever asks all the time must not take the I/O thread for it. Any thread.
final class MetricsPage: Sendable {
    private static let ageMax: Duration = .milliseconds(100)

    private let registry: Registry
    private let page = Mutex<(text: [UInt8], made: ContinuousClock.Instant)?>(nil)

    init(_ registry: Registry) {
        self.registry = registry
    }

    func text(_ now: ContinuousClock.Instant = .now) -> [UInt8] {
        page.withLock { page in
            if let page, now - page.made < Self.ageMax { return page.text }
            let text = registry.render()
            page = (text, now)
            return text
        }
    }
}
