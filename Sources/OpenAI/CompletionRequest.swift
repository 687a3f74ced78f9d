import API
import Generation
import HTTP
import JSON

/// A decoded `POST /v1/completions`
/// (https://platform.openai.com/docs/api-reference/completions/create).
struct CompletionRequest: AnswerRequest {
    static let promptsMax = 128
    /// Prompts times choices.
    static let answersMax = 512
    /// What OpenAI's reference says for requests without `max_tokens`.
    static let tokensMaxDefault = 16

    let options: Options
    var order: TokenOrder
    private(set) var shape: CompletionShape

    init(_ inquiry: Inquiry, _ context: APIContext) throws(APIError) {
        var fields = try inquiry.fields()
        try fields.redirect("messages", to: "/v1/chat/completions", instead: "prompt")
        var names = OrderRules.Names.openAI
        var order = try Options.order(&fields, inquiry, context)
        options = try Options(&fields, &order, &names, inquiry.request.headers)
        let special = try fields.boolean("add_special_tokens") ?? true
        order.prompts = try Self.prompts(&fields, order.model.description, special: special)
        let echoes = try fields.boolean("echo") ?? false
        order.tokensMax = try Self.tokensMax(&fields, &names, echoes: echoes)
        if order.tokensMax == 0 { order.request.kind = .forward }
        order.request.logprobs = try fields.integer("logprobs")
        order.request.promptLogprobs = echoes ? order.request.logprobs : nil
        try Self.refuseUnsupported(&fields)
        try fields.finish()
        try context.rules(names).settle(&order)
        guard order.promptCount * order.request.choices <= Self.answersMax else {
            throw RequestFields.invalid(
                "n",
                "times \(order.promptCount) prompts is more than the \(Self.answersMax) answers "
                    + "that one request may have")
        }
        self.order = order
        shape = CompletionShape(order, echoes: echoes)
    }

    mutating func accept(_ prompts: [[Int32]]) { shape.accept(prompts) }

    private static func tokensMax(
        _ fields: inout RequestFields, _ names: inout OrderRules.Names, echoes: Bool
    ) throws(APIError) -> Int {
        let tokensMax = try Options.tokensMax(&fields, &names) ?? tokensMaxDefault
        guard tokensMax != 0 || echoes else {
            throw RequestFields.invalid(names.tokensMax, "may be 0 only with echo")
        }
        return tokensMax
    }

    /// A string, an array of strings, token ids, or an array of arrays of token ids.
    private static func prompts(
        _ fields: inout RequestFields, _ model: ModelDescription, special: Bool
    ) throws(APIError) -> [PromptSource] {
        let expected = "a string, an array of strings, token ids, or arrays of token ids"
        let value = try fields.required(fields.value("prompt"), "prompt")
        if let text = value.stringValue { return [.text(text, special: special)] }
        guard let values = value.arrayValue else {
            throw RequestFields.mistyped("prompt", expected: expected, found: value)
        }
        guard let first = values.first else {
            throw RequestFields.invalid("prompt", "must not be empty")
        }
        if first.doubleValue != nil {
            return [.tokens(try tokens(values, model, path: "prompt"))]
        }
        guard values.count <= promptsMax else {
            throw RequestFields.invalid(
                "prompt", "may hold \(promptsMax) prompts, found \(values.count)")
        }
        let isText = first.stringValue != nil
        var prompts: [PromptSource] = []
        for (index, value) in values.enumerated() {
            let path = "prompt[\(index)]"
            if isText, let text = value.stringValue {
                prompts.append(.text(text, special: special))
            } else if !isText, let values = value.arrayValue {
                prompts.append(.tokens(try tokens(values, model, path: path)))
            } else {
                throw RequestFields.mistyped(
                    path, expected: isText ? "a string" : "an array of token ids", found: value)
            }
        }
        return prompts
    }

    private static func tokens(
        _ values: [JSONValue], _ model: ModelDescription, path: String
    ) throws(APIError) -> [Int32] {
        try RequestFields.tokens(values, vocabularySize: model.vocabularySize, path: path)
    }

    private static func refuseUnsupported(_ fields: inout RequestFields) throws(APIError) {
        if let suffix = try fields.string("suffix"), !suffix.isEmpty {
            throw RequestFields.unsupported(
                "suffix", "is not supported: text is only written after the prompt")
        }
        if let count = try fields.integer("best_of", in: 0...Int.max), count != 1 {
            throw RequestFields.unsupported("best_of", "may be 1 only; use n")
        }
        if var format = try fields.fields("response_format") {
            let type = try format.required(try format.string("type"), "type")
            guard type == "text" else {
                throw RequestFields.unsupported(
                    "response_format.type",
                    "'\(Spelling.shown(type))' is not supported; use 'text'")
            }
            try format.finish()
        }
    }
}
