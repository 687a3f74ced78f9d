import Synchronization

/// A number that only grows.
package final class Counter: Metric {
    package let name: String
    package let help: String
    package var kind: MetricKind { .counter }
    private let table: SeriesTable<Series>

    /// One counter; keep it where it is used often, since finding it takes a lock.
    package final class Series: Sendable {
        private let count = Atomic<UInt64>(0)

        /// Any thread.
        package func add(_ amount: UInt64 = 1) {
            // Relaxed: nothing else is published by the count.
            count.wrappingAdd(amount, ordering: .relaxed)
        }

        package var value: UInt64 { count.load(ordering: .relaxed) }
    }

    package init(_ name: String, labels: [String] = [], help: String) {
        precondition(Names.isMetric(name), "'\(name)' cannot be a metric's name")
        self.name = name
        self.help = help
        table = SeriesTable(labels: labels) { Series() }
    }

    /// The series with these label values, in the order of the labels.
    package subscript(values: String...) -> Series { table.find(values) }

    /// Adds to the one series of a counter without labels.
    package func add(_ amount: UInt64 = 1) { table.find([]).add(amount) }

    package func write(to exposition: inout TextExposition) {
        for (values, series) in table.sorted() {
            exposition.sample(name, table.labels, values, series.value)
        }
    }
}
