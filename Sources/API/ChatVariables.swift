package import JSON

/// Reads what a chat's template sees: messages, tools and whatever else the client sends it.
package enum ChatVariables {
    package static let toolsMax = 512

    /// What the template sees.
    package static func read(
        _ fields: inout RequestFields, for model: ModelDescription
    ) throws(APIError) -> JSONObject {
        var variables = JSONObject()
        if let extra = try fields.fields("chat_template_kwargs") {
            for (key, value) in extra.object {
                guard key != "messages", key != "tools" else {
                    throw RequestFields.invalid(
                        extra.path(of: key), "belongs at the top of the request")
                }
                if key != "add_generation_prompt" {
                    try model.requireReading(key, path: extra.path(of: Spelling.shown(key)))
                }
                variables[key] = value
            }
        }
        // Clients send it to every model; it is no error if the template does not read it.
        if let effort = try fields.string("reasoning_effort", bytesMax: 64) {
            variables["reasoning_effort"] = .string(effort)
        }
        if let documents = try fields.array("documents"), !documents.isEmpty {
            try model.requireReading("documents", path: fields.path(of: "documents"))
            variables["documents"] = .array(documents)
        }
        let messages = try ChatMessages(&fields, knowsDeveloper: model.templateKnowsDeveloper)
        variables["messages"] = .array(messages.messages)
        if let tools = try tools(&fields) {
            try model.requireReading("tools", path: fields.path(of: "tools"))
            variables["tools"] = .array(tools)
        }
        let adds = try fields.boolean("add_generation_prompt")
        if let adds {
            variables["add_generation_prompt"] = .bool(adds)
        } else if variables["add_generation_prompt"] == nil {
            variables["add_generation_prompt"] = true
        }
        return variables
    }

    /// The tools that the template may show; nil if there are none or none may be used.
    private static func tools(_ fields: inout RequestFields) throws(APIError) -> [JSONValue]? {
        let choice = try toolChoice(&fields)
        guard let tools = try fields.array("tools", expected: "an array of tools"), !tools.isEmpty
        else { return nil }
        guard tools.count <= toolsMax else {
            throw RequestFields.invalid("tools", "may hold \(toolsMax), found \(tools.count)")
        }
        for (index, value) in tools.enumerated() {
            var tool = try RequestFields(value, path: "tools[\(index)]")
            try ChatMessages.expect("function", &tool)
            var function = try tool.required(try tool.fields("function"), "function")
            _ = try function.required(try function.string("name"), "name")
            _ = try function.string("description")
            _ = try function.fields("parameters")
            if try function.boolean("strict") == true {
                throw RequestFields.unsupported(
                    function.path(of: "strict"), "is not supported: answers follow no grammar")
            }
            try function.finish()
            try tool.finish()
        }
        return choice == "none" ? nil : tools
    }

    private static func toolChoice(_ fields: inout RequestFields) throws(APIError) -> String {
        guard let value = fields.value("tool_choice") else { return "auto" }
        let choices = ["none", "auto"]
        guard let choice = value.stringValue, choices.contains(choice) else {
            throw RequestFields.unsupported(
                "tool_choice",
                "may be 'none' or 'auto'; a call cannot be forced, found "
                    + RequestFields.found(value))
        }
        return choice
    }
}
