import API
import Architectures
import ArgumentParser
import Checkpoints
import Compute
import Glibc
import HTTP
import Inference
import JSON
import Logs
import Memory
import Models
import Network
import Preparation
import Scheduling
import Serving
import Threads

/// Serves a model over HTTP.
struct Serve: ParsableCommand, ReadsFiles {
    static let configuration = CommandConfiguration(
        abstract: "Serves a model over HTTP (OpenAI's API).",
        discussion: """
            Prints one line on standard error when ready. SIGTERM and SIGINT finish what was \
            accepted and end the server, after --drain-delay; a second one ends it at once. SIGHUP \
            reads the key file again. Without --api-key-file only loopback addresses are served.

            EXAMPLES
              switchyard serve --model models/tiny
              switchyard serve --model models/tiny --host 0.0.0.0 --api-key-file keys.txt
            """)

    @OptionGroup var path: ModelPath
    @OptionGroup var compute: ComputeArguments
    @OptionGroup var cache: CacheArguments
    @OptionGroup var server: ServerArguments

    var inputs: [String?] { [path.model, server.apiKeyFile] + compute.inputs }

    func run() throws {
        if !ServerConfiguration.isLoopback(server.host), server.apiKeyFile == nil {
            guard ServerConfiguration.isAddress(server.host) else {
                throw ValidationError(
                    "--host \(server.host) is no address and no name that has one: give an IP "
                        + "address of this machine, or a name of it")
            }
            throw ValidationError(
                "--host \(server.host) can be reached from other machines: give a key with "
                    + "--api-key-file")
        }
        try server.checkKeys()
        // Everything that is told from here on goes through the log's thread, so that a standard
        // error that nobody reads holds up neither start nor end.
        signal(SIGPIPE, SIG_IGN)
        let signals = try Signals([SIGTERM, SIGINT, SIGHUP])
        let log = try LogWriter()
        StandardError.divert(to: log)
        var status = ExitCode.success
        var cutter: Int32?
        do {
            cutter = try serve(signals, log)
        } catch {
            StandardError.error("\(error)")
            status = .failure
        }
        log.flush(within: .seconds(1))
        if let cutter { Signals.die(of: cutter) }
        throw status
    }

    /// Serves until the end; returns the signal that did not let it drain, if one came.
    private func serve(_ signals: Signals, _ log: LogWriter) throws -> Int32? {
        let start = ContinuousClock.now
        signals.deliver { Self.end(by: $0, log) }
        // Whoever looks sees a server that is alive and not ready, however long its model takes.
        let running = try Server(server.configuration(), version: Version.text, log: log)
        do {
            return try serve(on: running, since: start, signals)
        } catch {
            running.stop()
            throw error
        }
    }

    /// Ends the process by a signal that came before there was anything to finish.
    private static func end(by signal: Int32, _ log: LogWriter) {
        if signal == SIGHUP { return }
        Interruption.end(by: signal)
        log.flush(within: .milliseconds(500))
        Signals.die(of: signal)
    }

    private func serve(
        on running: Server, since start: ContinuousClock.Instant, _ signals: Signals
    ) throws -> Int32? {
        let opening = ModelOpening(compute: compute, cache: cache) { running.report($0) }
        let (source, options) = try opening.open(path)
        running.report("loading \(source.name)")
        if server.verify,
            let damage = try PackCheck.damage(source, threads: options.threadCount).first
        {
            throw damage
        }
        let cores = Affinity.allowedCores.count
        if options.threadCount > cores, cores > 0 {
            StandardError.warning(
                "--threads \(options.threadCount) are more than the \(cores) CPUs of "
                    + "this process, which makes all of them slow")
        }
        let model = try LoadedModel(source, server.adjust(options, compute, source))
        let kind = "\(model.shape.family), \(model.backend.description)"
        let memory =
            "weights \(ByteSize(model.weightBytes)), KV cache \(ByteSize(model.backend.cacheBytes)) "
            + "reserved and used on demand"
        let wanted = model.contextMax
        let context = try running.serve(model)
        let limit = context < wanted ? " of \(wanted), limited by --memory" : ""
        let summary =
            "\(kind), context \(context)\(limit), \(memory)"
        let events = Mailbox<Event>(capacity: 64)
        // More signals than the mailbox holds say nothing new.
        signals.deliver { _ = events.post(.signal($0, at: .now)) }
        let seconds = ((ContinuousClock.now - start) / .milliseconds(10)).rounded() / 100
        StandardError.line(
            "ready on http://\(running.address) in \(seconds) s (\(source.name): "
                + "\(summary))")
        return try wait(events, running)
    }

    private static func connections(_ count: Int) -> String {
        count == 1 ? "1 connection" : "\(count) connections"
    }

    private enum Event {
        case signal(Int32, at: ContinuousClock.Instant)
        case drained(cut: Int)
    }

    /// Signals that come so soon after the first count as that one: `timeout` and others signal a
    /// process and then its group.
    private static let echoTime = Duration.milliseconds(200)

    /// Serves until a signal ends it: the first one drains, a second one does not wait for that and
    /// is returned.
    private func wait(_ events: Mailbox<Event>, _ running: Server) throws -> Int32? {
        var drainBegan: ContinuousClock.Instant?
        while true {
            events.wait()
            for event in events.drain() {
                switch event {
                case .drained(let cut):
                    let lost = cut > 0 ? ", \(Self.connections(cut)) cut off" : ""
                    StandardError.line("stopped" + lost)
                    return nil
                case .signal(SIGHUP, _):
                    running.reloadKeys()
                case .signal(let signal, let time):
                    guard let first = drainBegan else {
                        drainBegan = time
                        try drain(running, signal, events)
                        continue
                    }
                    guard time - first >= Self.echoTime else { continue }
                    let lost = Self.connections(running.cut())
                    StandardError.line(
                        "\(Signals.name(signal)) again, stopped, \(lost) cut off")
                    return signal
                }
            }
        }
    }

    /// Drains on a thread of its own, after `--drain-delay`.
    private func drain(_ running: Server, _ signal: Int32, _ events: Mailbox<Event>) throws {
        let delay = server.drainDelay
        let later = delay > 0 ? "not ready any more, in \(delay) s " : ""
        StandardError.line("\(Signals.name(signal)), \(later)finishing what was accepted")
        _ = try Thread(name: "drain") {
            if delay > 0 {
                running.announceDrain()
                let end = ContinuousClock.now + .seconds(delay)
                while ContinuousClock.now < end { _ = sleep(UInt32(delay)) }
            }
            let cut = running.drain()
            // The mailbox may be full of signals.
            events.postSurely(.drained(cut: cut))
        }
    }
}

/// How to listen and how much to accept.
struct ServerArguments: ParsableArguments {
    @Option("Address to listen on.", .text(bytesMax: 253))
    var host = "127.0.0.1"
    @Option("Port to listen on; 0 takes any.", .number(0...65535))
    var port = 8080
    @Option("The name clients know the model by; default: its file's.", .text(bytesMax: 256))
    var name: String?
    @Option(
        "A file with a key a line; clients send it as Bearer token. Default: no keys.", .path)
    var apiKeyFile: String?
    @Option("Tokens of one step at most.", .number(17...16384))
    var stepTokens = 512
    @Option(
        """
        Rows of a step whose logits are computed at most: one for each sequence that draws a \
        token or prompt token whose log-probability is wanted; default: 128, or --sequences.
        """, .number(1...16384))
    var logitRows: Int?
    @Option("Sequences that run at once at most.", .number(1...4096))
    var sequences = 64
    @Option("Requests that wait at most.", .number(1...1 << 20))
    var queueRequests = 1024
    @Option("Prompt tokens that wait at most.", .number(1...1 << 40))
    var queueTokens = 1 << 20
    @Option("Milliseconds between a stream's tokens, wished for 99 of 100.", .number(1...60_000))
    var itlP99 = 100
    @Option("The largest request body, e.g. 8MiB; default: 4 MiB.", .bytes(1 << 10...1 << 30))
    var bodyMax: Int?
    @Option(
        "Seconds after SIGTERM in which /readyz is 503 and everything is served as before.",
        .number(0...86_400))
    var drainDelay = 0
    @Option("Seconds that accepted work may take after that.", .number(0...86_400))
    var drainTimeout = 60
    @Option("Connections that may be open at once.", .number(1...1_000_000))
    var connections = 1024
    @Option("Connections beyond those, for health and metrics only.", .number(1...4096))
    var connectionsReserved = 32
    @Option(
        """
        Origins whose web pages may use the server, separated by commas; * allows all. Default: none.
        """,
        .text(bytesMax: 4096))
    var corsOrigin: String?
    @Flag(help: "Copy a pack's weights into huge pages: a slower start, up to 8 % faster steps.")
    var hugePages = false
    @Flag(help: "Let clients with different keys share cached beginnings of prompts.")
    var sharePrefixes = false
    @Flag(help: "Read all weights of a pack and check them before serving.")
    var verify = false
    @Flag(help: "Log no requests.") var quiet = false

    func validate() throws {
        guard stepTokens >= sequences + 16 else {
            throw ValidationError(
                "--step-tokens \(stepTokens): give \(sequences + 16) (--sequences and 16) to 16384")
        }
        if let logitRows, !(sequences...stepTokens).contains(logitRows) {
            throw ValidationError(
                "--logit-rows \(logitRows): give \(sequences) (--sequences) to \(stepTokens) "
                    + "(--step-tokens)")
        }
        if let wrong = corsOrigins.first(where: { !CrossOrigin.isOrigin($0) }) {
            throw ValidationError(
                "--cors-origin \(wrong): give https://HOST, http://HOST:PORT or *")
        }
    }

    private var corsOrigins: [String] {
        (corsOrigin ?? "").split(separator: ",").map(String.init)
    }

    /// Throws for a key file that could not be used, before the model is loaded for nothing.
    func checkKeys() throws {
        guard let apiKeyFile else { return }
        _ = try Authentication(
            keyFile: FileText.readPlain(apiKeyFile, bytesMax: 1 << 20), name: apiKeyFile)
    }

    func adjust(
        _ options: ModelOptions, _ compute: ComputeArguments, _ source: ModelSource
    ) -> ModelOptions {
        var options = options
        options.usesHugePages = hugePages
        if compute.memory == nil {
            // A small model on a large machine needs no cache of three quarters of it.
            let context =
                compute.context
                ?? source.configuration["max_position_embeddings"]?.integerValue ?? 0
            options.cacheTokensWanted = max(2 * min(context, 1 << 24), sequences * 4096)
        }
        options.stepTokensMax = stepTokens
        options.logitRowsMax = logitRows ?? min(max(128, sequences), stepTokens)
        return options
    }

    func configuration() -> ServerConfiguration {
        var configuration = ServerConfiguration()
        configuration.host = host
        configuration.port = port
        configuration.modelName = name
        configuration.apiKeyFile = apiKeyFile
        configuration.sharesPrefixes = sharePrefixes
        configuration.logsRequests = !quiet
        configuration.corsOrigins = corsOrigins
        configuration.network.connectionsMax = connections
        configuration.network.connectionsReserved = connectionsReserved
        configuration.limits.sequencesMax = sequences
        configuration.limits.contextMax = 1 << 24
        configuration.limits.waitingRequestsMax = queueRequests
        configuration.limits.waitingTokensMax = queueTokens
        configuration.limits.tokenLatencyMax = .milliseconds(itlP99)
        if let bodyMax { configuration.network.message.bodyBytesMax = bodyMax }
        configuration.drainTimeout = .seconds(drainTimeout)
        return configuration
    }
}

/// The program's version.
enum Version {
    static let text = "0.1.0"
}
