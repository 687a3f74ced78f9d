import Metrics
import Testing

@Suite struct MetricsTests {
    private func text(_ metrics: any Metric...) -> String {
        let registry = Registry()
        for metric in metrics { registry.register(metric) }
        return String(decoding: registry.render(), as: UTF8.self)
    }

    @Test("counters and gauges are written with their help, type and labels") func simple() {
        let counter = Counter("requests_total", labels: ["api", "code"], help: "All\nof \\ them.")
        counter["chat", "b"].add(2)
        counter["chat", "a\"\\\n"].add()
        let gauge = Gauge("queue_tokens", help: "Waiting.")
        gauge.set(2.5)
        gauge.add(-1)
        #expect(
            text(counter, gauge) == """
                # HELP requests_total All\\nof \\\\ them.
                # TYPE requests_total counter
                requests_total{api="chat",code="a\\"\\\\\\n"} 1
                requests_total{api="chat",code="b"} 2
                # HELP queue_tokens Waiting.
                # TYPE queue_tokens gauge
                queue_tokens 1.5

                """)
    }

    @Test("a metric without labels reads zero before it is used") func zero() {
        #expect(text(Counter("a_total", help: "A.")).hasSuffix("\na_total 0\n"))
        #expect(text(Gauge("b", help: "B.")).hasSuffix("\nb 0.0\n"))
    }

    @Test("a counter is exact beyond what a double holds") func large() {
        let counter = Counter("a_total", help: "A.")
        counter.add(1 << 53)
        counter.add(1)
        #expect(text(counter).hasSuffix(" 9007199254740993\n"))
    }

    @Test("buckets are cumulative, and a value on a bound is within it") func histogram() {
        let histogram = BucketHistogram(
            "wait_seconds", labels: ["api"], help: "W.", buckets: [0.1, 1, 10])
        let series = histogram["chat"]
        for value in [0.05, 0.1, 0.2, 10, 11, .nan, .infinity] { series.observe(value) }
        series.observe(.milliseconds(500), times: 3)
        let lines = text(histogram).split(separator: "\n").dropFirst(2)
        #expect(
            lines.map(String.init) == [
                #"wait_seconds_bucket{api="chat",le="0.1"} 2"#,
                #"wait_seconds_bucket{api="chat",le="1.0"} 6"#,
                #"wait_seconds_bucket{api="chat",le="10.0"} 7"#,
                #"wait_seconds_bucket{api="chat",le="+Inf"} 9"#,
                #"wait_seconds_sum{api="chat"} +Inf"#,
                #"wait_seconds_count{api="chat"} 9"#,
            ])
    }

    @Test("bounds grow by a factor or a step") func buckets() {
        #expect(Buckets.exponential(from: 1, factor: 2, count: 4).bounds == [1, 2, 4, 8])
        #expect(Buckets.linear(from: 1, step: 2, count: 3).bounds == [1, 3, 5])
    }

    @Test("series beyond the limit share one") func bounded() {
        let counter = Counter("a_total", labels: ["x"], help: "A.")
        for index in 0..<Names.seriesMax + 50 { counter["\(index)"].add() }
        let lines = text(counter).split(separator: "\n")
        #expect(lines.count == Names.seriesMax + 3)
        #expect(lines.last == #"a_total{x="other"} 50"#)
    }

    @Test("a callback is asked at each rendering") func callback() {
        let metric = CallbackMetric("m_bytes", labels: ["owner"], help: "M.") {
            [(["kv"], 1), (["weights"], 2)]
        }
        #expect(
            text(metric).hasSuffix("m_bytes{owner=\"kv\"} 1.0\nm_bytes{owner=\"weights\"} 2.0\n"))
        let absent = CallbackMetric("n_bytes", help: "N.", read: { nil })
        #expect(text(absent).hasSuffix("gauge\n"))
    }

    @Test("names are checked") func names() {
        #expect(Names.isMetric("vllm:num_requests_running"))
        for bad in ["", "1a", "a-b", "caf\u{E9}"] { #expect(!Names.isMetric(bad)) }
        for bad in ["", "a:b", "__x"] { #expect(!Names.isLabel(bad)) }
    }

    @Test("many threads lose no count") func threads() async {
        let counter = Counter("a_total", help: "A.")
        let gauge = Gauge("g", help: "G.")
        let histogram = BucketHistogram("h", help: "H.", buckets: [1])
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<1000 {
                        counter.add()
                        gauge.add(1)
                        histogram.observe(0.5)
                    }
                }
            }
        }
        #expect(counter[].value == 4000)
        #expect(gauge[].value == 4000)
        #expect(histogram[].snapshot.counts == [4000, 0])
    }

    @Test("the process knows its memory, files, time and start") func process() {
        let registry = Registry()
        ProcessMetrics.register(in: registry)
        let text = String(decoding: registry.render(), as: UTF8.self)
        var values: [String: Double] = [:]
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let parts = line.split(separator: " ")
            values[String(parts[0])] = parts.count == 2 ? Double(parts[1]) : nil
        }
        let resident = values["process_resident_memory_bytes"] ?? 0
        #expect(resident > 1_000_000)
        #expect((values["process_resident_memory_peak_bytes"] ?? 0) >= resident)
        #expect((values["process_open_fds"] ?? 0) >= 3)
        #expect((values["process_cpu_seconds_total"] ?? 0) > 0)
        #expect((values["process_start_time_seconds"] ?? 0) > 1_600_000_000)
        #expect((values["process_threads"] ?? 0) >= 1)
    }
}

@Suite struct QuantilesTests {
    private let start = ContinuousClock.now

    @Test("quantiles are those of the recorded values, within a hundredth") func values() {
        let series = Quantiles("q", help: "Q.")[]
        for value in 1...1000 { series.record(Double(value) / 1000, now: start) }
        let found = series.values(at: [0.5, 0.95, 0.99], now: start) ?? []
        for (value, wanted) in zip(found, [0.5, 0.95, 0.99]) {
            #expect(abs(value - wanted) <= 0.01 * wanted)
        }
        #expect(found.count == 3)
    }

    @Test("values leave when the window has passed") func window() {
        let series = Quantiles(
            "q", help: "Q.", window: Quantiles.Window(length: .seconds(60), slots: 6))[]
        series.record(1, now: start)
        series.record(100, now: start + .seconds(45))
        #expect((series.values(at: [0], now: start + .seconds(49)) ?? [0])[0] < 1.01)
        let later = series.values(at: [0], now: start + .seconds(75)) ?? [0]
        #expect(abs(later[0] - 100) <= 1)
        #expect(series.values(at: [0.5], now: start + .seconds(200)) == nil)
    }

    @Test("slots are used again after hours") func reuse() {
        let series = Quantiles("q", help: "Q.")[]
        for hour in 0..<20 {
            let now = start + .seconds(3600 * hour)
            series.record(Double(hour), now: now)
            let found = series.values(at: [1], now: now) ?? [-1]
            #expect(abs(found[0] - Double(hour)) <= 0.01 * Double(hour) + 1e-6)
        }
    }

    @Test("values out of range count as the nearest in it") func clamped() {
        let window = Quantiles.Window(resolution: 0.001, valueMax: 10)
        let series = Quantiles("q", help: "Q.", window: window)[]
        for value in [-1, .infinity, 1e300, .nan] { series.record(value, now: start) }
        let found = series.values(at: [0, 1], now: start) ?? []
        #expect(found.count == 2 && found[0] == 0 && abs(found[1] - 10) <= 0.1)
    }

    @Test("an empty window reads NaN") func empty() {
        let registry = Registry()
        registry.register(Quantiles("q_seconds", help: "Q."))
        let text = String(decoding: registry.render(), as: UTF8.self)
        #expect(text.hasSuffix("q_seconds{quantile=\"0.99\"} NaN\n"))
        // Other types may not have the label (promtool check metrics).
        #expect(text.contains("# TYPE q_seconds summary\n"))
    }
}
