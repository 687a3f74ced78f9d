import API
import APITestSupport
import Generation
import HTTP
import JSON

/// A bench with the native service's endpoints.
struct NativeBench {
    let bench: Bench
    let endpoints: Endpoints

    init(
        pieces: [String] = [], contextMax: Int = 4096, hasTemplate: Bool = true,
        authentication: Authentication? = nil,
        script: @escaping @Sendable (TinyCodec, GenerationRequest, Int) -> ScriptedService.Choice
    ) throws {
        bench = try Bench(
            pieces: pieces, contextMax: contextMax, hasTemplate: hasTemplate,
            defaults: GenerationDefaults(temperature: 0.5, topK: 40), script: script)
        endpoints = Endpoints(
            NativeEndpoints(bench.context).endpoints, authentication: authentication)
    }

    /// Every choice writes these pieces.
    init(
        writing pieces: [String], _ reason: FinishReason = .stop, contextMax: Int = 4096,
        hasTemplate: Bool = true
    ) throws {
        try self.init(pieces: pieces, contextMax: contextMax, hasTemplate: hasTemplate) {
            codec, _, _ in .texts(codec, pieces, reason)
        }
    }

    /// Calls a method and runs the engine until nothing is left to do.
    func call(_ method: String, _ body: String, headers: HTTPHeaders = [:]) -> MemoryExchange {
        let exchange = begin(method, body, headers: headers)
        bench.settle()
        return exchange
    }

    /// Calls a method; the engine has not run yet.
    func begin(_ method: String, _ body: String, headers: HTTPHeaders = [:]) -> MemoryExchange {
        bench.send(
            endpoints, "POST", "/switchyard.v1.Inference/\(method)", body, headers: headers)
    }

    var requests: [GenerationRequest] { bench.service.requests }
}
