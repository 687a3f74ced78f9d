import API
import JSON
import Models
import Serving
import TestSupport
import Testing
import Tokenization

/// A model's templates give the same text wherever they are rendered.
@Suite struct TemplateTests {
    private static let tiny =
        Repository.root + "/models/tiny"

    /// `models/tiny` with another `tokenizer_config.json`.
    private func source(_ configuration: JSONValue) throws -> ModelSource {
        let source = try ModelSource(path: Self.tiny)
        return source.with(
            source.files.with(
                ModelFiles.tokenizerConfigurationName, JSONWriter.bytes(configuration)))
    }

    private func description(_ source: ModelSource) throws -> ModelDescription {
        let tokenizer = try #require(try source.tokenizer())
        return try ModelDescription(
            source, tokenizer, name: "tiny", created: 0, contextMax: 64,
            vocabularySize: tokenizer.vocabularySize, fingerprint: "")
    }

    private let template =
        "{{ bos_token }}|{{ eos_token }}|{{ pad_token }}|{% for m in messages %}"
        + "{{ m.content }}{% endfor %}{{ tools is defined }}"

    @Test("serve and render make one text, special tokens and all") func oneText() throws {
        let named: JSONValue = [
            ["name": "default", "template": .string(template)],
            ["name": "tool_use", "template": .string("tools:" + template)],
        ]
        for (chat, toolPrefix) in [(JSONValue.string(template), ""), (named, "tools:")] {
            let source = try source([
                "bos_token": "<s>", "eos_token": "</s>", "pad_token": ["content": "<pad>"],
                "chat_template": chat,
            ])
            let description = try description(source)
            let templates = try #require(
                try ModelTemplates(source.files, try source.tokenizer(), in: source.path))
            let messages: JSONValue = [["role": "user", "content": "hi"]]
            for (variables, expected): (JSONObject, String) in [
                (["messages": messages], "<s>|</s>|<pad>|hiFalse"),
                (["messages": messages, "bos_token": "B"], "B|</s>|<pad>|hiFalse"),
                (
                    ["messages": messages, "tools": [["a": 1]]],
                    toolPrefix + "<s>|</s>|<pad>|hiTrue"
                ),
                (["messages": messages, "tools": nil], "<s>|</s>|<pad>|hiTrue"),
            ] {
                #expect(try templates.render(variables) == expected)
                #expect(try Prompting.render(variables, description) == expected)
            }
        }
    }

    @Test("a model of ChatML's tokens without a template has ChatML, in render too") func chatML()
        throws
    {
        let source = try source(["bos_token": nil])
        let variables: JSONObject = [
            "messages": [["role": "user", "content": "hi"]], "add_generation_prompt": true,
        ]
        let templates = try #require(
            try ModelTemplates(source.files, try source.tokenizer(), in: source.path))
        let expected = "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n"
        #expect(try templates.render(variables) == expected)
        #expect(try Prompting.render(variables, try description(source)) == expected)
        #expect(try ModelTemplates(ModelFiles(), nil, in: "x") == nil)
    }

    @Test("tools are read by a template of their own, even if it does not print them")
    func toolTemplate() throws {
        func read(_ templates: String) throws -> Set<String>? {
            let files = ModelFiles(texts: [
                ModelFiles.tokenizerConfigurationName: Array(
                    "{\"chat_template\": \(templates)}".utf8)
            ])
            return try ModelTemplates(files, nil, in: "x")?.readNames
        }
        #expect(try read(#""{{ a }}""#) == ["a"])
        #expect(try read(#"{"default": "{{ a }}", "tool_use": "{{ b }}"}"#) == ["a", "b", "tools"])
    }

    @Test("several templates and none by default are refused by name") func noDefault() throws {
        let files = ModelFiles(texts: [
            ModelFiles.tokenizerConfigurationName: Array(
                #"{"chat_template": {"rag": "a", "tool_use": "b"}}"#.utf8)
        ])
        let error = #expect(throws: (any Error).self) { try ModelTemplates(files, nil, in: "x") }
        #expect("\(String(describing: error))".contains("'rag', 'tool_use'"))
    }
}
