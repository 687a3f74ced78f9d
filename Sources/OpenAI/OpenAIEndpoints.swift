package import API
import HTTP
import JSON

/// OpenAI's REST API: chat completions, completions and models.
package struct OpenAIEndpoints: Sendable {
    private let context: APIContext

    package init(_ context: APIContext) {
        self.context = context
    }

    package var endpoints: [Endpoint] {
        [
            .throwing("POST", "/v1/chat/completions") { (call) throws(APIError) in
                try chat(call)
            },
            .throwing("POST", "/v1/completions") { (call) throws(APIError) in
                try complete(call)
            },
            Endpoint("GET", "/v1/models") { call in listModels(call) },
            .throwing("GET", "/v1/models/{id}") { (call) throws(APIError) in
                call.answer(model(try context.catalog.find(call.parameter).description))
            },
        ]
    }

    private func chat(_ call: Call) throws(APIError) {
        let request = try ChatRequest(call, catalog: context.catalog)
        let shape = ChatShape(
            codec: request.options.model.description.codec,
            showsLogprobs: request.order.logprobs != nil)
        start(request.order, request.options, shape, call)
    }

    private func complete(_ call: Call) throws(APIError) {
        let request = try CompletionRequest(call, catalog: context.catalog)
        start(request.order, request.options, CompletionShape(request), call)
    }

    private func start(
        _ order: TokenOrder, _ options: Options, _ shape: some ReplyShape, _ call: Call
    ) {
        let envelope = Envelope(
            idPrefix: shape.idPrefix, created: context.unixSeconds(),
            model: options.model.description)
        let reader: any TokenReader =
            options.isStreaming
            ? StreamingReply(shape, envelope, call, includesUsage: options.includesUsage)
            : WholeReply(
                shape, envelope, call, count: order.prompts.count * order.choices)
        TokenStream.start(
            order, on: options.model, call: call, prompting: context.prompting,
            sinks: context.sinks, reader: reader)
    }

    private func listModels(_ call: Call) {
        call.answer([
            "object": "list",
            "data": .array(context.catalog.models.map { model($0.description) }),
        ])
    }

    private func model(_ model: ModelDescription) -> JSONValue {
        [
            "id": .string(model.name), "object": "model", "created": .integer(model.created),
            "owned_by": "switchyard", "root": .string(model.name), "parent": .null,
            // vLLM's name; clients that fill a context look for it.
            "max_model_len": .integer(Int64(model.contextMax)),
        ]
    }
}
