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
            Endpoint("POST", "/v1/chat/completions") { call in start(ChatRequest.self, call) },
            Endpoint("POST", "/v1/completions") { call in start(CompletionRequest.self, call) },
            Endpoint("GET", "/v1/models") { call in listModels(call) },
            .throwing("GET", "/v1/models/{id}") { (call) throws(APIError) in
                call.answer(model(try context.catalog.find(call.parameter).description))
            },
        ]
    }

    private func start<Request: AnswerRequest>(_ request: Request.Type, _ call: Call) {
        TokenStream.start(call, in: context) { (inquiry) throws(APIError) in
            try Request(inquiry, context)
        } reader: { request in
            reader(request, call)
        } refuse: { error in
            call.fail(error)
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

    init(_ inquiry: Inquiry, _ context: APIContext) throws(APIError)

    var options: Options { get }
    /// How the answer is spelled.
    var shape: Shape { get }
}
