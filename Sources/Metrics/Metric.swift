import Synchronization

/// A metric of one name with its series, one for each set of label values. Made once, registered
/// once, used from any thread.
package protocol Metric: AnyObject, Sendable {
    /// In base units, with the unit in the name; `_total` at the end of counters.
    var name: String { get }
    var help: String { get }
    var kind: MetricKind { get }
    /// Writes every series' samples; the registry has written `HELP` and `TYPE`.
    func write(to exposition: inout TextExposition)
}

/// A metric's series by label values.
///
/// Label values are ours, never a client's; should a mistake make too many, those beyond the limit
/// share one series whose values all read `other`, so that memory stays bounded.
struct SeriesTable<Series: AnyObject & Sendable>: ~Copyable, Sendable {
    let labels: [String]
    private let series: Mutex<[[String]: Series]>
    private let make: @Sendable () -> Series

    init(labels: [String], make: @escaping @Sendable () -> Series) {
        for label in labels {
            precondition(Names.isLabel(label), "'\(label)' cannot be a label's name")
        }
        self.labels = labels
        self.make = make
        // A metric without labels has its one series from the start, so that it reads zero.
        series = Mutex(labels.isEmpty ? [[]: make()] : [:])
    }

    /// The series with these values, made if new.
    func find(_ values: [String]) -> Series {
        precondition(
            values.count == labels.count, "\(values.count) values for the labels \(labels)")
        return series.withLock { series in
            if let found = series[values] { return found }
            var key = values
            if series.count >= Names.seriesMax {
                key = Array(repeating: "other", count: labels.count)
                if let found = series[key] { return found }
            }
            let made = make()
            series[key] = made
            return made
        }
    }

    /// All series in the order of their values.
    func sorted() -> [(values: [String], series: Series)] {
        series.withLock { Array($0) }
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }
            .map { ($0.key, $0.value) }
    }
}
