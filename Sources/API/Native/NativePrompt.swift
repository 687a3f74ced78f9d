import JSON

extension V1.Prompt {
    /// Where the prompt's tokens come from. `path` is the prompt's, for errors.
    func source(for model: ModelDescription, path: String) throws(APIError) -> PromptSource {
        if let text { return .text(text, special: addSpecialTokens ?? true) }
        if let chat {
            guard model.template != nil else {
                throw APIError(
                    .noChatTemplate,
                    "the model '\(model.name)' has no chat template; send \(path).text",
                    param: "\(path).chat")
            }
            let variables = try chat.variables(for: model, path: "\(path).chat")
            return .chat(variables, special: addSpecialTokens ?? false)
        }
        guard let tokens else {
            throw V1.missing(path, "; set one of \(path).text, \(path).tokens, \(path).chat")
        }
        guard addSpecialTokens != true else {
            throw RequestFields.unsupported(
                "\(path).add_special_tokens", "does not go with tokens, which are taken as they are"
            )
        }
        return .tokens(
            try RequestFields.tokens(
                ids: tokens.ids, vocabularySize: model.vocabularySize, path: "\(path).tokens.ids"))
    }
}

extension V1 {
    /// The error for a field that a request has to bring.
    static func missing(_ path: String, _ hint: String = "") -> APIError {
        APIError(.missingField, "\(path) is required\(hint)", param: path)
    }
}

extension V1.Chat {
    /// What the template sees.
    fileprivate func variables(
        for model: ModelDescription, path: String
    ) throws(APIError) -> JSONObject {
        guard (1...ChatMessages.messagesMax).contains(messages.count) else {
            throw RequestFields.invalid(
                "\(path).messages",
                "must hold 1 to \(ChatMessages.messagesMax) messages, found \(messages.count)")
        }
        guard tools.count <= ChatVariables.toolsMax else {
            throw RequestFields.invalid(
                "\(path).tools", "may hold \(ChatVariables.toolsMax), found \(tools.count)")
        }
        var variables = templateVariables ?? JSONObject()
        for name in ["messages", "tools", "add_generation_prompt"] where variables[name] != nil {
            throw RequestFields.invalid(
                "\(path).template_variables.\(name)", "belongs in \(path).\(name)")
        }
        for name in variables.keys {
            try model.requireReading(
                name, path: "\(path).template_variables.\(Spelling.shown(name))")
        }
        var values: [JSONValue] = []
        for (index, message) in messages.enumerated() {
            values.append(
                try message.value(for: model, path: "\(path).messages[\(index)]"))
        }
        variables["messages"] = .array(values)
        if !tools.isEmpty {
            try model.requireReading("tools", path: "\(path).tools")
            var values: [JSONValue] = []
            for (index, tool) in tools.enumerated() {
                values.append(try tool.value(path: "\(path).tools[\(index)]"))
            }
            variables["tools"] = .array(values)
        }
        variables["add_generation_prompt"] = .bool(addGenerationPrompt ?? true)
        return variables
    }
}

extension V1.ChatMessage {
    fileprivate func value(
        for model: ModelDescription, path: String
    ) throws(APIError) -> JSONValue {
        let role = try roleName(for: model, path: path)
        guard content != nil || !toolCalls.isEmpty else {
            throw V1.missing("\(path).content")
        }
        guard toolCalls.isEmpty || self.role == .assistant else {
            throw RequestFields.invalid("\(path).tool_calls", "are an assistant's")
        }
        guard toolCallID == nil || self.role == .tool else {
            throw RequestFields.invalid("\(path).tool_call_id", "is a tool's")
        }
        var message: JSONObject = [
            "role": .string(role), "content": .string(content ?? ""),
        ]
        if let name { message["name"] = .string(name) }
        if !toolCalls.isEmpty {
            var calls: [JSONValue] = []
            for (index, call) in toolCalls.enumerated() {
                calls.append(try call.value(path: "\(path).tool_calls[\(index)]"))
            }
            message["tool_calls"] = .array(calls)
        }
        if let toolCallID { message["tool_call_id"] = .string(toolCallID) }
        if let reasoningContent { message["reasoning_content"] = .string(reasoningContent) }
        return .object(message)
    }

    /// The role as templates spell it.
    private func roleName(
        for model: ModelDescription, path: String
    ) throws(APIError) -> String {
        switch role {
        case .unspecified: throw V1.missing("\(path).role")
        case .system: "system"
        case .developer: model.templateKnowsDeveloper ? "developer" : "system"
        case .user: "user"
        case .assistant: "assistant"
        case .tool: "tool"
        }
    }
}

extension V1.ToolCall {
    fileprivate func value(path: String) throws(APIError) -> JSONValue {
        guard !name.isEmpty else { throw V1.missing("\(path).name") }
        var call: JSONObject = ["type": "function"]
        if !id.isEmpty { call["id"] = .string(id) }
        call["function"] = [
            "name": .string(name), "arguments": .object(arguments ?? JSONObject()),
        ]
        return .object(call)
    }
}

extension V1.Tool {
    fileprivate func value(path: String) throws(APIError) -> JSONValue {
        guard !name.isEmpty else { throw V1.missing("\(path).name") }
        var function: JSONObject = ["name": .string(name)]
        if !description.isEmpty { function["description"] = .string(description) }
        if let parameters { function["parameters"] = .object(parameters) }
        return ["type": "function", "function": .object(function)]
    }
}
