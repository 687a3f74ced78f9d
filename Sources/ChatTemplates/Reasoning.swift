import JSON

/// The names that a message's reasoning goes by. Templates read the first, gpt-oss's the second;
/// clients know one of the three. As `transformers` does, a message with one has the first two.
enum Reasoning {
    private static let names = ["reasoning_content", "thinking", "reasoning"]

    /// `messages` with the reasoning of each under the names that templates read.
    static func named(in messages: JSONValue) -> JSONValue {
        guard let list = messages.arrayValue else { return messages }
        return .array(list.map { $0.objectValue.map(named) ?? $0 })
    }

    private static func named(_ message: JSONObject) -> JSONValue {
        let found = names.lazy.compactMap { message[$0] }.first { !$0.isNull }
        guard let found else { return .object(message) }
        var result = JSONObject()
        result["thinking"] = found
        for (key, value) in message { result[key] = value }
        result["reasoning_content"] = found
        return .object(result)
    }
}
