import Synchronization

/// A number that rises and falls.
package final class Gauge: Metric {
    package let name: String
    package let help: String
    package var kind: MetricKind { .gauge }
    private let table: SeriesTable<Series>

    /// One gauge.
    package final class Series: Sendable {
        /// The bits of a `Double`.
        private let bits = Atomic<UInt64>(0)

        package var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

        /// Any thread.
        package func set(_ value: Double) {
            // Relaxed: nothing else is published by the value.
            bits.store(value.bitPattern, ordering: .relaxed)
        }

        /// Any thread.
        package func add(_ amount: Double) {
            var old = bits.load(ordering: .relaxed)
            while true {
                let new = (Double(bitPattern: old) + amount).bitPattern
                let (done, seen) = bits.weakCompareExchange(
                    expected: old, desired: new, ordering: .relaxed)
                if done { return }
                old = seen
            }
        }
    }

    package init(_ name: String, labels: [String] = [], help: String) {
        precondition(Names.isMetric(name), "'\(name)' cannot be a metric's name")
        self.name = name
        self.help = help
        table = SeriesTable(labels: labels) { Series() }
    }

    /// The series with these label values, in the order of the labels.
    package subscript(values: String...) -> Series { table.find(values) }

    /// Sets the one series of a gauge without labels.
    package func set(_ value: Double) { table.find([]).set(value) }

    /// Adds to the one series of a gauge without labels.
    package func add(_ amount: Double) { table.find([]).add(amount) }

    package func write(to exposition: inout TextExposition) {
        for (values, series) in table.sorted() {
            exposition.sample(name, table.labels, values, series.value)
        }
    }
}
