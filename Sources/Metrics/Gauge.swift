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

/// A metric whose values are read when somebody asks, not kept up to date: memory, queue lengths,
/// the processor's time.
package final class CallbackMetric: Metric {
    package let name: String
    package let help: String
    package let kind: MetricKind
    private let labels: [String]
    private let read: @Sendable () -> [(values: [String], value: Double)]

    /// `read` answers one value for each set of label values. It is called on the thread that
    /// renders and must not block.
    package init(
        _ name: String, kind: MetricKind = .gauge, labels: [String], help: String,
        read: @escaping @Sendable () -> [(values: [String], value: Double)]
    ) {
        precondition(Names.isMetric(name), "'\(name)' cannot be a metric's name")
        precondition(kind != .histogram, "a callback cannot be a histogram")
        for label in labels {
            precondition(Names.isLabel(label), "'\(label)' cannot be a label's name")
        }
        self.name = name
        self.kind = kind
        self.labels = labels
        self.help = help
        self.read = read
    }

    /// A metric without labels; no sample is written while `read` answers nil.
    package convenience init(
        _ name: String, kind: MetricKind = .gauge, help: String,
        read: @escaping @Sendable () -> Double?
    ) {
        self.init(name, kind: kind, labels: [], help: help) { read().map { [([], $0)] } ?? [] }
    }

    package func write(to exposition: inout TextExposition) {
        for (values, value) in read().prefix(Names.seriesMax) where values.count == labels.count {
            exposition.sample(name, labels, values, value)
        }
    }
}
