import API
import APITestSupport
import Generation
import HTTP
import JSON
import OpenAI
import Testing

/// A bench with OpenAI's endpoints.
struct OpenAIBench {
    let bench: Bench
    let endpoints: Endpoints

    init(
        pieces: [String] = [], contextMax: Int = 4096, hasTemplate: Bool = true,
        readNames: Set<String>? = nil,
        defaults: GenerationDefaults = GenerationDefaults(),
        limits: ServiceLimits = ScriptedService.limits,
        salting: CacheSalting = CacheSalting(),
        script: @escaping @Sendable (TinyCodec, GenerationRequest, Int) -> ScriptedService.Choice
    ) throws {
        bench = try Bench(
            pieces: pieces, contextMax: contextMax, hasTemplate: hasTemplate, readNames: readNames,
            defaults: defaults, limits: limits, salting: salting, script: script)
        endpoints = Endpoints(OpenAIEndpoints(bench.context).endpoints)
    }

    /// Every choice writes these pieces.
    init(
        writing pieces: [String], _ reason: FinishReason = .stop, contextMax: Int = 4096
    ) throws {
        try self.init(pieces: pieces, contextMax: contextMax) { codec, _, _ in
            .texts(codec, pieces, reason)
        }
    }

    func post(_ path: String, _ body: String, headers: HTTPHeaders = [:]) -> MemoryExchange {
        bench.send(endpoints, "POST", path, body, headers: headers)
    }

    func chat(_ fields: String = "", headers: HTTPHeaders = [:]) -> MemoryExchange {
        let more = fields.isEmpty ? "" : ", \(fields)"
        let messages = #""messages": [{"role": "user", "content": "Hi"}]"#
        return post("/v1/chat/completions", "{\(messages)\(more)}", headers: headers)
    }

    func complete(_ fields: String) -> MemoryExchange {
        post("/v1/completions", "{\(fields)}")
    }
}

@Suite struct ChatTests {
    @Test("a whole answer has OpenAI's shape, and nothing else")
    func wholeShape() throws {
        let server = try OpenAIBench(writing: ["Hello", " there"])
        let exchange = server.chat()
        server.bench.settle()
        #expect(exchange.status == 200)
        #expect(exchange.headers["content-type"] == "application/json")
        let id = exchange.json["id"]?.stringValue ?? ""
        #expect(id.hasPrefix("chatcmpl-") && id.utf8.count == 9 + 32)
        #expect(
            exchange.json == [
                "id": .string(id), "object": "chat.completion", "created": 1_750_000_000,
                "model": "org/tiny", "system_fingerprint": "fp_test",
                "choices": [
                    [
                        "index": 0,
                        "message": [
                            "role": "assistant", "content": "Hello there", "refusal": nil,
                        ],
                        "logprobs": nil, "finish_reason": "stop",
                    ]
                ],
                "usage": [
                    "prompt_tokens": 19, "completion_tokens": 3, "total_tokens": 22,
                    "prompt_tokens_details": ["cached_tokens": 3],
                ],
            ])
    }

    @Test("a stream is the role, the text, the end, the usage, and [DONE]")
    func streamSequence() throws {
        let server = try OpenAIBench(writing: ["Hel", "lo"], .length)
        let exchange = server.chat(
            #""stream": true, "stream_options": {"include_usage": true}, "max_tokens": 2"#)
        #expect(exchange.status == nil)
        server.bench.settle()
        #expect(exchange.status == 200)
        #expect(exchange.headers["content-type"] == "text/event-stream; charset=utf-8")
        #expect(!exchange.isOpen)
        #expect(exchange.events.last == "[DONE]")
        let chunks = exchange.chunks
        let id = chunks[0]["id"] ?? nil
        func chunk(_ delta: JSONValue, _ reason: JSONValue) -> JSONValue {
            [
                "id": id, "object": "chat.completion.chunk", "created": 1_750_000_000,
                "model": "org/tiny", "system_fingerprint": "fp_test",
                "choices": [
                    ["index": 0, "delta": delta, "logprobs": nil, "finish_reason": reason]
                ],
                "usage": nil,
            ]
        }
        #expect(
            chunks == [
                chunk(["role": "assistant", "content": ""], nil),
                chunk(["content": "Hel"], nil), chunk(["content": "lo"], nil),
                chunk([:], "length"),
                [
                    "id": id, "object": "chat.completion.chunk", "created": 1_750_000_000,
                    "model": "org/tiny", "system_fingerprint": "fp_test", "choices": [],
                    "usage": [
                        "prompt_tokens": 19, "completion_tokens": 2, "total_tokens": 21,
                        "prompt_tokens_details": ["cached_tokens": 3],
                    ],
                ],
            ])
    }

    @Test("a stream without include_usage has no usage at all")
    func streamWithoutUsage() throws {
        let server = try OpenAIBench(writing: ["x"])
        let exchange = server.chat(#""stream": true"#)
        server.bench.settle()
        #expect(exchange.chunks.count == 3)
        #expect(exchange.chunks.allSatisfy { $0["usage"] == nil })
        #expect(exchange.events.last == "[DONE]")
    }

    @Test("tokens leave as they come, not at the end")
    func streamsAtOnce() throws {
        let server = try OpenAIBench(writing: ["a", "b"])
        let exchange = server.chat(#""stream": true"#)
        server.bench.step()
        #expect(exchange.chunks.count == 2)
        server.bench.step()
        #expect(exchange.chunks.count == 3)
    }

    @Test(
        "a stop string cuts the text, ends the choice at the engine, and usage counts to the match")
    func stopString() throws {
        for isStreaming in [false, true] {
            let server = try OpenAIBench(writing: ["one ", "t", "wo", " three", " four"])
            let exchange = server.chat(
                #""stop": ["two", "zzz"], "stream": \#(isStreaming), "#
                    + #""stream_options": \#(isStreaming ? #"{"include_usage": true}"# : "null")"#)
            server.bench.settle()
            let text: String
            let reason: JSONValue?
            let usage: JSONValue?
            if isStreaming {
                let deltas = exchange.chunks.compactMap { $0["choices"]?[0]?["delta"]?["content"] }
                text = deltas.compactMap(\.stringValue).joined()
                reason = exchange.chunks.dropLast().last?["choices"]?[0]?["finish_reason"]
                usage = exchange.chunks.last?["usage"]
            } else {
                text = exchange.json["choices"]?[0]?["message"]?["content"]?.stringValue ?? "?"
                reason = exchange.json["choices"]?[0]?["finish_reason"]
                usage = exchange.json["usage"]
            }
            #expect(text == "one ")
            #expect(reason == "stop")
            #expect(usage?["completion_tokens"] == 3)
            #expect(usage?["prompt_tokens_details"]?["cached_tokens"] == 3)
            #expect(server.bench.service.cancelledChoices == [0])
            #expect(server.bench.service.runningCount == 0)
        }
    }

    @Test("n choices are told apart, and a stop string in one leaves the others alone")
    func choices() throws {
        let server = try OpenAIBench(pieces: ["a", "b", "STOP"]) { codec, _, choice in
            .texts(codec, choice == 1 ? ["a", "STOP", "b", "b"] : ["b", "a", "b"], .stop)
        }
        let exchange = server.chat(#""n": 3, "stop": "STOP""#)
        server.bench.settle()
        let choices = exchange.json["choices"]?.arrayValue ?? []
        #expect(choices.map { $0["index"] } == [0, 1, 2])
        #expect(choices.map { $0["message"]?["content"] } == ["bab", "a", "bab"])
        #expect(choices.allSatisfy { $0["finish_reason"] == "stop" })
        // Three and the stop token, twice; and two up to the match.
        #expect(exchange.json["usage"]?["completion_tokens"] == 10)
        #expect(exchange.json["usage"]?["prompt_tokens"] == 19)
        #expect(server.bench.service.requests.map(\.choices) == [3])
        #expect(server.bench.service.cancelledChoices == [1])
        #expect(server.bench.service.cancelled.isEmpty)
    }

    @Test("log-probabilities come in the chat form, token by token")
    func logprobs() throws {
        let server = try OpenAIBench(writing: ["A", "é"])
        let exchange = server.chat(#""logprobs": true, "top_logprobs": 2"#)
        server.bench.settle()
        let logprobs = exchange.json["choices"]?[0]?["logprobs"]
        #expect(logprobs?["refusal"] == .some(.null))
        #expect(
            logprobs?["content"] == [
                [
                    "token": "A", "logprob": -0.25, "bytes": [65],
                    "top_logprobs": [
                        ["token": "A", "logprob": -0.25, "bytes": [65]],
                        ["token": "A", "logprob": -1.25, "bytes": [65]],
                    ],
                ],
                [
                    "token": "é", "logprob": -0.25, "bytes": [195, 169],
                    "top_logprobs": [
                        ["token": "é", "logprob": -0.25, "bytes": [195, 169]],
                        ["token": "A", "logprob": -1.25, "bytes": [65]],
                    ],
                ],
            ])
    }

    @Test("streamed log-probabilities wait with their text, and those behind a stop string are cut")
    func streamedLogprobs() throws {
        let server = try OpenAIBench(writing: ["ab", "S", "x", "S", "TOP", "z"])
        let exchange = server.chat(#""logprobs": true, "stop": "STOP", "stream": true"#)
        server.bench.settle()
        let deltas = exchange.chunks.compactMap { chunk -> (String, [String])? in
            guard let choice = chunk["choices"]?[0],
                let tokens = choice["logprobs"]?["content"]?.arrayValue
            else { return nil }
            return (
                choice["delta"]?["content"]?.stringValue ?? "",
                tokens.compactMap { $0["token"]?.stringValue }
            )
        }
        #expect(deltas.map(\.0) == ["ab", "Sx"])
        #expect(deltas.map(\.1) == [["ab"], ["S", "x"]])
        #expect(server.bench.service.requests.first?.logprobs == 0)
    }

    @Test("the messages reach the template in its own form")
    func messages() throws {
        let server = try OpenAIBench(writing: ["k"])
        let exchange = server.post(
            "/v1/chat/completions",
            #"""
            {"messages": [
              {"role": "developer", "content": "Be brief."},
              {"role": "user", "name": "ann", "content": [{"type": "text", "text": "a"},
                                                          {"type": "text", "text": "b"}]},
              {"role": "assistant", "content": null, "tool_calls": [
                {"id": "c1", "type": "function",
                 "function": {"name": "f", "arguments": "{\"x\": 1}"}}]},
              {"role": "tool", "tool_call_id": "c1", "content": "42"}],
             "tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}],
             "tool_choice": "auto", "reasoning_effort": "low"}
            """#)
        server.bench.settle()
        #expect(exchange.status == 200)
        let prompt = server.bench.codec.decode(
            server.bench.service.requests[0].prompt, skipSpecial: false)
        #expect(
            prompt == """
                tools [{"type":"function","function":{"name":"f","parameters":{}}}]
                effort low
                system: Be brief.
                user(ann): a
                b
                assistant: [{"type":"function","id":"c1","function":\
                {"name":"f","arguments":{"x":1}}}]
                tool: 42
                assistant:
                """)
    }

    @Test("tools stay out of the prompt when none may be called; the generation prompt can as well")
    func templateSwitches() throws {
        let server = try OpenAIBench(writing: ["k"])
        _ = server.chat(
            #""tools": [{"type": "function", "function": {"name": "f"}}], "tool_choice": "none", "#
                + #""add_generation_prompt": false, "chat_template_kwargs": {"bos_token": "^"}"#)
        let prompt = server.bench.codec.decode(
            server.bench.service.requests[0].prompt, skipSpecial: false)
        #expect(prompt == "^user: Hi\n")
    }

    @Test("every sampling field reaches the engine")
    func sampling() throws {
        let server = try OpenAIBench(writing: ["k"])
        let exchange = server.chat(
            #"""
            "temperature": 0.5, "top_p": 0.75, "top_k": 7, "min_p": 0.125, "typical_p": 0.5,
            "presence_penalty": 1, "frequency_penalty": -1, "repetition_penalty": 1.25,
            "logit_bias": {"65": -100, "66": 2.5}, "seed": -1, "max_completion_tokens": 9,
            "min_tokens": 2, "stop_token_ids": [10], "priority": -3, "user": "u", "store": true,
            "metadata": {"a": "b"}, "service_tier": "auto", "n": 1, "model": "tiny",
            "response_format": {"type": "text"}, "parallel_tool_calls": true, "logprobs": false,
            "modalities": ["text"], "stop": null
            """#)
        #expect(exchange.status == nil, "\(exchange.text)")
        let request = try #require(server.bench.service.requests.first)
        #expect(
            request.sampling
                == SamplingParameters(
                    temperature: 0.5, topK: 7, topP: 0.75, minP: 0.125, typicalP: 0.5,
                    repetitionPenalty: 1.25, presencePenalty: 1, frequencyPenalty: -1,
                    logitBias: [65: -100, 66: 2.5], seed: .max))
        #expect(request.tokensMax == 9)
        #expect(request.tokensMin == 2)
        #expect(request.stopTokens == [TinyCodec.end, 10])
        #expect(request.priority == -3)
        #expect(request.logprobs == nil)
    }

    @Test("what a request leaves open comes from the model; seeds are drawn anew")
    func defaults() throws {
        let defaults = GenerationDefaults(temperature: 0.25, topP: 0.5, topK: 20)
        let server = try OpenAIBench(contextMax: 100, defaults: defaults) { codec, _, _ in
            .texts(codec, ["x"])
        }
        _ = server.chat()
        _ = server.chat(#""ignore_eos": true, "top_k": -1, "max_tokens": 100000"#)
        let requests = server.bench.service.requests
        #expect(requests[0].sampling.temperature == 0.25)
        #expect(requests[0].sampling.topP == 0.5)
        #expect(requests[0].sampling.topK == 20)
        #expect(requests[0].tokensMax == 100 - 19)
        #expect(requests[0].stopTokens == [TinyCodec.end])
        #expect(requests[1].sampling.topK == 0)
        #expect(requests[1].tokensMax == 100 - 19)
        #expect(requests[1].stopTokens.isEmpty)
        #expect(requests[0].sampling.seed != requests[1].sampling.seed)
    }

    @Test("wishes about time become deadlines from the request's first byte")
    func deadlines() throws {
        let server = try OpenAIBench(writing: ["k"])
        _ = server.chat(
            #""timeout": 2"#, headers: ["x-slo-ttft-ms": "250", "x-slo-tpot-ms": "12.5"])
        _ = server.chat("", headers: ["timeout": "0.5"])
        let requests = server.bench.service.requests
        let first = try #require(requests[0].deadline)
        let wish = try #require(requests[0].firstTokenDeadline)
        #expect(first - wish == .milliseconds(1750))
        #expect(requests[1].deadline != nil)
        #expect(requests[1].firstTokenDeadline == nil)
        for (name, value) in [
            ("x-slo-ttft-ms", "soon"), ("x-slo-tpot-ms", "-1"), ("timeout", "inf"),
            ("timeout", "nan"), ("timeout", "1e30"),
        ] {
            let exchange = server.chat("", headers: [name: value])
            #expect(exchange.status == 400)
            #expect(exchange.json["error"]?["param"] == .string(name))
        }
    }

    /// The prompt that the tiny template makes from messages, or the error.
    private func prompt(_ messages: String) throws -> String {
        let server = try OpenAIBench(writing: ["x"])
        let exchange = server.post("/v1/chat/completions", #"{"messages": [\#(messages)]}"#)
        guard let request = server.bench.service.requests.first else { return exchange.text }
        return String(decoding: request.prompt.map { UInt8($0) }, as: UTF8.self)
    }

    @Test(
        "an assistant that only calls tools has said nothing, however its content is left out",
        arguments: [#""content": null, "#, "", #""content": "", "#, #""content": [], "#])
    func toolCallsWithoutContent(content: String) throws {
        let text = try prompt(
            #"""
            {"role": "user", "content": "?"},
            {"role": "assistant", \#(content)"tool_calls": [{"id": "c", "type": "function",
              "function": {"name": "f", "arguments": "{}"}}]},
            {"role": "tool", "tool_call_id": "c", "content": "1"}
            """#)
        #expect(text.contains("\nassistant: [{"), "\(text)")
    }

    @Test("an answer of OpenAI's may be sent back as it came")
    func echoedAnswer() throws {
        let text = try prompt(
            #"""
            {"role": "user", "content": "?"},
            {"role": "assistant", "content": "yes", "refusal": null, "annotations": [],
             "audio": null, "function_call": null, "tool_calls": null, "reasoning": "hm",
             "reasoning_content": null},
            {"role": "assistant", "content": null, "refusal": "no", "annotations":
             [{"type": "url_citation", "url_citation": {"url": "x"}}]},
            {"role": "assistant", "content": [{"type": "refusal", "refusal": "never"}]}
            """#)
        #expect(
            text
                == "user: ?\nassistant: {hm}yes\nassistant: no\nassistant: never\nassistant:",
            "\(text)")
    }

    @Test("hints that ask for nothing are taken")
    func harmless() throws {
        for fields in [
            #""parallel_tool_calls": false"#, #""parallel_tool_calls": false, "tools": []"#,
            #""top_p": 0"#,
        ] {
            let server = try OpenAIBench(writing: ["x"])
            #expect(server.chat(fields).status == nil, "\(fields)")
        }
    }

    @Test("a byte order mark before the JSON is passed over")
    func byteOrderMark() throws {
        let server = try OpenAIBench(writing: ["x"])
        let body = "\u{FEFF}" + #"{"messages": [{"role": "user", "content": "a"}]}"#
        #expect(server.post("/v1/chat/completions", body).status == nil)
    }
}
