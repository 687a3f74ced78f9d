import Histogram
import Synchronization

/// P50, P95 and P99 over the last minute or so, as a summary without sum and count: Prometheus keeps
/// the label `quantile` for summaries.
///
/// The window is cut into slots, each an HdrHistogram; the oldest slot is emptied when time moves
/// on, so values leave in steps of a slot. Answers are within 1 % of a recorded value. A series
/// costs about 16 KiB a slot, whatever is recorded.
package final class Quantiles: Metric {
    package let name: String
    package let help: String
    package var kind: MetricKind { .summary }
    private let table: SeriesTable<Series>

    /// What is written, and its label.
    private static let written: [(quantile: Double, label: String)] = [
        (0.5, "0.5"), (0.95, "0.95"), (0.99, "0.99"),
    ]

    /// How long values count, and how finely.
    package struct Window: Sendable, Equatable {
        /// How long a value counts at most; at least this less a slot.
        package let length: Duration
        package let slots: Int
        /// The smallest difference told apart, in the metric's unit.
        package let resolution: Double
        /// Larger values count as this, in the metric's unit.
        package let valueMax: Double

        package init(
            length: Duration = .seconds(60), slots: Int = 6, resolution: Double = 1e-6,
            valueMax: Double = 3600
        ) {
            precondition(length > .zero && slots >= 2, "a window needs a length and two slots")
            precondition(resolution > 0 && valueMax >= 2 * resolution, "values need room")
            precondition(valueMax / resolution <= 1e15, "valueMax is too fine a resolution away")
            self.length = length
            self.slots = slots
            self.resolution = resolution
            self.valueMax = valueMax
        }
    }

    /// The values of one series.
    package final class Series: Sendable {
        private struct Slot {
            /// The turn of the window that the counts belong to.
            var turn: Int64 = -1
            var counts: Histogram<UInt32>
        }

        private let window: Window
        private let origin = ContinuousClock.now
        private let slots: Mutex<[Slot]>

        fileprivate init(_ window: Window) {
            self.window = window
            let slot = Slot(counts: Self.empty(window))
            slots = Mutex(Array(repeating: slot, count: window.slots))
        }

        private static func empty(_ window: Window) -> Histogram<UInt32> {
            Histogram(
                lowestDiscernibleValue: 1,
                highestTrackableValue: max(2, UInt64(window.valueMax / window.resolution)),
                numberOfSignificantValueDigits: .two)
        }

        /// Records a value in the metric's unit; below zero counts as zero, not a number not at
        /// all. Any thread.
        package func record(_ value: Double, now: ContinuousClock.Instant = .now) {
            guard !value.isNaN else { return }
            let scaled = min(max(value, 0), window.valueMax) / window.resolution
            let turn = turn(now)
            slots.withLock { slots in
                let index = Int(turn % Int64(slots.count))
                if slots[index].turn != turn {
                    guard turn > slots[index].turn else { return }
                    slots[index].counts.reset()
                    slots[index].turn = turn
                }
                _ = slots[index].counts.record(UInt64(scaled.rounded()))
            }
        }

        /// Records a duration in seconds.
        package func record(_ duration: Duration, now: ContinuousClock.Instant = .now) {
            record(duration.seconds, now: now)
        }

        /// The values below which these shares of the recorded ones lie, or nil when the window is
        /// empty. The merging is done outside the lock.
        package func values(
            at quantiles: [Double], now: ContinuousClock.Instant = .now
        ) -> [Double]? {
            let turn = turn(now)
            let slots = slots.withLock { $0 }
            var merged = Self.empty(window)
            for slot in slots where slot.turn > turn - Int64(slots.count) && slot.turn >= 0 {
                merged.add(slot.counts)
            }
            guard merged.totalCount > 0 else { return nil }
            return quantiles.map {
                Double(merged.valueAtPercentile($0 * 100)) * window.resolution
            }
        }

        private func turn(_ now: ContinuousClock.Instant) -> Int64 {
            let slot = window.length / window.slots
            return Int64(max(0, (now - origin) / slot))
        }
    }

    package init(_ name: String, labels: [String] = [], help: String, window: Window = Window()) {
        precondition(Names.isMetric(name), "'\(name)' cannot be a metric's name")
        precondition(!labels.contains("quantile"), "quantiles have the label quantile already")
        self.name = name
        self.help = help
        table = SeriesTable(labels: labels) { Series(window) }
    }

    /// The series with these label values, in the order of the labels.
    package subscript(values: String...) -> Series { table.find(values) }

    /// Records in the one series of a metric without labels.
    package func record(_ value: Double, now: ContinuousClock.Instant = .now) {
        table.find([]).record(value, now: now)
    }

    /// Records in the one series of a metric without labels.
    package func record(_ duration: Duration, now: ContinuousClock.Instant = .now) {
        table.find([]).record(duration, now: now)
    }

    package func write(to exposition: inout TextExposition) {
        let labels = table.labels + ["quantile"]
        for (values, series) in table.sorted() {
            // An empty window reads NaN, as an empty summary of Prometheus does.
            let found = series.values(at: Self.written.map(\.quantile))
            for (index, written) in Self.written.enumerated() {
                exposition.sample(
                    name, labels, values + [written.label], found.map { $0[index] } ?? .nan)
            }
        }
    }
}
