import ArgumentParser
import Glibc
import HTTP
import JSON
import NIOCore
import NIOPosix
import Synchronization

/// Sends requests to a server and reports how fast it answers.
@main struct Loadtest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "loadtest",
        abstract: "Drive an OpenAI-compatible server over HTTP/1.1 or HTTP/2 and measure it.",
        discussion: """
            Closed loop (--concurrency): that many requests are always under way. Open loop \
            (--rate): requests arrive as a Poisson process whatever the server does, and times \
            count from when a request was due, not from when it could be sent.

            TTFT: start to the first piece of text. ITL: gaps between pieces. TPOT: (last piece - \
            first piece) / (output tokens - 1) of a request. E2EL: start to the answer's end. \
            Percentiles interpolate between ranks. Throughput: completed requests' tokens over the \
            time from the first start to the last end. Tokens are counted by the server's usage, \
            or else a token a piece.

            The JSON has the keys of vLLM's serving benchmark, and rejected (429, 503), cancelled, \
            dropped (--inflight-max), reconnects and error_counts.

            Exit status: 0 when all went as asked (rejects and cancels are no failures), 1 when a \
            request failed or none was completed, 64 for a wrong command line.

            Examples:
              loadtest --url http://127.0.0.1:8080 --concurrency 8 --requests 64
              loadtest --url http://127.0.0.1:8080 --http2 --rate 4 --duration 60 --seed 7 \
            --prompt-tokens lognormal:256:128 --output-tokens uniform:16:128 --json
              loadtest --url http://127.0.0.1:8080 --endpoint completions --prompt-ids 32000 \
            --shared-prefix 64 --concurrency 32 --duration 30 --output report.json
            """)

    @Option(help: "Where the server is: http://host[:port][/prefix].")
    var url = ServerAddress(host: "127.0.0.1", port: 8080)

    @Flag(help: "Over HTTP/2 with prior knowledge. The default is HTTP/1.1.")
    var http2 = false

    @Flag(help: "Over HTTP/1.1, a connection for each request under way.")
    var http1 = false

    @Option(help: "chat or completions.")
    var endpoint = Endpoint.chat

    @Option(help: "The model's name, if the server wants one.")
    var model = ""

    @Option(help: "Closed loop: requests under way at once. (default: 1)")
    var concurrency: Int?

    @Option(help: "Open loop: requests a second, as a Poisson process.")
    var rate: Double?

    @Option(help: "Open loop: requests under way at most; more are dropped and counted.")
    var inflightMax = 1024

    @Option(help: "Requests to start. (default: 100, or as many as --duration allows)")
    var requests: Int?

    @Option(help: "Seconds in which requests are started.")
    var duration: Double?

    @Option(help: "Words in a prompt: N, uniform:LOW:HIGH, normal:MEAN:SD or lognormal:MEAN:SD.")
    var promptTokens = LengthDistribution(fixed: 128)

    @Option(help: "max_tokens of a request, as --prompt-tokens.")
    var outputTokens = LengthDistribution(fixed: 64)

    @Option(help: "Send prompts of random token ids below this number (completions only).")
    var promptIds: Int?

    @Option(help: "Words at the start of every prompt that all prompts share.")
    var sharedPrefix = 0

    @Flag(inversion: .prefixedNo, help: "Ask for the answer piece by piece.")
    var stream = true

    @Flag(inversion: .prefixedNo, help: "Ask for all of max_tokens by \"ignore_eos\".")
    var ignoreEos = true

    @Option(help: "The sampling temperature.")
    var temperature = 0.0

    @Option(help: "A JSON object whose fields are added to every request.")
    var extra = "{}"

    @Option(help: "Share of the requests that are abandoned midway, 0 to 1.")
    var cancelFraction = 0.0

    @Option(help: "Requests sent first, one after another, and not counted.")
    var warmup = 0

    @Option(help: "Makes prompts, lengths and arrivals; the same seed, the same load.")
    var seed: UInt64 = 1

    @Option(help: "A file with the key to send as Bearer token.")
    var apiKeyFile: String?

    @Option(help: "Seconds that a request may take, from its start.")
    var timeout = 120.0

    @Flag(help: "Write the report as one JSON object on standard output instead of a table.")
    var json = false

    @Option(help: "Write the report as JSON to this file, too.")
    var output: String?

    @Flag(help: "Add an entry for each request to the JSON.")
    var detail = false

    @Flag(help: "Show no progress on standard error.")
    var quiet = false

    func validate() throws {
        func check(_ isRight: Bool, _ message: String) throws {
            if !isRight { throw ValidationError(message) }
        }
        try check(!(http1 && http2), "--http1 and --http2 exclude each other.")
        try check(
            rate == nil || concurrency == nil,
            "--rate (open loop) and --concurrency (closed loop) exclude each other; "
                + "--inflight-max bounds an open loop.")
        try check(rate.map { $0 > 0 && $0 <= 1e6 } ?? true, "--rate is above 0 and at most 1e6.")
        try check((1...65536).contains(concurrency ?? 1), "--concurrency is 1 to 65536.")
        try check((1...1_000_000).contains(inflightMax), "--inflight-max is 1 to 1000000.")
        try check((1...10_000_000).contains(requests ?? 1), "--requests is 1 to 10000000.")
        try check((0...100_000).contains(warmup), "--warmup is 0 to 100000.")
        try check(
            duration.map { $0 > 0 && $0 <= 1e6 } ?? true, "--duration is above 0 and at most 1e6.")
        try check(timeout > 0 && timeout <= 1e6, "--timeout is above 0 and at most 1e6.")
        try check((0...1).contains(cancelFraction), "--cancel-fraction is 0 to 1.")
        try check(cancelFraction == 0 || stream, "--cancel-fraction needs --stream.")
        try check(sharedPrefix >= 0, "--shared-prefix is not negative.")
        try check((1...10_000_000).contains(promptIds ?? 1), "--prompt-ids is 1 to 10000000.")
        try check(
            promptIds == nil || endpoint == .completions,
            "--prompt-ids needs --endpoint completions: a chat has no place for token ids.")
        _ = try extraFields()
    }

    func run() throws {
        let workload = Workload(
            endpoint: endpoint, model: model, promptTokens: promptTokens,
            outputTokens: outputTokens, sharedPrefix: sharedPrefix, vocabulary: promptIds,
            stream: stream, ignoreEOS: ignoreEos, temperature: temperature,
            extra: try extraFields(), seed: seed, cancelFraction: cancelFraction)
        var plan = Driver.Plan(
            address: url, workload: workload, pace: pace,
            requests: requests ?? (duration == nil ? 100 : nil),
            duration: duration.map { .seconds($0) }, timeout: .seconds(timeout),
            headers: try headers())
        Interrupts.install()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        defer { try? group.syncShutdownGracefully() }
        if warmup > 0 {
            var first = plan
            first.workload.seed = seed &+ 1
            first.workload.cancelFraction = 0
            first.pace = .closed(concurrency: 1)
            (first.requests, first.duration) = (warmup, nil)
            _ = try drive(first, on: group.next(), isQuiet: true)
        }
        plan.workload.seed = seed
        let date = HTTPDate.string(unixSeconds: Int64(time(nil)))
        let result = try drive(plan, on: group.next(), isQuiet: quiet)
        let report = Report(
            setting: Report.Setting(
                workload: workload, rate: rate, concurrency: rate == nil ? concurrency ?? 1 : nil,
                httpVersion: http2 ? "2" : "1.1", date: date),
            duration: result.duration.milliseconds / 1000, outcomes: result.outcomes,
            dropped: result.dropped, reconnects: result.reconnects,
            inflightPeak: result.inflightPeak)
        try publish(report)
        if report.failedCount > 0 || report.completedCount == 0 { throw ExitCode.failure }
    }

    private var pace: Driver.Pace {
        if let rate { return .open(rate: rate, inflightMax: inflightMax) }
        return .closed(concurrency: concurrency ?? 1)
    }

    private func extraFields() throws -> JSONObject {
        guard let fields = try? JSONParser.parse(extra).objectValue else {
            throw ValidationError("--extra is not a JSON object.")
        }
        return fields
    }

    private func headers() throws -> HTTPHeaders {
        var headers: HTTPHeaders = ["content-type": "application/json", "user-agent": "loadtest"]
        headers.append("accept", stream ? "text/event-stream" : "application/json")
        if let apiKeyFile {
            guard let text = File.read(apiKeyFile),
                let key = text.split(whereSeparator: \.isNewline).first
            else {
                throw ValidationError("--api-key-file: '\(apiKeyFile)' cannot be read or is empty.")
            }
            headers.append("authorization", "Bearer \(key)")
        }
        return headers
    }

    private func drive(
        _ plan: Driver.Plan, on loop: any EventLoop, isQuiet: Bool
    ) throws -> Driver.Result {
        let done = loop.makePromise(of: Driver.Result.self)
        let usesHTTP2 = http2
        let line = ProgressLine(isQuiet: isQuiet)
        loop.execute {
            let transport: any Transport =
                usesHTTP2
                ? HTTP2Client(loop: loop, address: plan.address)
                : HTTP1Client(loop: loop, address: plan.address)
            let driver = Driver(
                plan, transport: transport, loop: loop, done: done, progress: line.show)
            driver.start()
        }
        let result = try done.futureResult.wait()
        line.end()
        return result
    }

    private func publish(_ report: Report) throws {
        if let output {
            let text = JSONWriter.string(.object(report.json(detail: detail)), pretty: true)
            guard File.write(text + "\n", to: output) else {
                File.complain("loadtest: cannot write '\(output)'; is its folder there?\n")
                throw ExitCode.failure
            }
        }
        print(
            json ? JSONWriter.string(.object(report.json(detail: detail))) : report.table())
    }
}
