import ArgumentParser
import JSON
import Testing

@testable import loadtest

@Suite struct LengthDistributionTests {
    @Test(
        "lengths are read", arguments: ["128", "uniform:1:9", "normal:100:20.5", "lognormal:64:32"])
    func read(text: String) {
        #expect(LengthDistribution(argument: text)?.description == text)
    }

    @Test(
        "lengths that are none are refused",
        arguments: [
            "", "0", "-1", "x", "uniform:9:1", "uniform:1", "normal:0:1", "normal:10:-1",
            "gamma:1:1", "1:2:3:4", "uniform:1:nan", "10000000", "lognormal:inf:1",
        ])
    func refused(text: String) {
        #expect(LengthDistribution(argument: text) == nil)
    }

    @Test(
        "mean and deviation are those asked for",
        arguments: [
            ("128", 128.0, 0.0), ("uniform:50:150", 100.0, 29.15), ("normal:200:20", 200.0, 20.0),
            ("lognormal:200:100", 200.0, 100.0),
        ])
    func moments(text: String, mean: Double, deviation: Double) throws {
        let distribution = try #require(LengthDistribution(argument: text))
        var generator = SeededGenerator(seed: 5, stream: 1)
        let values = (0..<20_000).map { _ in Double(distribution.sample(&generator)) }
        #expect(abs(Statistics.mean(values) - mean) < mean * 0.02)
        #expect(abs(Statistics.deviation(values) - deviation) < max(deviation * 0.06, 0.5))
        #expect(values.allSatisfy { $0 >= 1 })
    }
}

@Suite struct ServerAddressTests {
    @Test(
        "addresses are read",
        arguments: [
            ("http://a", "a", 80, ""), ("http://127.0.0.1:8080/", "127.0.0.1", 8080, ""),
            ("http://[::1]:9/x/y/", "::1", 9, "/x/y"), ("http://[::1]", "::1", 80, ""),
        ])
    func read(text: String, host: String, port: Int, prefix: String) throws {
        let address = try #require(ServerAddress(argument: text))
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(address.prefix == prefix)
    }

    @Test(
        "what is no address is refused",
        arguments: ["", "a:80", "https://a", "http://", "http://a:0", "http://a:x", "http://u@a"])
    func refused(text: String) {
        #expect(ServerAddress(argument: text) == nil)
    }
}

@Suite struct WorkloadTests {
    private func workload(_ change: (inout Workload) -> Void = { _ in }) -> Workload {
        var workload = Workload(
            endpoint: .completions, model: "m", promptTokens: LengthDistribution(fixed: 20),
            outputTokens: LengthDistribution(fixed: 8), sharedPrefix: 0, vocabulary: nil,
            stream: true, ignoreEOS: true, temperature: 0, extra: ["top_p": 0.5], seed: 3,
            cancelFraction: 0)
        change(&workload)
        return workload
    }

    private func fields(_ item: Workload.Item) throws -> JSONValue {
        try JSONParser.parse(item.body)
    }

    @Test("a request asks for what was set") func request() throws {
        let fields = try fields(workload().item(0))
        #expect(fields["model"] == "m")
        #expect(fields["max_tokens"] == 8)
        #expect(fields["stream"] == true)
        #expect(fields["stream_options"]?["include_usage"] == true)
        #expect(fields["ignore_eos"] == true)
        #expect(fields["top_p"] == 0.5)
        #expect(fields["prompt"]?.stringValue?.split(separator: " ").count == 20)
        let chat = try self.fields(workload { $0.endpoint = .chat }.item(0))
        #expect(chat["messages"]?[0]?["role"] == "user")
    }

    @Test("the same seed and index make the same request, others do not") func seeds() throws {
        #expect(workload().item(7).body == workload().item(7).body)
        #expect(workload().item(7).body != workload().item(8).body)
        #expect(workload().item(7).body != workload { $0.seed = 4 }.item(7).body)
    }

    @Test("prompts share the prefix and nothing else", arguments: [nil, 1000] as [Int?])
    func sharedPrefix(vocabulary: Int?) throws {
        let workload = workload {
            $0.sharedPrefix = 12
            $0.vocabulary = vocabulary
        }
        func parts(_ index: Int) throws -> [JSONValue] {
            let prompt = try fields(workload.item(index))["prompt"]
            if let ids = prompt?.arrayValue { return ids }
            let text = try #require(prompt?.stringValue)
            return text.split(separator: " ").map { .string(String($0)) }
        }
        let (first, second) = (try parts(0), try parts(1))
        #expect(first.count == 20 && second.count == 20)
        #expect(first.prefix(12) == second.prefix(12))
        #expect(first.suffix(8) != second.suffix(8))
    }

    @Test("the share of abandoned requests is the one asked for") func cancels() {
        let workload = workload { $0.cancelFraction = 0.25 }
        let count = (0..<4000).count { workload.item($0).cancelAfter != nil }
        #expect(abs(count - 1000) < 100)
        #expect((0..<100).allSatisfy { self.workload().item($0).cancelAfter == nil })
    }
}

@Suite struct AnswerReaderTests {
    private static let stream = """
        : comment\r
        data: {"choices":[{"delta":{"role":"assistant","content":""}}]}\r
        \r
        data: {"choices":[{"delta":{"content":"a"}}]}

        data: {"choices":[{"delta":{"reasoning_content":"b"}}]}

        data:{"choices":[{"text":"c"}]}

        data: {"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":4}}

        data: [DONE]


        """

    @Test("pieces and usage are found however the stream is cut", arguments: [1, 3, 1000])
    func pieces(cut: Int) {
        var reader = AnswerReader(isStream: true)
        let bytes = Array(Self.stream.utf8)
        let start = ContinuousClock.now
        for index in stride(from: 0, to: bytes.count, by: cut) {
            reader.receive(
                Array(bytes[index..<min(index + cut, bytes.count)]),
                at: start + .milliseconds(index))
        }
        reader.finish(at: start)
        #expect(reader.chunkTimes.count == 3)
        #expect(reader.promptTokens == 5)
        #expect(reader.completionTokens == 4)
        #expect(reader.error == nil && reader.isDone)
    }

    @Test(
        "a whole answer is one piece",
        arguments: [
            #"{"choices":[{"text":"x"}],"usage":{"prompt_tokens":1,"completion_tokens":2}}"#,
            #"{"choices":[{"message":{"content":"x"}}],"usage":{"prompt_tokens":1,"completion_tokens":2}}"#,
        ])
    func whole(text: String) {
        var reader = AnswerReader(isStream: false)
        reader.receive(Array(text.utf8), at: .now)
        reader.finish(at: .now)
        #expect(reader.chunkTimes.count == 1 && reader.completionTokens == 2)
        #expect(reader.error == nil)
    }

    @Test(
        "what is wrong is said",
        arguments: [
            ("data: {\"error\":{\"message\":\"boom\"}}\n\n", "boom"),
            ("data: {\n\n", "not JSON"),
            ("data: {\"choices\":[{\"text\":\"x\"}]}\n\n", "without [DONE]"),
            ("data: [DONE]\n\n", "no content"),
            ("", "without [DONE]"),
        ])
    func errors(text: String, message: String) {
        var reader = AnswerReader(isStream: true)
        reader.receive(Array(text.utf8), at: .now)
        reader.finish(at: .now)
        #expect(reader.error?.contains(message) == true)
    }
}

@Suite struct ReportTests {
    private func report(_ outcomes: [Outcome], duration: Double = 2) -> Report {
        let workload = Workload(
            endpoint: .chat, model: "m", promptTokens: LengthDistribution(fixed: 10),
            outputTokens: LengthDistribution(fixed: 3), sharedPrefix: 0, vocabulary: nil,
            stream: true, ignoreEOS: true, temperature: 0, extra: [:], seed: 1, cancelFraction: 0)
        return Report(
            setting: Report.Setting(
                workload: workload, rate: nil, concurrency: 2, httpVersion: "2", date: "now"),
            duration: duration, outcomes: outcomes, dropped: 0, reconnects: 0, inflightPeak: 2)
    }

    private func outcome(
        _ chunks: [Int], end: Int, tokens: Int, _ ending: Outcome.Ending = .completed
    ) -> Outcome {
        let start = ContinuousClock.now
        return Outcome(
            ending: ending, start: start, end: start + .milliseconds(end),
            chunkTimes: chunks.map { start + .milliseconds($0) }, promptTokens: 10,
            outputTokens: tokens)
    }

    @Test("the figures are those of the formulae") func figures() {
        let report = report([
            outcome([100, 120, 160], end: 170, tokens: 3),
            outcome([300, 340], end: 350, tokens: 5),
            outcome([1], end: 2, tokens: 1, .failed("x")),
            outcome([], end: 2, tokens: 0, .rejected(status: 429)),
            outcome([1], end: 2, tokens: 1, .cancelled),
        ])
        let json = report.json(detail: true)
        #expect(json["completed"] == 2)
        #expect(json["failed"] == 1 && json["rejected"] == 1 && json["cancelled"] == 1)
        #expect(json["error_counts"]?["x"] == 1)
        #expect(json["total_output_tokens"] == 8 && json["total_input_tokens"] == 20)
        let figures: [(String, Double)] = [
            ("output_throughput", 4), ("request_throughput", 1), ("total_token_throughput", 14),
            ("mean_ttft_ms", 200), ("median_ttft_ms", 200), ("std_ttft_ms", 100),
            ("p99_ttft_ms", 298), ("mean_tpot_ms", 20), ("mean_e2el_ms", 260),
            ("median_itl_ms", 40), ("p90_itl_ms", 40),
        ]
        for (key, value) in figures {
            let found = json[key]?.doubleValue ?? .nan
            #expect(abs(found - value) < 1e-6, "\(key)")
        }
        #expect(json["ttfts"]?.arrayValue?.count == 5)
        #expect(json["errors"]?[3] == "HTTP 429")
    }

    @Test("a run without answers has figures of zero, and a table") func empty() {
        let report = report([])
        #expect(report.json(detail: false)["p99_ttft_ms"]?.doubleValue == 0)
        #expect(report.table().contains("Successful requests:                     0"))
    }

    @Test("the keys are those of vLLM's benchmark") func keys() {
        let json = report([]).json(detail: true)
        for key in [
            "date", "backend", "model_id", "num_prompts", "request_rate", "burstiness",
            "max_concurrency", "duration", "completed", "failed", "total_input_tokens",
            "total_output_tokens", "request_throughput", "request_goodput", "output_throughput",
            "total_token_throughput", "input_lens", "output_lens", "ttfts", "itls", "latencies",
            "start_times", "errors", "max_output_tokens_per_s", "max_concurrent_requests",
        ] {
            #expect(json[key] != nil, "\(key)")
        }
        for measure in ["ttft", "tpot", "itl", "e2el"] {
            for figure in ["mean", "median", "std", "p99"] {
                #expect(json["\(figure)_\(measure)_ms"] != nil)
            }
        }
    }

    @Test(
        "numbers are written with their digits",
        arguments: [
            (0.0, 2, "0.00"), (1.005, 1, "1.0"), (-0.004, 2, "0.00"), (-1.5, 1, "-1.5"),
            (123456.789, 2, "123456.79"), (2, 0, "2"), (9.999, 2, "10.00"),
        ])
    func fixed(value: Double, digits: Int, text: String) {
        #expect(Statistics.fixed(value, digits: digits) == text)
    }
}

@Suite struct CommandTests {
    @Test(
        "a wrong command line is told so",
        arguments: [
            ["--rate", "1", "--concurrency", "2"], ["--http1", "--http2"], ["--rate", "0"],
            ["--concurrency", "0"], ["--prompt-ids", "100"], ["--extra", "[]"], ["--url", "x"],
            ["--cancel-fraction", "2"], ["--timeout", "-1"], ["--prompt-tokens", "0"],
        ])
    func refused(arguments: [String]) {
        let error = #expect(throws: (any Error).self) { try Loadtest.parse(arguments) }
        let message = error.map { Loadtest.message(for: $0) }
        #expect(message?.contains(arguments[0]) == true, "\(message ?? "")")
    }

    @Test(
        "every example's flags are understood",
        arguments: [
            ["--url", "http://127.0.0.1:8080", "--concurrency", "8", "--requests", "64"],
            [
                "--http2", "--rate", "4", "--duration", "60", "--seed", "7", "--prompt-tokens",
                "lognormal:256:128", "--output-tokens", "uniform:16:128", "--json",
            ],
            [
                "--endpoint", "completions", "--prompt-ids", "32000", "--shared-prefix", "64",
                "--no-stream", "--no-ignore-eos",
            ],
        ])
    func understood(arguments: [String]) throws {
        _ = try Loadtest.parse(arguments)
    }
}
