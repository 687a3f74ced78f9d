import Synchronization

/// Counts of values by size, cumulative when written, as Prometheus wants them.
package final class BucketHistogram: Metric {
    package let name: String
    package let help: String
    package var kind: MetricKind { .histogram }
    private let buckets: Buckets
    private let table: SeriesTable<Series>

    /// One histogram.
    package final class Series: Sendable {
        private struct State {
            var counts: [UInt64]
            var sum = 0.0
        }

        private let buckets: Buckets
        private let state: Mutex<State>

        fileprivate init(_ buckets: Buckets) {
            self.buckets = buckets
            let counts = [UInt64](repeating: 0, count: buckets.bounds.count + 1)
            state = Mutex(State(counts: counts))
        }

        /// Counts `value`, `times` times. Not a number is not counted. Any thread.
        package func observe(_ value: Double, times: UInt64 = 1) {
            guard !value.isNaN else { return }
            let index = buckets.index(of: value)
            state.withLock { state in
                state.counts[index] &+= times
                state.sum += value * Double(times)
            }
        }

        /// Counts a duration in seconds.
        package func observe(_ duration: Duration, times: UInt64 = 1) {
            observe(duration.seconds, times: times)
        }

        /// The counts of each bucket alone, the unbounded one last, and the sum of the values.
        package var snapshot: (counts: [UInt64], sum: Double) {
            state.withLock { ($0.counts, $0.sum) }
        }
    }

    package init(_ name: String, labels: [String] = [], help: String, buckets: Buckets) {
        precondition(Names.isMetric(name), "'\(name)' cannot be a metric's name")
        precondition(!labels.contains("le"), "a histogram's buckets have the label le already")
        self.name = name
        self.help = help
        self.buckets = buckets
        table = SeriesTable(labels: labels) { Series(buckets) }
    }

    /// The series with these label values, in the order of the labels.
    package subscript(values: String...) -> Series { table.find(values) }

    /// Counts in the one series of a histogram without labels.
    package func observe(_ value: Double, times: UInt64 = 1) {
        table.find([]).observe(value, times: times)
    }

    /// Counts in the one series of a histogram without labels.
    package func observe(_ duration: Duration, times: UInt64 = 1) {
        table.find([]).observe(duration, times: times)
    }

    package func write(to exposition: inout TextExposition) {
        let labels = table.labels + ["le"]
        for (values, series) in table.sorted() {
            let (counts, sum) = series.snapshot
            var total: UInt64 = 0
            for (index, count) in counts.enumerated() {
                total &+= count
                let bound = index < buckets.bounds.count ? buckets.bounds[index] : .infinity
                let text = TextExposition.text(bound)
                exposition.sample(name + "_bucket", labels, values + [text], total)
            }
            exposition.sample(name + "_sum", table.labels, values, sum)
            exposition.sample(name + "_count", table.labels, values, total)
        }
    }
}

extension Duration {
    /// In seconds, for metrics and logs; nothing is decided by it.
    package var seconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
