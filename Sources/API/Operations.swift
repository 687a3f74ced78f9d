import Generation
import HTTP
import JSON
package import Metrics

/// Health, version, metrics, and the tokenizer by itself.
package struct Operations: Sendable {
    /// The most token ids that may be turned into text at once.
    package static let tokensMax = 1 << 17

    private let context: APIContext
    private let metrics: MetricsPage
    private let version: String

    /// `version` is the server's own, `1.2.3`.
    package init(_ context: APIContext, registry: Registry, version: String) {
        self.context = context
        metrics = MetricsPage(registry)
        self.version = version
    }

    package var endpoints: [Endpoint] {
        [
            Endpoint("GET", "/livez", access: .open, isVital: true) { call in
                call.exchange.respond(.text(200, "ok\n"))
            },
            Endpoint("GET", "/readyz", access: .open, isVital: true) { call in ready(call) },
            Endpoint("GET", "/health", access: .open, isVital: true) { call in ready(call) },
            Endpoint("GET", "/version") { call in
                call.answer(["version": .string(version)])
            },
            Endpoint("GET", "/metrics", isVital: true) { call in
                var response = HTTPResponse(status: 200, body: metrics.text())
                response.headers.set("content-type", TextExposition.contentType)
                call.exchange.respond(response)
            },
            Endpoint("POST", "/tokenize") { call in compute(call, tokenize) },
            Endpoint("POST", "/detokenize") { call in compute(call, detokenize) },
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

    /// Responds with what `work` makes of the body, on a thread that has the time.
    private func compute(
        _ call: Call, _ work: @escaping @Sendable (Inquiry) throws(APIError) -> JSONValue
    ) {
        context.prompting.perform(for: call) { (inquiry, _) throws(APIError) in
            JSONWriter.bytes(try work(inquiry))
        } then: { result in
            switch result {
            case .success(let bytes): call.exchange.respond(.json(200, bytes))
            case .failure(let error): call.fail(error)
            }
        }
    }

    /// vLLM's `/tokenize` of a prompt or of a chat, which the model's template renders first, and
    /// llama.cpp's of a content. Each has the options that it has there.
    private func tokenize(_ inquiry: Inquiry) throws(APIError) -> JSONValue {
        var fields = try inquiry.fields()
        let model = try context.catalog.find(try fields.string("model")).description
        let prompt = try fields.string("prompt")
        let content = try fields.string("content")
        let tokens: [Int32]
        var (showsTexts, showsPieces) = (false, false)
        switch (prompt, content, fields.value("messages")) {
        case (let prompt?, nil, nil):
            let special = try fields.boolean("add_special_tokens") ?? true
            showsTexts = try fields.boolean("return_token_strs") ?? false
            try fields.finish()
            tokens = model.codec.encode(prompt, special: special)
        case (nil, let content?, nil):
            let special = try fields.boolean("add_special") ?? false
            let parsesSpecial = try fields.boolean("parse_special") ?? true
            showsPieces = try fields.boolean("with_pieces") ?? false
            try fields.finish()
            tokens = model.codec.encode(content, special: special, parseSpecial: parsesSpecial)
        case (nil, nil, _?):
            let special = try fields.boolean("add_special_tokens") ?? false
            showsTexts = try fields.boolean("return_token_strs") ?? false
            let variables = try ChatVariables.read(&fields, for: model)
            try fields.finish()
            tokens = try Prompting.encode(.chat(variables, special: special), model)
        default:
            throw APIError(
                .missingParameter, "send one of prompt, content and messages", param: "prompt")
        }
        return [
            "count": .integer(Int64(tokens.count)),
            "max_model_len": .integer(Int64(model.contextMax)),
            "tokens": .array(
                tokens.map { showsPieces ? Self.piece($0, model) : .integer(Int64($0)) }),
            "token_strs": showsTexts ? .array(tokens.map { Self.text($0, model) }) : .null,
        ]
    }

    private static func text(_ id: Int32, _ model: ModelDescription) -> JSONValue {
        .string(String(decoding: model.codec.bytes(of: id), as: UTF8.self))
    }

    /// llama.cpp's: a text, or bytes that are not whole characters as numbers.
    private static func piece(_ id: Int32, _ model: ModelDescription) -> JSONValue {
        let bytes = model.codec.bytes(of: id)
        let text = String(validating: bytes, as: UTF8.self)
        return [
            "id": .integer(Int64(id)),
            "piece": text.map(JSONValue.string) ?? .array(bytes.map { .integer(Int64($0)) }),
        ]
    }

    /// The text is called `prompt` by vLLM, `content` by llama.cpp.
    private func detokenize(_ inquiry: Inquiry) throws(APIError) -> JSONValue {
        var fields = try inquiry.fields()
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
        let text = JSONValue.string(model.codec.decode(ids, skipSpecial: false))
        return ["prompt": text, "content": text]
    }
}
