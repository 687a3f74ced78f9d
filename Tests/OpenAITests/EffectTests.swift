import API
import APITestSupport
import Generation
import HTTP
import JSON
import OpenAI
import Testing

/// What a client sends has an effect, or it is told that it has none.
@Suite struct EffectTests {
    private static let tool = #"{"type": "function", "function": {"name": "f"}}"#

    private func bench(reads names: Set<String>) throws -> OpenAIBench {
        try OpenAIBench(readNames: names.union(["messages", "add_generation_prompt"])) {
            codec, _, _ in .texts(codec, [])
        }
    }

    @Test(
        "what no template of the model reads is refused by name",
        arguments: [
            (#""tools": [\#(tool)]"#, "tools", "leave it out"),
            (#""tools": [\#(tool)], "tool_choice": "auto""#, "tools", "'org/tiny'"),
            (
                #""chat_template_kwargs": {"enable_think": true}"#,
                "chat_template_kwargs.enable_think", "did you mean 'enable_thin'?"
            ),
            (
                #""chat_template_kwargs": {"reasoning_effort": "low"}"#,
                "chat_template_kwargs.reasoning_effort", "does not read it"
            ),
            (#""documents": [{"text": "a"}]"#, "documents", "does not read it"),
        ])
    func refused(fields: String, param: String, words: String) throws {
        let exchange = try bench(reads: ["enable_thin"]).chat(fields)
        #expect(exchange.status == 400)
        let error = exchange.json["error"]
        #expect(error?["code"] == "unsupported_parameter")
        #expect(error?["param"] == .string(param))
        #expect(error?["message"]?.stringValue?.contains(words) == true, "\(exchange.text)")
        #expect(exchange.notes.reason == "unsupported_parameter")
    }

    @Test(
        "what is empty, unwanted or read is taken",
        arguments: [
            #""tools": []"#, #""tools": null"#, #""tools": [\#(tool)], "tool_choice": "none""#,
            #""chat_template_kwargs": {"add_generation_prompt": false}"#,
            #""chat_template_kwargs": {"depth": 1}, "documents": []"#,
            #""reasoning_effort": "low""#,
        ])
    func taken(fields: String) throws {
        #expect(try bench(reads: ["depth"]).chat(fields).status == nil)
        #expect(
            try bench(reads: ["depth", "tools"]).chat(#""tools": [\#(Self.tool)]"#).status == nil)
    }

    @Test("a limit that the context cuts is told in the answer's head", arguments: [false, true])
    func limit(isStreaming: Bool) throws {
        func header(_ fields: String, contextMax: Int = 40) throws -> String? {
            let server = try OpenAIBench(writing: ["x"], contextMax: contextMax)
            let exchange = server.chat(#"\#(fields)"stream": \#(isStreaming)"#)
            server.bench.settle()
            #expect(exchange.status == 200)
            return exchange.headers["x-max-tokens"]
        }
        // The prompt has 19 tokens.
        #expect(try header(#""max_tokens": 22, "#) == "21")
        #expect(try header(#""max_tokens": 21, "#) == nil)
        #expect(try header(#""max_completion_tokens": 9223372036854775806, "#) == "21")
        #expect(try header(#""max_tokens": 9223372036854775807, "#) == "21")
        #expect(try header("") == nil)
    }

    @Test("the smallest limit of several prompts is told") func limitOfPrompts() throws {
        let server = try OpenAIBench(writing: ["x"], contextMax: 20)
        let exchange = server.complete(#""prompt": [[1, 2, 3, 4, 5], [1]], "max_tokens": 17"#)
        server.bench.settle()
        #expect(exchange.headers["x-max-tokens"] == "15")
    }

    @Test(
        "a slip of the pen in a field that is needed is told as such",
        arguments: [
            (#"{"message": [{"role": "user", "content": "a"}]}"#, "message", "messages"),
            (
                #"{"messages": [{"role": "user", "contnet": "a"}]}"#, "messages[0].contnet",
                "content"
            ),
            (#"{"messages": [{"rol": "user", "content": "a"}]}"#, "messages[0].rol", "role"),
            (
                #"{"messages": [{"role": "user", "content": "a"}], "tools": [{"function": {"nam": "f"}}]}"#,
                "tools[0].function.nam", "name"
            ),
            (
                #"{"messages": [{"role": "user", "content": "a"}], "tools": [{"function": {"name": "f", "parametres": {}}}]}"#,
                "tools[0].function.parametres", "parameters"
            ),
            (
                #"{"messages": [{"role": "user", "content": "a"}], "response_format": {"typ": "text"}}"#,
                "response_format.typ", "type"
            ),
        ])
    func slips(body: String, param: String, meant: String) throws {
        let exchange = try OpenAIBench(writing: ["x"]).post("/v1/chat/completions", body)
        let error = exchange.json["error"]
        #expect(error?["code"] == "unknown_parameter")
        #expect(error?["param"] == .string(param))
        #expect(error?["message"]?.stringValue?.contains("did you mean '\(meant)'?") == true)
    }

    @Test("the other endpoint's field is told of it") func elsewhere() throws {
        let server = try OpenAIBench(writing: ["x"])
        let chat = server.post("/v1/chat/completions", #"{"prompt": "a"}"#).json["error"]
        #expect(chat?["param"] == "prompt")
        #expect(chat?["message"]?.stringValue?.contains("/v1/completions takes it") == true)
        let text = server.complete(#""messages": []"#).json["error"]
        #expect(text?["param"] == "messages")
        #expect(text?["message"]?.stringValue?.contains("/v1/chat/completions") == true)
    }

    @Test("the log learns what was read, what was written and why it failed")
    func notes() throws {
        let server = try OpenAIBench(writing: ["a", "b"])
        let whole = server.chat()
        server.bench.settle()
        #expect(whole.notes.promptTokens == 19 && whole.notes.generatedTokens == 3)
        #expect(whole.notes.firstToken != nil && whole.notes.reason == nil)
        let left = server.chat(#""stream": true"#)
        server.bench.step()
        left.disconnect()
        #expect(left.notes.generatedTokens == 1)
        server.bench.service.rejectSubmit(.hopeless)
        #expect(server.chat().notes.reason == "deadline_exceeded")
    }
}
