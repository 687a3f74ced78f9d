/// A metric whose values are read when somebody asks, not kept up to date: memory, queue lengths,
/// the processor's time.
package final class CallbackMetric: Metric {
    package let name: String
    package let help: String
    package let kind: MetricKind
    private let labels: [String]
    private let read: @Sendable () -> [(values: [String], value: Double)]

    /// `read` returns one value for each set of label values. It is called on the thread that
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

    /// A metric without labels; no sample is written while `read` returns nil.
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
