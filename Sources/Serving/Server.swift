import API
import Compute
package import Inference
import Logging
package import Logs
import Metrics
import Models
package import Network
import OpenAI
import Synchronization

/// Wires a model to the network: engine, front ends, metrics, listener.
///
/// It listens from the first moment on; until a model is there, health says that it is not ready.
package final class Server: Sendable {
    package let address: Listener.Address
    private let configuration: ServerConfiguration
    private let version: String
    private let registry: Registry
    private let door: Door
    private let listener: Listener
    private let keys: (authentication: Authentication, path: String)?
    private let logger: Logger
    private let running = Mutex<Running?>(nil)

    /// What runs once there is a model.
    private struct Running: Sendable {
        let engine: Engine
        let prompting: Prompting

        func stop() {
            engine.stop()
            prompting.stop()
        }
    }

    /// Starts listening.
    ///
    /// - log: where the server tells what happens; nil keeps it silent.
    package init(
        _ configuration: ServerConfiguration, version: String, log: LogWriter?
    ) throws(ServerError) {
        self.configuration = configuration
        self.version = version
        logger =
            log.map { LineLogHandler.logger($0, prefix: "switchyard: ") }
            ?? Logger(label: "switchyard") { _ in SwiftLogNoOpLogHandler() }
        registry = Registry()
        door = Door()
        do {
            let authentication = try Self.authentication(configuration)
            keys = authentication.flatMap { authentication in
                configuration.apiKeyFile.map { (authentication, $0) }
            }
            listener = try Listener(
                host: configuration.host, port: configuration.port,
                threads: configuration.ioThreads,
                configuration: Self.network(configuration, registry, log),
                metrics: NetworkMetrics(registry: registry), handler: door)
            address = listener.address
        } catch {
            throw error as? ServerError ?? ServerError("\(error)")
        }
    }

    /// What is done until a model is there, for those who ask whether the server is ready.
    package func report(_ state: String) { door.report(state) }

    /// Serves a model from now on; once. Returns the tokens that a prompt and its answer may have.
    @discardableResult
    package func serve(_ model: sending LoadedModel) throws(ServerError) -> Int {
        let source = model.source
        // What runs by then is ended again if a later step fails.
        var startedEngine: Engine?
        do {
            guard let tokenizer = try source.tokenizer() else {
                throw ServerError("\(source.path): has no tokenizer, which serving needs")
            }
            let name = configuration.modelName ?? source.name
            let scheme = model.options.scheme
            let metrics = GenerationMetrics(
                model: name, families: GenerationMetrics.Families(registry))
            let engine = try Engine(
                model, name: name, limits: configuration.limits, queued: { metrics.queued($0) },
                notice: { [logger] in logger.warning("\($0)") })
            startedEngine = engine
            let description = try ModelDescription(
                source, tokenizer, name: name, created: APIContext.systemSeconds(),
                contextMax: engine.contextMax, vocabularySize: engine.vocabularySize,
                fingerprint: "switchyard-\(version)-\(scheme.precision)-\(scheme.scales)",
                build: ModelBuild(
                    source.configuration, precision: scheme.precision.rawValue,
                    weightBytes: engine.memory.weights, cacheBytes: engine.memory.cache))
            let prompting = try Prompting()
            running.withLock { $0 = Running(engine: engine, prompting: prompting) }
            let served = ServedModel(description, service: engine, metrics: metrics)
            let context = APIContext(
                catalog: ModelCatalog([served]), prompting: prompting,
                salting: CacheSalting(sharesPrefixes: configuration.sharesPrefixes))
            EngineMetrics.register(engine, model: name, in: registry)
            prompting.register(in: registry)
            ProcessMetrics.register(in: registry)
            let endpoints =
                OpenAIEndpoints(context).endpoints + NativeEndpoints(context).endpoints
                + Operations(context, registry: registry, version: version).endpoints
            door.open(
                to: Endpoints(
                    endpoints, authentication: keys?.authentication,
                    crossOrigin: CrossOrigin(configuration.corsOrigins)))
            return engine.contextMax
        } catch {
            startedEngine?.stop()
            throw error as? ServerError ?? ServerError("\(error)")
        }
    }

    private static func network(
        _ configuration: ServerConfiguration, _ registry: Registry, _ log: LogWriter?
    ) -> NetworkConfiguration {
        var network = NetworkConfiguration()
        network.limits = configuration.network
        network.limits.fit(descriptors: Descriptors.available())
        network.http2 = HTTP2Handler.factory()
        if let log {
            registry.register(log.dropped)
            if configuration.logsRequests {
                let access = LineLogHandler.logger(log, prefix: "")
                network.accessLog = { access.info("\(AccessLine.text($0))") }
            }
        }
        return network
    }

    /// Says from now on that the server is not ready, and goes on accepting and serving: load balancers
    /// need to see it for a while before they send nobody any more.
    package func announceDrain() { door.leave() }

    /// Refuses new requests, finishes what was accepted, then closes everything. Returns how many
    /// connections had to be cut off when the time was over, after their requests got an error.
    package func drain() -> Int {
        let running = running.withLock { $0 }
        running?.engine.drain()
        let cut = listener.drain(within: configuration.drainTimeout) { running?.engine.stop() }
        stop()
        return cut
    }

    /// Ends everything at once.
    package func stop() {
        _ = listener.cut()
        // The I/O threads last: what the others still have to say goes to them.
        running.withLock { $0 }?.stop()
        listener.stop()
    }

    /// Closes every connection now, for one who does not wait for the drain; returns how many had
    /// work unfinished. Their requests get an error if the model's step ends soon enough for that.
    package func cut() -> Int {
        let running = running.withLock { $0 }
        return listener.cut { running?.engine.fail() }
    }

    /// Reads the key file again. A file that cannot be used changes nothing, and the log says why.
    package func reloadKeys() {
        guard let (authentication, path) = keys else {
            logger.info("there is no --api-key-file to read again")
            return
        }
        do {
            let count = try authentication.reload(
                keyFile: FileText.readPlain(path, bytesMax: Self.keyFileBytesMax), name: path)
            logger.info("read \(path) again: \(count == 1 ? "1 key" : "\(count) keys")")
        } catch {
            logger.warning("the keys stay as they were: \(error)")
        }
    }

    private static let keyFileBytesMax = 1 << 20

    private static func authentication(_ configuration: ServerConfiguration) throws
        -> Authentication?
    {
        guard let path = configuration.apiKeyFile else {
            guard ServerConfiguration.isLoopback(configuration.host) else {
                throw ServerError(
                    "\(configuration.host) can be reached from other machines: give a key with "
                        + "--api-key-file, or serve on 127.0.0.1", isUsage: true)
            }
            return nil
        }
        return try Authentication(
            keyFile: FileText.readPlain(path, bytesMax: keyFileBytesMax), name: path)
    }
}
