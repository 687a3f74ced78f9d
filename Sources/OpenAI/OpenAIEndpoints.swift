package import API
import Generation
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
            Endpoint("POST", "/v1/chat/completions", handle: answer(ChatRequest.init)),
            Endpoint("POST", "/v1/completions", handle: answer(CompletionRequest.init)),
            Endpoint("GET", "/v1/models") { call in listModels(call) },
            .throwing("GET", "/v1/models/{id}") { (call) throws(APIError) in
                call.answer(model(try context.catalog.find(call.parameter).description))
            },
        ]
    }

    private func answer<Request: AnswerRequest>(
        _ decode: @escaping @Sendable (Inquiry, APIContext) throws(APIError) -> Request
    ) -> @Sendable (Call) -> Void {
        { call in
            TokenStream.start(
                call, in: context, decode: decode, reader: { reader($0, call) },
                refuse: call.fail)
        }
    }

    private func reader(_ request: some AnswerRequest, _ call: Call) -> any TokenReader {
        let (options, order, shape) = (request.options, request.order, request.shape)
        let envelope = Envelope(
            idPrefix: shape.idPrefix, created: context.unixSeconds(),
            model: order.model.description)
        return options.isStreaming
            ? StreamingReply(
                shape, envelope, call, context.prompting, includesUsage: options.includesUsage)
            : WholeReply(
                shape, envelope, call, context.prompting,
                count: order.promptCount * order.request.choices)
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

/// A decoded request for an answer.
protocol AnswerRequest: TokenStream.Order {
    associatedtype Shape: ReplyShape

    var options: Options { get }
    /// How the answer is spelled.
    var shape: Shape { get }
}
