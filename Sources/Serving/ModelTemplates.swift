package import API
package import ChatTemplates
package import Checkpoints
package import JSON
package import Models
package import Tokenization

/// A model's chat templates and what they see besides a conversation: one thing for a server and
/// for who only renders.
package struct ModelTemplates: PromptTemplate {
    /// `bos_token`, `eos_token` and the other special tokens by name, as texts.
    package let variables: JSONObject
    /// The templates have a `developer` role of their own.
    package let knowsDeveloper: Bool
    private let template: ChatTemplate
    /// The one for conversations with tools.
    private let toolTemplate: ChatTemplate?

    /// Nil where the model has no template, and no tokens of ChatML that would tell its form.
    package init?(_ files: ModelFiles, _ tokenizer: Tokenizer?, in location: String)
        throws(CheckpointError)
    {
        let sources = try files.templates(in: location)
        if let source = sources["default"] ?? (sources.count == 1 ? sources.first?.value : nil) {
            let toolSource = sources["tool_use"]
            template = try Self.template(source, location)
            toolTemplate = try toolSource.map { (source) throws(CheckpointError) in
                try Self.template(source, location)
            }
            knowsDeveloper = [source, toolSource ?? source].allSatisfy { $0.contains("developer") }
        } else if sources.isEmpty, tokenizer?.id(of: "<|im_start|>") != nil,
            let chatML = try? ChatTemplate(source: ChatTemplate.chatML)
        {
            (template, toolTemplate, knowsDeveloper) = (chatML, nil, false)
        } else if sources.isEmpty {
            return nil
        } else {
            let names = sources.keys.sorted().map { "'\($0)'" }.joined(separator: ", ")
            throw CheckpointError(
                .configuration("there are the chat templates \(names), and none is 'default'"),
                in: location)
        }
        variables = try Self.variables(files, tokenizer, location)
    }

    /// A template by itself, as a file holds it; it sees no tokens but those it is given.
    package init(_ template: ChatTemplate) {
        self.template = template
        (variables, toolTemplate, knowsDeveloper) = (JSONObject(), nil, false)
    }

    /// The prompt's text; `given` goes before the model's own variables.
    package func render(_ given: JSONObject, clock: WallClock? = nil) throws(ChatTemplateError)
        -> String
    {
        var all = variables
        for (key, value) in given { all[key] = value }
        return try chosen(all).render(all, clock: clock)
    }

    package func prompt(_ variables: JSONObject) throws(APIError) -> String {
        try chosen(variables).prompt(variables)
    }

    package var readNames: Set<String>? {
        guard let toolTemplate else { return template.freeNames }
        // Tools choose the template, even one that does not print them.
        return template.freeNames.union(toolTemplate.freeNames).union(["tools"])
    }

    /// As transformers chooses: with tools the template for them, if there is one.
    private func chosen(_ variables: JSONObject) -> ChatTemplate {
        guard let toolTemplate, let tools = variables["tools"], !tools.isNull else {
            return template
        }
        return toolTemplate
    }

    private static func template(_ source: String, _ location: String) throws(CheckpointError)
        -> ChatTemplate
    {
        do throws(ChatTemplateError) {
            return try ChatTemplate(source: source)
        } catch {
            throw CheckpointError(.configuration("the chat template: \(error)"), in: location)
        }
    }

    private static func variables(
        _ files: ModelFiles, _ tokenizer: Tokenizer?, _ location: String
    ) throws(CheckpointError) -> JSONObject {
        var variables = JSONObject()
        if let tokenizer {
            if let id = tokenizer.bos { variables["bos_token"] = text(of: id, tokenizer) }
            if let id = tokenizer.eos { variables["eos_token"] = text(of: id, tokenizer) }
        }
        let configuration = try files.json(ModelFiles.tokenizerConfigurationName, in: location)
        for (key, value) in configuration?.objectValue ?? JSONObject() where key.hasSuffix("_token")
        {
            // A token is its text, or an object with it.
            if let text = value.stringValue ?? value["content"]?.stringValue {
                variables[key] = .string(text)
            }
        }
        return variables
    }

    private static func text(of id: Int32, _ tokenizer: Tokenizer) -> JSONValue {
        .string(String(decoding: tokenizer.bytes(of: id), as: UTF8.self))
    }
}
