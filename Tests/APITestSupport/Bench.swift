package import API
package import Generation
package import HTTP
package import Metrics
import Threads

/// A server without sockets: a scripted engine, a tiny codec, an I/O thread that the test runs.
package final class Bench {
    package let service: ScriptedService
    package let codec: TinyCodec
    package let context: APIContext
    package let registry = Registry()
    package let port = MemoryPort()

    /// - script: what each choice writes.
    package init(
        pieces: [String] = [], contextMax: Int = 4096, hasTemplate: Bool = true,
        readNames: Set<String>? = nil,
        defaults: GenerationDefaults = GenerationDefaults(),
        limits: ServiceLimits = ScriptedService.limits,
        salting: CacheSalting = CacheSalting(),
        script: @escaping @Sendable (TinyCodec, GenerationRequest, Int) -> ScriptedService.Choice
    ) throws {
        let codec = TinyCodec(pieces)
        self.codec = codec
        service = ScriptedService(
            contextMax: contextMax, vocabularySize: codec.vocabularySize, limits: limits
        ) { request, choice in script(codec, request, choice) }
        let description = ModelDescription(
            name: "org/tiny", aliases: ["tiny"], created: 1_700_000_000, contextMax: contextMax,
            vocabularySize: codec.vocabularySize, endTokens: [TinyCodec.end], defaults: defaults,
            template: hasTemplate ? TinyTemplate(readNames: readNames) : nil, codec: codec,
            fingerprint: "fp_test")
        let families = GenerationMetrics.Families(registry)
        let catalog = ModelCatalog([
            ServedModel(
                description, service: service,
                metrics: GenerationMetrics(model: description.name, families: families))
        ])
        context = APIContext(
            catalog: catalog, prompting: try Prompting(), salting: salting,
            unixSeconds: { 1_750_000_000 })
    }

    deinit { context.prompting.stop() }

    /// Sends a request and answers its exchange before the engine has done anything.
    package func send(
        _ endpoints: Endpoints, _ method: String, _ path: String, _ body: String = "",
        headers: HTTPHeaders = [:]
    ) -> MemoryExchange {
        let exchange = MemoryExchange(port: port)
        endpoints.handle(.test(method, path, body: body, headers: headers), exchange)
        return exchange
    }

    /// Keeps the thread that writes long answers busy until the returned function is called.
    package func occupyWriter() -> () -> Void {
        let bell = Bell()
        let call = Call(request: .test("POST", "/"), exchange: MemoryExchange(port: port))
        context.prompting.write(for: call, bytes: Prompting.waitingBytesMax / 2) {
            bell.wait()
            return []
        } then: { _ in
        }
        return bell.ring
    }

    /// Runs the engine and the I/O thread until nothing is left to do.
    package func settle() {
        repeat { port.run() } while service.step()
        port.run()
    }

    /// Runs the engine for `count` steps.
    package func step(_ count: Int = 1) {
        for _ in 0..<count {
            service.step()
            port.run()
        }
    }
}

extension ScriptedService.Choice {
    /// Tokens from texts, each a piece of the codec.
    package static func texts(
        _ codec: TinyCodec, _ texts: [String], _ reason: FinishReason = .stop
    ) -> ScriptedService.Choice {
        ScriptedService.Choice(texts.map { codec.id($0) }, reason)
    }
}
