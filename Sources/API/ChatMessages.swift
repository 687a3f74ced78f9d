package import JSON

/// Checks a chat's messages and makes them what templates expect: text content in one string, tool
/// arguments as objects.
package struct ChatMessages: Sendable {
    package static let messagesMax = 4096
    private static let roles = ["system", "developer", "user", "assistant", "tool"]

    package let messages: [JSONValue]

    /// `knowsDeveloper`: the template has a `developer` role; others see it as `system`.
    package init(_ fields: inout RequestFields, knowsDeveloper: Bool) throws(APIError) {
        let values = try fields.required(
            try fields.array("messages", expected: "an array of messages"), "messages")
        guard !values.isEmpty, values.count <= Self.messagesMax else {
            throw RequestFields.invalid(
                "messages",
                "must hold 1 to \(Self.messagesMax) messages, found \(values.count)")
        }
        var messages: [JSONValue] = []
        messages.reserveCapacity(values.count)
        for (index, value) in values.enumerated() {
            messages.append(
                try Self.message(value, path: "messages[\(index)]", knowsDeveloper))
        }
        self.messages = messages
    }

    private static func message(
        _ value: JSONValue, path: String, _ knowsDeveloper: Bool
    ) throws(APIError) -> JSONValue {
        var fields = try RequestFields(value, path: path)
        let role = try fields.required(try fields.string("role"), "role")
        guard roles.contains(role) else {
            throw RequestFields.invalid(
                "\(path).role",
                "must be one of \(roles.joined(separator: ", ")), found '\(Spelling.shown(role))'")
        }
        var message = JSONObject()
        message["role"] = .string(role == "developer" && !knowsDeveloper ? "system" : role)
        let content = try content(&fields, role: role)
        // Templates concatenate it; an assistant that only calls tools says nothing.
        message["content"] = .string(content ?? "")
        if let name = try fields.string("name") { message["name"] = .string(name) }
        var calls: [JSONValue] = []
        if role == "assistant" {
            calls = try toolCalls(&fields)
            if !calls.isEmpty { message["tool_calls"] = .array(calls) }
            // Servers give what the model thought before it spoke under either name.
            let thoughts = try fields.string("reasoning")
            if let reasoning = try fields.string("reasoning_content") ?? thoughts {
                message["reasoning_content"] = .string(reasoning)
            }
            try fields.refuse("audio", "answers are text")
            try fields.refuse("function_call", "use tool_calls")
            // Where an answer's words came from; the words themselves are in its content.
            fields.accept("annotations")
        }
        let refusal = role == "assistant" ? try fields.string("refusal") : nil
        // A refusal is what the assistant said instead of content.
        if let refusal, content == nil { message["content"] = .string(refusal) }
        if role == "tool", let id = try fields.string("tool_call_id") {
            message["tool_call_id"] = .string(id)
        }
        if content == nil, refusal == nil, calls.isEmpty {
            throw fields.missing("content")
        }
        try fields.finish()
        return .object(message)
    }

    private static func content(
        _ fields: inout RequestFields, role: String
    ) throws(APIError) -> String? {
        guard let value = fields.value("content") else { return nil }
        if let text = value.stringValue { return text }
        let path = fields.path(of: "content")
        guard let parts = value.arrayValue else {
            throw RequestFields.mistyped(
                path, expected: "a string or an array of content parts", found: value)
        }
        var texts: [String] = []
        for (index, value) in parts.enumerated() {
            var part = try RequestFields(value, path: "\(path)[\(index)]")
            let type = try part.required(try part.string("type"), "type")
            guard type == "text" || type == "refusal" && role == "assistant" else {
                throw RequestFields.unsupported(
                    part.path(of: "type"),
                    "'\(Spelling.shown(type))' is not supported; this server takes parts of type "
                        + "'text'")
            }
            texts.append(try part.required(try part.string(type), type))
            // Where another server would cut its prompt cache; ours finds prefixes by itself.
            part.accept("cache_control")
            try part.finish()
        }
        return texts.joined(separator: "\n")
    }

    private static func toolCalls(_ fields: inout RequestFields) throws(APIError) -> [JSONValue] {
        guard let values = try fields.array("tool_calls") else { return [] }
        let path = fields.path(of: "tool_calls")
        var calls: [JSONValue] = []
        for (index, value) in values.enumerated() {
            var call = try RequestFields(value, path: "\(path)[\(index)]")
            let id = try call.string("id")
            try expect("function", &call)
            var function = try call.required(try call.fields("function"), "function")
            let name = try function.required(try function.string("name"), "name")
            let arguments = try arguments(&function)
            try function.finish()
            call.accept("index")
            try call.finish()
            var result: JSONObject = ["type": "function"]
            if let id { result["id"] = .string(id) }
            result["function"] = ["name": .string(name), "arguments": arguments]
            calls.append(.object(result))
        }
        return calls
    }

    /// Clients write the arguments as a string of JSON; templates expect an object.
    private static func arguments(_ function: inout RequestFields) throws(APIError) -> JSONValue {
        let path = function.path(of: "arguments")
        guard let value = function.value("arguments") else { return .object([:]) }
        if value.objectValue != nil { return value }
        guard let text = value.stringValue else {
            throw RequestFields.mistyped(path, expected: "a string of JSON", found: value)
        }
        if text.isEmpty { return .object([:]) }
        do throws(JSONError) {
            let limits = JSONLimits(bytesMax: text.utf8.count, depthMax: 64)
            let parsed = try JSONParser.parse(text, limits: limits)
            guard parsed.objectValue != nil else {
                throw JSONError(offset: 0, message: "not an object")
            }
            return parsed
        } catch {
            throw RequestFields.invalid(
                path, "must be a JSON object in a string: byte \(error.offset): \(error.message)")
        }
    }

    static func expect(_ type: String, _ fields: inout RequestFields) throws(APIError) {
        let found = try fields.string("type") ?? type
        guard found == type else {
            throw RequestFields.unsupported(
                fields.path(of: "type"),
                "'\(Spelling.shown(found))' is not supported; use '\(type)'")
        }
    }
}
