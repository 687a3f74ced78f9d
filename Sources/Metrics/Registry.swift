import Synchronization

/// The metrics of one server. Injected, never global, so that tests have their own.
package final class Registry: Sendable {
    private let metrics = Mutex<[any Metric]>([])

    package init() {}

    /// Adds metrics to what is rendered. A name may be registered once.
    package func register(_ added: any Metric...) {
        metrics.withLock { metrics in
            for metric in added {
                precondition(
                    !metrics.contains { $0.name == metric.name },
                    "the metric \(metric.name) is registered already")
                metrics.append(metric)
            }
        }
    }

    /// Everything in Prometheus' text format 0.0.4, in the order of registration. Any thread.
    package func render() -> [UInt8] {
        var exposition = TextExposition()
        // Written outside the lock: callbacks may be anything.
        for metric in metrics.withLock({ $0 }) {
            exposition.begin(metric)
            metric.write(to: &exposition)
        }
        return exposition.bytes
    }
}
