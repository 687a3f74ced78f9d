import API
import APITestSupport
import Generation
import HTTP
import JSON
import OpenAI
import Testing

/// A faulty request: its fields, the field that the error names, and a part of the message.
struct BadRequest: CustomTestStringConvertible, Sendable {
    let fields: String
    let param: String
    let message: String
    var code: String

    init(_ fields: String, _ param: String, _ message: String, _ code: String = "invalid_value") {
        self.fields = fields
        self.param = param
        self.message = message
        self.code = code
    }

    var testDescription: String { fields }
}

@Suite struct RefusalTests {
    private func check(_ exchange: MemoryExchange, _ bad: BadRequest) {
        let error = exchange.json["error"]
        #expect(exchange.status == 400, "\(exchange.text)")
        #expect(error?["type"] == "invalid_request_error")
        #expect(error?["param"] == .string(bad.param))
        #expect(error?["code"] == .string(bad.code))
        #expect(error?["request_id"] == "test-1")
        let message = error?["message"]?.stringValue ?? ""
        #expect(message.contains(bad.message), "\(message)")
    }

    @Test(
        "values of the wrong type or out of range say where, what was expected, what was found",
        arguments: [
            BadRequest(
                #""temperature": "hot""#, "temperature",
                #"expected a number, found the string "hot""#,
                "invalid_type"),
            BadRequest(#""temperature": 2.5"#, "temperature", "must be from 0 to 2, found 2.5"),
            BadRequest(#""temperature": -1"#, "temperature", "must be from 0 to 2, found -1"),
            BadRequest(#""top_p": -0.1"#, "top_p", "is -0.1, must be 0 to 1"),
            BadRequest(#""top_p": 1e39"#, "top_p", "is 1e+39, must be 0 to 1"),
            BadRequest(
                #""repetition_penalty": -1e300"#, "repetition_penalty",
                "is -1e+300, must be 0.01 to 100"),
            BadRequest(#""typical_p": 1e-60"#, "typical_p", "is 1e-60, must be above 0"),
            BadRequest(#""top_k": -2"#, "top_k", "must be at least -1, found -2"),
            BadRequest(#""top_k": 1.5"#, "top_k", "expected an integer", "invalid_type"),
            BadRequest(#""n": 0"#, "n", "must be from 1 to 64, found 0"),
            BadRequest(#""n": 65"#, "n", "must be from 1 to 64, found 65"),
            BadRequest(#""n": 128"#, "n", "must be from 1 to 64, found 128"),
            BadRequest(#""max_tokens": 0"#, "max_tokens", "must be at least 1, found 0"),
            BadRequest(
                #""max_tokens": 1e40"#, "max_tokens", "expected an integer", "invalid_type"),
            BadRequest(
                #""max_tokens": 3, "max_completion_tokens": 4"#, "max_completion_tokens",
                "max_tokens says 3"),
            BadRequest(#""max_tokens": 3, "min_tokens": 4"#, "min_tokens", "more than the 3"),
            BadRequest(#""stop": 5"#, "stop", "expected a string or an array", "invalid_type"),
            BadRequest(#""stop": ["a", 5]"#, "stop[1]", "found the number 5", "invalid_type"),
            BadRequest(#""stop": ["a", ""]"#, "stop[1]", "must not be empty"),
            BadRequest(
                #""stop": [\#((0..<17).map { "\"\($0)\"" }.joined(separator: ","))]"#, "stop",
                "may have 16 strings, found 17"),
            BadRequest(#""stop_token_ids": [1, 300]"#, "stop_token_ids[1]", "found 300"),
            BadRequest(#""logit_bias": {"x": 1}"#, "logit_bias.x", "must be named by a token id"),
            BadRequest(
                #""logit_bias": {"1": "a"}"#, "logit_bias.1", "expected a number", "invalid_type"),
            BadRequest(#""logit_bias": {"1": 101}"#, "logit_bias", "is 101.0, must be -100 to 100"),
            BadRequest(
                #""logit_bias": {"1": 1e60}"#, "logit_bias", "is 1e+60, must be -100 to 100"),
            BadRequest(#""logit_bias": {"999": 1}"#, "logit_bias", "names token 999"),
            BadRequest(#""logit_bias": []"#, "logit_bias", "expected an object", "invalid_type"),
            BadRequest(#""seed": 1.5"#, "seed", "expected an integer", "invalid_type"),
            BadRequest(#""top_logprobs": 2"#, "top_logprobs", "needs logprobs to be true"),
            BadRequest(
                #""logprobs": true, "top_logprobs": 21"#, "top_logprobs", "from 0 to 20, found 21"),
            BadRequest(
                #""logprobs": 2"#, "logprobs", "expected true or false, found the number 2",
                "invalid_type"),
            BadRequest(#""stream": "yes""#, "stream", "expected true or false", "invalid_type"),
            BadRequest(
                #""stream_options": {"include_usage": true}"#, "stream_options",
                "needs stream to be true"),
            BadRequest(
                #""stream": true, "stream_options": {"include_use": true}"#,
                "stream_options.include_use", "did you mean 'include_usage'?",
                "unknown_parameter"),
            BadRequest(#""timeout": 1e9"#, "timeout", "must be from 0 to 86400"),
            BadRequest(
                #""chat_template_kwargs": {"messages": []}"#, "chat_template_kwargs.messages",
                "belongs at the top"),
        ])
    func invalid(bad: BadRequest) throws {
        let server = try OpenAIBench(writing: ["x"])
        check(server.chat(bad.fields), bad)
        #expect(server.bench.service.reserved.isEmpty)
    }

    @Test(
        "what cannot be honoured is refused by name, never ignored",
        arguments: [
            BadRequest(
                #""max_token": 4"#, "max_token", "did you mean 'max_tokens'?", "unknown_parameter"),
            BadRequest(#""guided_json": {}"#, "guided_json", "not a field", "unknown_parameter"),
            BadRequest(
                #""response_format": {"type": "json_object"}"#, "response_format.type",
                "'json_object' is not supported"),
            BadRequest(#""functions": []"#, "functions", "use tools"),
            BadRequest(#""function_call": "auto""#, "function_call", "use tool_choice"),
            BadRequest(#""tool_choice": "required""#, "tool_choice", "found the string"),
            BadRequest(
                #""tool_choice": {"type": "function", "function": {"name": "f"}}"#, "tool_choice",
                "found an object"),
            BadRequest(#""modalities": ["text", "audio"]"#, "modalities", "only"),
            BadRequest(#""audio": {}"#, "audio", "answers are text"),
            BadRequest(#""best_of": 2"#, "best_of", "may be 1 only"),
            BadRequest(#""echo": true"#, "echo", "/v1/completions"),
            BadRequest(#""web_search_options": {}"#, "web_search_options", "does not search"),
            BadRequest(#""chat_template": "x""#, "chat_template", "own template"),
            BadRequest(#""service_tier": "flex""#, "service_tier", "'flex'"),
            BadRequest(#""verbosity": "low""#, "verbosity", "medium"),
            BadRequest(
                #""parallel_tool_calls": false, "tools": [{"function": {"name": "f"}}]"#,
                "parallel_tool_calls", "cannot be false"),
            BadRequest(#""continue_final_message": true"#, "continue_final_message", "completions"),
        ])
    func unsupported(bad: BadRequest) throws {
        var bad = bad
        if bad.code == "invalid_value" { bad.code = "unsupported_parameter" }
        check(try OpenAIBench(writing: ["x"]).chat(bad.fields), bad)
    }

    @Test(
        "messages are checked one by one, and the error has the path",
        arguments: [
            BadRequest("{}", "messages", "required", "missing_required_parameter"),
            BadRequest(
                #"{"messages": "Hi"}"#, "messages", #"found the string "Hi""#, "invalid_type"),
            BadRequest(#"{"messages": []}"#, "messages", "must hold 1 to 4096 messages, found 0"),
            BadRequest(
                #"{"messages": ["Hi"]}"#, "messages[0]", "expected an object", "invalid_type"),
            BadRequest(
                #"{"messages": [{"content": "a"}]}"#, "messages[0].role", "required",
                "missing_required_parameter"),
            BadRequest(
                #"{"messages": [{"role": "robot", "content": "a"}]}"#, "messages[0].role",
                "found 'robot'"),
            BadRequest(
                #"{"messages": [{"role": "user"}]}"#, "messages[0].content", "required",
                "missing_required_parameter"),
            BadRequest(
                #"{"messages": [{"role": "user", "content": "a"}, {"role": "user", "content": 3}]}"#,
                "messages[1].content",
                "expected a string or an array of content parts, found the number 3",
                "invalid_type"),
            BadRequest(
                #"{"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}"#,
                "messages[0].content[0].type", "'image_url' is not supported",
                "unsupported_parameter"),
            BadRequest(
                #"{"messages": [{"role": "user", "content": [{"type": "text"}]}]}"#,
                "messages[0].content[0].text", "required", "missing_required_parameter"),
            BadRequest(
                #"{"messages": [{"role": "user", "content": "a", "mood": 1}]}"#,
                "messages[0].mood", "not a field", "unknown_parameter"),
            BadRequest(
                #"""
                {"messages": [{"role": "assistant", "tool_calls": [{"id": "1", "type": "function",
                 "function": {"name": "f", "arguments": "{"}}]}]}
                """#, "messages[0].tool_calls[0].function.arguments", "must be a JSON object"),
        ])
    func messages(bad: BadRequest) throws {
        check(try OpenAIBench(writing: ["x"]).post("/v1/chat/completions", bad.fields), bad)
    }

    @Test(
        "bodies that are not a JSON object are 400",
        arguments: [
            "", "{", "[]", "null", "\"x\"", #"{"messages": [}"#, "\u{FEFF}", "\u{FEFF}\u{FEFF}{}",
        ])
    func notJSON(body: String) throws {
        let exchange = try OpenAIBench(writing: ["x"]).post("/v1/chat/completions", body)
        #expect(exchange.status == 400)
        #expect(exchange.json["error"]?["message"]?.stringValue?.contains("body") == true)
    }

    @Test("a model that is not here is 404 model_not_found")
    func unknownModel() throws {
        let server = try OpenAIBench(writing: ["x"])
        let exchange = server.chat(#""model": "gpt-4""#)
        #expect(exchange.status == 404)
        #expect(exchange.json["error"]?["code"] == "model_not_found")
        #expect(exchange.json["error"]?["param"] == "model")
        #expect(exchange.json["error"]?["message"]?.stringValue?.contains("'org/tiny'") == true)
        let one = server.bench.send(server.endpoints, "GET", "/v1/models/gpt-4")
        #expect(one.status == 404)
    }

    @Test("a prompt too long for the context is refused with its length")
    func contextTooLong() throws {
        let server = try OpenAIBench(writing: ["x"], contextMax: 19)
        let exchange = server.chat()
        #expect(exchange.status == 400)
        #expect(exchange.json["error"]?["code"] == "context_length_exceeded")
        #expect(exchange.json["error"]?["param"] == "messages")
        #expect(exchange.json["error"]?["message"]?.stringValue?.contains("has 19 tokens") == true)
        #expect(server.bench.service.permitsHeld == 0)
        #expect(try OpenAIBench(writing: ["x"], contextMax: 20).chat().status == nil)
    }

    @Test("prompts that could never wait together are refused for good, whatever their number")
    func manyPrompts() throws {
        let server = try OpenAIBench(writing: ["x"])
        let ids = Array(repeating: "7", count: 4000).joined(separator: ",")
        let prompts = Array(repeating: "[\(ids)]", count: 128).joined(separator: ",")
        func exchange(contextMax: Int, queueTokensMax: Int) throws -> MemoryExchange {
            let server = try OpenAIBench(
                contextMax: contextMax,
                limits: ServiceLimits(choicesMax: 64, queueTokensMax: queueTokensMax)
            ) { codec, _, _ in .texts(codec, []) }
            let exchange = server.complete(#""prompt": [\#(prompts)]"#)
            if exchange.status == nil { server.bench.port.runNext() }
            server.bench.settle()
            #expect(server.bench.service.permitsHeld == 0)
            return exchange
        }
        #expect(try exchange(contextMax: 4096, queueTokensMax: 128 * 4000).status == 200)
        let refused = try exchange(contextMax: 4096, queueTokensMax: 128 * 4000 - 1)
        #expect(refused.status == 400)
        #expect(refused.json["error"]?["code"] == "request_too_large")
        #expect(refused.json["error"]?["param"] == "prompt")
        #expect(server.bench.service.permitsHeld == 0)
    }

    @Test("what the engine refuses late is told as if it had come at once")
    func lateRejection() throws {
        for rejection in [
            Rejection.queueFull(retryAfter: .seconds(9)),
            .promptTooLong(tokens: 9, max: 8), .unavailable, .hopeless,
            .invalid(InvalidParameter("n", "is 65, must be 1 to 64")),
        ] {
            let server = try OpenAIBench(pieces: ["a"]) { _, _, _ in
                ScriptedService.Choice([], failure: GenerationFailure(rejection))
            }
            let late = server.chat()
            server.bench.settle()
            server.bench.service.reject(rejection)
            let early = server.chat()
            #expect(late.status == early.status)
            #expect(late.headers["retry-after"] == early.headers["retry-after"])
            #expect(late.json == early.json)
        }
    }

    @Test("a model without a chat template refuses chats, not completions")
    func noTemplate() throws {
        let server = try OpenAIBench(hasTemplate: false) { codec, _, _ in .texts(codec, ["x"]) }
        let exchange = server.chat()
        #expect(exchange.status == 400)
        #expect(exchange.json["error"]?["code"] == "no_chat_template")
        #expect(server.complete(#""prompt": "a""#).status == nil)
    }

    @Test("the template's own objection reaches the client")
    func templateRaises() throws {
        let server = try OpenAIBench(writing: ["x"])
        let exchange = server.post(
            "/v1/chat/completions", #"{"messages": [{"role": "tool", "content": "a"}]}"#)
        #expect(exchange.status == 400)
        #expect(exchange.json["error"]?["message"] == "tool without a call")
    }

    @Test(
        "a full queue is 429 with Retry-After, a model that is not there 503",
        arguments: [true, false])
    func rejected(atSubmit: Bool) throws {
        let server = try OpenAIBench(writing: ["x"])
        func reject(_ rejection: Rejection?) {
            if atSubmit {
                server.bench.service.rejectSubmit(rejection)
            } else {
                server.bench.service.reject(rejection)
            }
        }
        reject(.queueFull(retryAfter: .milliseconds(6100)))
        let full = server.chat()
        #expect(full.status == 429)
        #expect(full.headers["retry-after"] == "7")
        #expect(full.json["error"]?["type"] == "rate_limit_error")
        reject(.unavailable)
        let unavailable = server.chat(#""stream": true"#)
        #expect(unavailable.status == 503)
        #expect(unavailable.headers["retry-after"] == "1")
        reject(.hopeless)
        #expect(server.chat().status == 504)
        #expect(server.bench.service.permitsHeld == 0)
    }
}
