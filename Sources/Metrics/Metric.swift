import Synchronization

/// What Prometheus calls a metric's type.
package enum MetricKind: String, Sendable {
    case counter
    case gauge
    case histogram
    case summary
}

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

/// What names may look like, and how many series a metric may have.
package enum Names {
    /// Series of one metric; more share one.
    package static let seriesMax = 1024

    /// `[a-zA-Z_:][a-zA-Z0-9_:]*`
    package static func isMetric(_ name: String) -> Bool {
        isName(name, colons: true)
    }

    /// `[a-zA-Z_][a-zA-Z0-9_]*`, not beginning with two underscores.
    package static func isLabel(_ name: String) -> Bool {
        isName(name, colons: false) && !name.hasPrefix("__")
    }

    private static func isName(_ name: String, colons: Bool) -> Bool {
        guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                || (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "_")
                || colons && byte == UInt8(ascii: ":")
        }
    }
}
