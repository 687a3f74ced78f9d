import API
import Generation
import HTTP
import JSON

/// A decoded `POST /v1/chat/completions`
/// (https://platform.openai.com/docs/api-reference/chat/create).
struct ChatRequest: AnswerRequest {
    let options: Options
    var order: TokenOrder

    init(_ inquiry: Inquiry, _ context: APIContext) throws(APIError) {
        var fields = try inquiry.fields()
        try fields.redirect("prompt", to: "/v1/completions", instead: "messages")
        var names = OrderRules.Names.openAI
        names.logprobs = "top_logprobs"
        var order = try Options.order(&fields, inquiry, context)
        options = try Options(&fields, &order, &names, inquiry.request.headers)
        let variables = try ChatVariables.read(&fields, for: order.model.description)
        let special = try fields.boolean("add_special_tokens") ?? false
        order.prompts = [.chat(variables, special: special)]
        order.promptParam = "messages"
        order.tokensMax = try Options.tokensMax(&fields, &names)
        order.request.logprobs = try Self.logprobs(&fields)
        try Self.refuseUnsupported(&fields)
        try fields.finish()
        try context.rules(names).settle(&order)
        self.order = order
    }

    var shape: ChatShape {
        ChatShape(
            codec: order.model.description.codec, showsLogprobs: order.request.logprobs != nil)
    }

    func accept(_ prompts: [[Int32]]) {}

    private static func logprobs(_ fields: inout RequestFields) throws(APIError) -> Int? {
        let wanted = try fields.boolean("logprobs") ?? false
        let top = try fields.integer("top_logprobs")
        guard wanted else {
            if let top, top != 0 {
                throw RequestFields.invalid("top_logprobs", "needs logprobs to be true")
            }
            return nil
        }
        return top ?? 0
    }

    private static func refuseUnsupported(_ fields: inout RequestFields) throws(APIError) {
        if var format = try fields.fields("response_format") {
            let type = try format.required(try format.string("type"), "type")
            guard type == "text" else {
                throw RequestFields.unsupported(
                    "response_format.type",
                    "'\(Spelling.shown(type))' is not supported; answers follow no grammar, use "
                        + "'text'")
            }
            try format.finish()
        }
        if let modalities = try fields.array("modalities"), modalities != ["text"] {
            throw RequestFields.unsupported("modalities", "may be [\"text\"] only")
        }
        let hasTools = fields.value("tools")?.arrayValue?.isEmpty == false
        if try fields.boolean("parallel_tool_calls") == false, hasTools {
            throw RequestFields.unsupported(
                "parallel_tool_calls", "cannot be false with tools: calls are not restricted")
        }
        if let verbosity = try fields.string("verbosity"), verbosity != "medium" {
            throw RequestFields.unsupported("verbosity", "may be 'medium' only")
        }
        if try fields.boolean("echo") == true {
            throw RequestFields.unsupported("echo", "is for /v1/completions")
        }
        if try fields.boolean("continue_final_message") == true {
            throw RequestFields.unsupported(
                "continue_final_message", "is not supported; use /v1/completions")
        }
        try fields.refuse("audio", "answers are text")
        try fields.refuse("functions", "use tools")
        try fields.refuse("function_call", "use tool_choice")
        try fields.refuse("web_search_options", "this server does not search")
        try fields.refuse("chat_template", "the model's own template is used")
        if let count = try fields.integer("best_of", in: 1...Int.max), count != 1 {
            throw RequestFields.unsupported("best_of", "may be 1 only; use n")
        }
    }
}
