import API
import Compute
import HTTP
package import Inference
import Metrics
import Models
package import Network
import OpenAI
import Threads
import Tokenization

/// Wires a model to the network: engine, front ends, metrics, listener.
package final class Server {
    package let address: Listener.Address
    private let engine: Engine
    private let prompting: Prompting
    private let listener: Listener
    private let drainTimeout: Duration

    /// Starts serving; answers come from the first moment on.
    ///
    /// - log: gets one line for each finished exchange, on an I/O thread.
    package init(
        _ model: sending LoadedModel, _ configuration: ServerConfiguration, version: String,
        log: (@Sendable (String) -> Void)?
    ) throws(ServerError) {
        let source = model.source
        // What runs by then is ended again where a later step fails, such as a port that is taken.
        var startedEngine: Engine?
        var startedPrompting: Prompting?
        do {
            let authentication = try Self.authentication(configuration)
            guard let tokenizer = try source.tokenizer() else {
                throw ServerError("\(source.path): has no tokenizer, which serving needs")
            }
            let name = configuration.modelName ?? source.name
            let scheme = model.options.scheme
            let registry = Registry()
            let metrics = GenerationMetrics(
                model: name, families: GenerationMetrics.Families(registry))
            let engine = try Engine(
                model, name: name, limits: configuration.limits, queued: { metrics.queued($0) })
            startedEngine = engine
            let description = try ModelDescription(
                source, tokenizer, name: name, created: APIContext.systemSeconds(),
                contextMax: engine.contextMax, vocabularySize: engine.vocabularySize,
                fingerprint: "switchyard-\(version)-\(scheme.precision)-\(scheme.scales)",
                build: ModelBuild(
                    source.configuration, precision: scheme.precision.rawValue,
                    weightBytes: engine.memory.weights, cacheBytes: engine.memory.cache))
            let prompting = try Prompting()
            startedPrompting = prompting
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
            var network = NetworkConfiguration()
            network.limits = configuration.network
            network.http2 = HTTP2Handler.factory()
            if let log {
                network.accessLog = { record in log(AccessLine.text(record)) }
            }
            self.engine = engine
            self.prompting = prompting
            drainTimeout = configuration.drainTimeout
            listener = try Listener(
                host: configuration.host, port: configuration.port,
                threads: configuration.ioThreads, configuration: network,
                metrics: NetworkMetrics(registry: registry),
                handler: Endpoints(endpoints, authentication: authentication))
            address = listener.address
        } catch {
            startedEngine?.stop()
            startedPrompting?.stop()
            throw error as? ServerError ?? ServerError("\(error)")
        }
    }

    /// Refuses new requests, finishes what was accepted, then closes everything. Answers how many
    /// connections had to be cut off when the time was over.
    package func drain() -> Int {
        engine.drain()
        let cut = listener.drain(within: drainTimeout)
        listener.stop()
        engine.stop()
        prompting.stop()
        return cut
    }

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
            keyFile: FileText.read(path, bytesMax: 1 << 20), name: path)
    }
}

/// Why a server did not start: a sentence for the operator.
package struct ServerError: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String
    /// The command line is at fault rather than the world.
    package let isUsage: Bool

    package init(_ description: String, isUsage: Bool = false) {
        self.description = description
        self.isUsage = isUsage
    }
}
