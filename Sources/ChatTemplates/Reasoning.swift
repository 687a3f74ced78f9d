import JSON

/// The three field names for a message's reasoning. Most templates read the first, gpt-oss's reads
/// the second, and clients send any of the three. As in `transformers`, a message that has one of
/// them gets the first two.
enum Reasoning {
    private static let names = ["reasoning_content", "thinking", "reasoning"]

    /// `messages`, with each message's reasoning under the names that templates read.
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
