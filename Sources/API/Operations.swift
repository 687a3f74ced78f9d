import Generation
import HTTP
import JSON
package import Metrics

/// Health, version, metrics, and the tokenizer by itself.
package struct Operations: Sendable {
    /// The most token ids that may be turned into text at once.
    package static let tokensMax = 1 << 17

    private let context: APIContext
    private let registry: Registry
    private let version: String

    /// `version` is the server's own, `1.2.3`.
    package init(_ context: APIContext, registry: Registry, version: String) {
        self.context = context
        self.registry = registry
        self.version = version
    }

    package var endpoints: [Endpoint] {
        [
            Endpoint("GET", "/livez", access: .open) { call in
                call.exchange.respond(.text(200, "ok\n"))
            },
            Endpoint("GET", "/readyz", access: .open) { call in ready(call) },
            Endpoint("GET", "/health", access: .open) { call in ready(call) },
            Endpoint("GET", "/version") { call in
                call.answer(["version": .string(version)])
            },
            Endpoint("GET", "/metrics") { call in
                var response = HTTPResponse(status: 200, body: registry.render())
                response.headers.set("content-type", TextExposition.contentType)
                call.exchange.respond(response)
            },
            .throwing("POST", "/tokenize") { (call) throws(APIError) in try tokenize(call) },
            .throwing("POST", "/detokenize") { (call) throws(APIError) in try detokenize(call) },
        ]
    }

    /// Ready when every model is: a load balancer stops sending here while the server drains.
    private func ready(_ call: Call) {
        for model in context.catalog.models {
            let figures = model.service.figures
            if figures.isReady, !figures.isDraining { continue }
            let state = figures.isDraining ? "draining" : "loading"
            call.fail(
                APIError(.unavailable, "the model '\(model.description.name)' is \(state)"))
            return
        }
        call.exchange.respond(.text(200, "ok\n"))
    }

    /// vLLM's `/tokenize`: a prompt, or a chat that the model's template renders first.
    private func tokenize(_ call: Call) throws(APIError) {
        var fields = try call.fields()
        let model = try context.catalog.find(try fields.string("model")).description
        let prompt = try fields.string("prompt")
        let special = try fields.boolean("add_special_tokens")
        let showsTexts = try fields.boolean("return_token_strs") ?? false
        let source: PromptSource
        switch (prompt, fields.value("messages")) {
        case (let prompt?, nil):
            source = .text(prompt, special: special ?? true)
        case (nil, _?):
            let variables = try ChatVariables.read(&fields, for: model)
            source = .chat(variables, special: special ?? false)
        default:
            throw APIError(
                .missingParameter, "send either prompt or messages", param: "prompt")
        }
        try fields.finish()
        context.prompting.tokens(
            of: [source], for: model, bytes: call.request.body.count, port: call.exchange.port
        ) { result in
            switch result {
            case .failure(let error): call.fail(error)
            case .success(let prompts):
                call.answer(Self.tokens(prompts[0], model, showsTexts: showsTexts))
            }
        }
    }

    private static func tokens(
        _ tokens: [Int32], _ model: ModelDescription, showsTexts: Bool
    ) -> JSONValue {
        let texts = tokens.map { id -> JSONValue in
            .string(String(decoding: model.codec.bytes(of: id), as: UTF8.self))
        }
        return [
            "count": .integer(Int64(tokens.count)),
            "max_model_len": .integer(Int64(model.contextMax)),
            "tokens": .array(tokens.map { .integer(Int64($0)) }),
            "token_strs": showsTexts ? .array(texts) : .null,
        ]
    }

    private func detokenize(_ call: Call) throws(APIError) {
        var fields = try call.fields()
        let model = try context.catalog.find(try fields.string("model")).description
        let values = try fields.required(
            try fields.array("tokens", expected: "an array of token ids"), "tokens")
        try fields.finish()
        guard values.count <= Self.tokensMax else {
            throw RequestFields.invalid(
                "tokens", "may hold \(Self.tokensMax) ids, found \(values.count)")
        }
        let ids = try RequestFields.tokens(
            values, vocabularySize: model.vocabularySize, path: "tokens")
        call.answer(["prompt": .string(model.codec.decode(ids, skipSpecial: false))])
    }
}
