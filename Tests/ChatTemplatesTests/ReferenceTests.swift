import ChatTemplates
import JSON
import Testing

/// Renderings by transformers' own Jinja environment.
@Suite struct ReferenceTests {
    static let templates = [
        "chatml_smollm2", "llama3_compact", "mistral_inst_compact", "deepseek_r1_compact",
        "qwen-qwen2_5-7b-instruct", "qwen-qwen3-0_6b", "deepseek-ai-deepseek-r1-distill-qwen-32b",
        "deepseek-ai-deepseek-v3_1", "ibm-granite-granite-3_3-2b-instruct",
        "mistralai-mistral-nemo-instruct-2407", "openai-gpt-oss-120b",
    ]

    @Test(
        "published templates render every conversation as transformers does", arguments: templates)
    func published(name: String) throws {
        let file = try Fixtures.json("\(name).json")
        let conversations = try Fixtures.json("conversations.json")["conversations"]
        let path = try #require(file["template"]?.stringValue)
        let template = try ChatTemplate(source: try Fixtures.text(path))
        let vectors = try #require(file["vectors"]?.arrayValue)
        #expect(!vectors.isEmpty)
        for vector in vectors {
            let conversation = try #require(
                vector["conversation"]?.stringValue.flatMap { conversations?[$0]?.objectValue })
            var variables: JSONObject = [:]
            for (key, value) in conversation["kwargs"]?.objectValue ?? [:] {
                variables[key] = value
            }
            variables["messages"] = conversation["messages"]
            variables["tools"] = conversation["tools"] ?? .null
            variables["documents"] = .null
            variables["add_generation_prompt"] = vector["add_generation_prompt"]
            for token in ["bos_token", "eos_token"] {
                if let value = file[token], !value.isNull { variables[token] = value }
            }
            check(vector) { () throws(ChatTemplateError) in
                try template.render(variables, clock: Fixtures.now)
            }
        }
    }

    @Test("single features render as transformers does") func features() throws {
        let file = try Fixtures.json("jinja_features.json")
        let variables = try #require(file["variables"]?.objectValue)
        let vectors = try #require(file["vectors"]?.arrayValue)
        #expect(!vectors.isEmpty)
        for vector in vectors {
            let source = try #require(vector["template"]?.stringValue)
            check(vector) { () throws(ChatTemplateError) in
                try ChatTemplate(source: source).render(variables, clock: Fixtures.now)
            }
        }
    }

    private func check(
        _ vector: JSONValue, _ render: () throws(ChatTemplateError) -> String
    ) {
        let name = JSONWriter.string(vector["conversation"] ?? vector["template"] ?? .null)
        do throws(ChatTemplateError) {
            let text = try render()
            guard let expected = vector["rendered"]?.stringValue else {
                Issue.record("\(name) must fail: \(vector["error"] ?? .null), rendered \(text)")
                return
            }
            #expect(isSame(text, expected), "\(name)\n\(text)\n---\n\(expected)")
        } catch {
            guard let expected = vector["error"]?.stringValue else {
                Issue.record("\(name) fails: \(error)")
                return
            }
            if vector["kind"] == "raise_exception" {
                #expect(error == .raised(message: expected))
            } else if case .raised = error {
                Issue.record("\(name) raises \(error) instead of \(expected)")
            }
        }
    }
}
