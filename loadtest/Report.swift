import JSON

/// The figures of a run, with the names of vLLM's serving benchmark if it has them.
///
/// TTFT is the time from a request's start to its first piece of text; ITL the gaps between pieces;
/// TPOT (last piece − first piece) / (output tokens − 1) for each request; E2EL the time from the
/// start to the end of the answer. A request's start is when it was due if there is a rate, and
/// when it was sent otherwise. Percentiles interpolate between the two nearest ranks. Throughput is
/// over the whole run, from the first request's start to the last one's end, and counts completed
/// requests only.
struct Report: Sendable {
    /// The settings of the run.
    struct Setting: Sendable {
        var workload: Workload
        var rate: Double?
        var concurrency: Int?
        var httpVersion: String
        /// When it began, as an IMF-fixdate.
        var date: String
    }

    let setting: Setting
    let duration: Double
    let outcomes: [Outcome]
    let dropped: Int
    let reconnects: Int
    let inflightPeak: Int

    private var completed: [Outcome] { outcomes.filter { $0.ending == .completed } }

    var completedCount: Int { outcomes.count { $0.ending == .completed } }

    var rejectedCount: Int {
        outcomes.count { if case .rejected = $0.ending { true } else { false } }
    }

    var cancelledCount: Int { outcomes.count { $0.ending == .cancelled } }

    var failures: [String: Int] {
        var counts: [String: Int] = [:]
        for case .failed(let reason) in outcomes.map(\.ending) { counts[reason, default: 0] += 1 }
        return counts
    }

    var failedCount: Int { failures.values.reduce(0, +) }

    /// The measured times in milliseconds, by kind, each with a key and a title.
    var measures: [(key: String, title: String, values: [Double])] {
        let done = completed
        return [
            (
                "ttft", "Time to First Token",
                done.compactMap(\.timeToFirstToken).map(\.milliseconds)
            ),
            (
                "tpot", "Time per Output Token (excl. 1st token)",
                done.compactMap(\.timePerOutputToken).map(\.milliseconds)
            ),
            ("itl", "Inter-token Latency", done.flatMap(\.gaps).map(\.milliseconds)),
            ("e2el", "End-to-end Latency", done.map(\.latency.milliseconds)),
        ]
    }

    /// The most output tokens in one second of the run. Seconds are counted from its start.
    private var outputTokensPeak: Int {
        let done = completed
        guard let start = outcomes.map(\.start).min() else { return 0 }
        var seconds: [Int64: Int] = [:]
        for time in done.flatMap(\.chunkTimes) {
            seconds[(time - start).components.seconds, default: 0] += 1
        }
        return seconds.values.max() ?? 0
    }

    static let percentiles = [50, 90, 95, 99]

    /// The report as one JSON object. `detail` adds an entry for each request.
    func json(detail: Bool) -> JSONObject {
        let done = completed
        let input = done.reduce(0) { $0 + $1.promptTokens }
        let output = done.reduce(0) { $0 + $1.outputTokens }
        let seconds = max(duration, 1e-9)
        var object: JSONObject = [:]
        object["date"] = .string(setting.date)
        object["backend"] = .string(setting.workload.endpoint.backend)
        object["model_id"] = .string(setting.workload.model)
        object["http_version"] = .string(setting.httpVersion)
        object["num_prompts"] = .integer(Int64(outcomes.count + dropped))
        object["request_rate"] = setting.rate.map { .double($0) } ?? .string("inf")
        object["burstiness"] = 1.0
        object["max_concurrency"] = setting.concurrency.map { .integer(Int64($0)) } ?? .null
        object["seed"] = .integer(Int64(truncatingIfNeeded: setting.workload.seed))
        object["duration"] = .double(duration)
        object["completed"] = .integer(Int64(completedCount))
        object["failed"] = .integer(Int64(failedCount))
        object["rejected"] = .integer(Int64(rejectedCount))
        object["cancelled"] = .integer(Int64(cancelledCount))
        object["dropped"] = .integer(Int64(dropped))
        object["reconnects"] = .integer(Int64(reconnects))
        object["total_input_tokens"] = .integer(Int64(input))
        object["total_output_tokens"] = .integer(Int64(output))
        object["request_throughput"] = .double(Double(done.count) / seconds)
        object["request_goodput"] = .null
        object["output_throughput"] = .double(Double(output) / seconds)
        object["total_token_throughput"] = .double(Double(input + output) / seconds)
        object["max_output_tokens_per_s"] = .integer(Int64(outputTokensPeak))
        object["max_concurrent_requests"] = .integer(Int64(inflightPeak))
        for measure in measures { Self.add(measure.key, measure.values, to: &object) }
        var counts: JSONObject = [:]
        for (reason, count) in failures.sorted(by: { $0.key < $1.key }) {
            counts[reason] = .integer(Int64(count))
        }
        object["error_counts"] = .object(counts)
        if detail { addDetail(to: &object) }
        return object
    }

    private static func add(_ key: String, _ values: [Double], to object: inout JSONObject) {
        let sorted = values.sorted()
        object["mean_\(key)_ms"] = .double(Statistics.mean(values))
        object["median_\(key)_ms"] = .double(Statistics.percentile(sorted, 50))
        object["std_\(key)_ms"] = .double(Statistics.deviation(values))
        for percentile in percentiles {
            object["p\(percentile)_\(key)_ms"] = .double(
                Statistics.percentile(sorted, Double(percentile)))
        }
    }

    private func addDetail(to object: inout JSONObject) {
        let first = outcomes.map(\.start).min()
        func seconds(_ duration: Duration) -> JSONValue { .double(duration.milliseconds / 1000) }
        object["input_lens"] = .array(outcomes.map { .integer(Int64($0.promptTokens)) })
        object["output_lens"] = .array(outcomes.map { .integer(Int64($0.outputTokens)) })
        object["ttfts"] = .array(outcomes.map { seconds($0.timeToFirstToken ?? .zero) })
        object["itls"] = .array(outcomes.map { .array($0.gaps.map(seconds)) })
        object["latencies"] = .array(outcomes.map { seconds($0.latency) })
        object["start_times"] = .array(outcomes.map { seconds($0.start - (first ?? $0.start)) })
        object["errors"] = .array(
            outcomes.map { outcome in
                switch outcome.ending {
                case .completed: ""
                case .rejected(let status): .string("HTTP \(status)")
                case .cancelled: "cancelled"
                case .failed(let reason): .string(reason)
                }
            })
    }

    /// The report as a table for people.
    func table() -> String {
        let object = json(detail: false)
        var lines = [Self.heading(" Serving Benchmark Result ", "=")]
        func row(_ title: String, _ key: String) {
            guard let value = object[key], !value.isNull else { return }
            lines.append(Self.row(title, value))
        }
        row("Successful requests:", "completed")
        row("Failed requests:", "failed")
        row("Rejected requests (429, 503):", "rejected")
        row("Cancelled requests:", "cancelled")
        row("Dropped requests (client's limit):", "dropped")
        row("Maximum request concurrency:", "max_concurrency")
        if setting.rate != nil { row("Request rate configured (RPS):", "request_rate") }
        row("Benchmark duration (s):", "duration")
        row("Total input tokens:", "total_input_tokens")
        row("Total generated tokens:", "total_output_tokens")
        row("Request throughput (req/s):", "request_throughput")
        row("Output token throughput (tok/s):", "output_throughput")
        row("Peak output token throughput (tok/s):", "max_output_tokens_per_s")
        row("Peak concurrent requests:", "max_concurrent_requests")
        row("Total token throughput (tok/s):", "total_token_throughput")
        for measure in measures {
            lines.append(Self.heading(measure.title, "-"))
            let name = measure.key.uppercased()
            row("Mean \(name) (ms):", "mean_\(measure.key)_ms")
            row("Median \(name) (ms):", "median_\(measure.key)_ms")
            for percentile in Self.percentiles.dropFirst() {
                row("P\(percentile) \(name) (ms):", "p\(percentile)_\(measure.key)_ms")
            }
        }
        for (reason, count) in failures.sorted(by: { $0.value > $1.value }) {
            lines.append("\(count) x \(reason)")
        }
        lines.append(Self.heading("", "="))
        return lines.joined(separator: "\n")
    }

    private static func heading(_ text: String, _ fill: Character) -> String {
        let space = max(0, 50 - text.count)
        return String(repeating: fill, count: space / 2) + text
            + String(repeating: fill, count: space - space / 2)
    }

    private static func row(_ title: String, _ value: JSONValue) -> String {
        let text =
            if case .double(let number) = value {
                Statistics.fixed(number, digits: 2)
            } else {
                JSONWriter.string(value)
            }
        return title + String(repeating: " ", count: max(1, 41 - title.count)) + text
    }
}

/// Means, deviations and percentiles. They are 0 if there are no values, since the tools that read
/// the report expect numbers.
enum Statistics {
    static func mean(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
    }

    /// The population's standard deviation.
    static func deviation(_ values: [Double]) -> Double {
        guard !values.isEmpty else { return 0 }
        let mean = mean(values)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (squares / Double(values.count)).squareRoot()
    }

    /// `sorted` ascending; `percentile` 0 to 100; linear between the nearest ranks.
    static func percentile(_ sorted: [Double], _ percentile: Double) -> Double {
        guard let last = sorted.last else { return 0 }
        let position = Double(sorted.count - 1) * percentile / 100
        let index = Int(position)
        guard index + 1 < sorted.count else { return last }
        return sorted[index] + (sorted[index + 1] - sorted[index]) * (position - Double(index))
    }

    /// A number with a fixed count of digits after the point.
    static func fixed(_ value: Double, digits: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
        let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
        let scaled = Int64((abs(value) * scale).rounded())
        let whole = scaled / Int64(scale)
        let part = String(scaled % Int64(scale))
        let zeros = String(repeating: "0", count: max(0, digits - part.count))
        let sign = value < 0 && scaled != 0 ? "-" : ""
        return digits == 0 ? "\(sign)\(whole)" : "\(sign)\(whole).\(zeros)\(part)"
    }
}

extension Duration {
    var milliseconds: Double {
        Double(components.seconds) * 1000 + Double(components.attoseconds) / 1e15
    }
}
