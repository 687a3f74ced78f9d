import API
import APITestSupport
import ChatTemplates
import Generation
import JSON
import Metrics
import OpenAI
import TestSupport
import Testing
import Tokenization

/// Chats whose prompts, ids and texts `transformers` made (Fixtures/qwen3_moe/chat_reference.json).
@Suite struct ReferenceTests {
    private func fixture(_ name: String) throws -> JSONValue {
        try JSONParser.parse(contents(of: Repository.fixture("OpenAITests", "qwen3_moe/" + name)))
    }

    @Test("chats become the reference's ids, and its greedy ids the reference's text")
    func chats() throws {
        let configuration = try fixture("tokenizer_config.json")
        let tokenizer = try Tokenizer(
            json: try fixture("tokenizer.json"), configuration: configuration)
        let template = try ChatTemplate(
            source: try #require(configuration["chat_template"]?.stringValue))
        let chats = try #require(try fixture("chat_reference.json")["chats"]?.arrayValue)
        #expect(!chats.isEmpty)
        for chat in chats {
            let greedy = (chat["greedy_ids"]?.arrayValue ?? []).compactMap(\.integerValue)
                .map { Int32($0) }
            let service = ScriptedService(vocabularySize: tokenizer.vocabularySize) { _, _ in
                ScriptedService.Choice(greedy)
            }
            let description = ModelDescription(
                name: "qwen3_moe", created: 0, contextMax: 4096,
                vocabularySize: tokenizer.vocabularySize,
                endTokens: tokenizer.eos.map { [$0] } ?? [], template: template,
                codec: tokenizer, fingerprint: "fp")
            let families = GenerationMetrics.Families(Registry())
            let model = ServedModel(
                description, service: service,
                metrics: GenerationMetrics(model: "qwen3_moe", families: families))
            let context = APIContext(
                catalog: ModelCatalog([model]), prompting: try Prompting())
            defer { context.prompting.stop() }
            let body: JSONValue = [
                "messages": chat["messages"] ?? nil,
                "max_tokens": .integer(Int64(greedy.count)), "temperature": 0,
            ]
            let exchange = MemoryExchange()
            Endpoints(OpenAIEndpoints(context).endpoints).handle(
                .test("POST", "/v1/chat/completions", body: JSONWriter.string(body)), exchange)
            repeat { exchange.memoryPort.run() } while service.step()
            let ids = (chat["prompt_ids"]?.arrayValue ?? []).compactMap(\.integerValue)
            #expect(service.requests.first?.prompt.map { Int($0) } == ids)
            let content = exchange.json["choices"]?[0]?["message"]?["content"]
            #expect(content == chat["text"])
        }
    }
}
