import API
import Generation
import JSON

/// What all messages of one answer have in common.
struct Envelope: Sendable {
    /// `chatcmpl-…` or `cmpl-…`.
    let id: String
    let created: Int64
    let model: String
    let fingerprint: String

    init(idPrefix: String, created: Int64, model: ModelDescription) {
        id = idPrefix + Self.random()
        self.created = created
        self.model = model.name
        fingerprint = model.fingerprint
    }

    func message(object: String, choices: [JSONValue]) -> JSONObject {
        var message = fields(object)
        message["choices"] = .array(choices)
        return message
    }

    /// The same for all messages of a stream, up to the first choice; `close` ends what it begins.
    func opening(object: String) -> [UInt8] {
        JSONWriter.bytes(.object(fields(object))).dropLast() + Array(#","choices":["#.utf8)
    }

    /// Ends a message begun by `opening`; with a nil `usage` there is no such field.
    static func close(_ message: inout [UInt8], usage: JSONValue?) {
        message.append(UInt8(ascii: "]"))
        if let usage {
            message.append(contentsOf: #","usage":"#.utf8)
            JSONWriter.append(usage, to: &message)
        }
        message.append(UInt8(ascii: "}"))
    }

    private func fields(_ object: String) -> JSONObject {
        [
            "id": .string(id), "object": .string(object), "created": .integer(created),
            "model": .string(model), "system_fingerprint": .string(fingerprint),
        ]
    }

    /// 128 random bits in hexadecimal.
    private static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<2).map { _ in
            let digits = String(generator.next() as UInt64, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}

/// How one of the two answers, chat and completion, is spelled.
protocol ReplyShape: Sendable {
    var idPrefix: String { get }
    var object: String { get }
    var chunkObject: String { get }
    /// A chunk's choice before the first text, if the form has one.
    func opening(_ index: Int) -> JSONValue?
    func delta(_ index: Int, _ piece: TextPiece) -> JSONValue
    func ending(_ index: Int, _ reason: EndReason) -> JSONValue
    /// A choice of a whole answer; `piece` is all of it.
    func whole(_ index: Int, _ piece: TextPiece, _ reason: EndReason) -> JSONValue
    mutating func promptLogprobs(_ logprobs: [TokenLogprobs?], first: Int, prompt: Int)
    /// What comes before the choice's own text, if the prompt is echoed.
    func preface(_ index: Int) -> TextPiece?
}

extension EndReason {
    var word: JSONValue {
        switch self {
        case .stop: "stop"
        case .length: "length"
        }
    }
}

extension Usage {
    /// OpenAI's `usage`.
    var json: JSONValue {
        [
            "prompt_tokens": .integer(Int64(promptTokens)),
            "completion_tokens": .integer(Int64(completionTokens)),
            "total_tokens": .integer(Int64(promptTokens + completionTokens)),
            "prompt_tokens_details": ["cached_tokens": .integer(Int64(cachedTokens))],
        ]
    }
}

extension JSONValue {
    /// A log-probability. JSON has no infinity; OpenAI writes −9999 for tokens of no probability.
    static func logprob(_ value: Float) -> JSONValue {
        .double(value.isFinite ? Double(value) : -9999)
    }
}
