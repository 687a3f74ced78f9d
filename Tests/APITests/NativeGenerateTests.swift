import API
import APITestSupport
import Generation
import HTTP
import JSON
import Testing

@Suite struct NativeGenerateTests {
    @Test("a whole answer has the message's shape, and nothing else")
    func wholeShape() throws {
        let server = try NativeBench(writing: [" world", "!"])
        let exchange = server.call(
            "Generate",
            #"{"prompt": {"text": "Hello"}, "maxTokens": 9, "sampling": {"seed": "7"}}"#)
        #expect(exchange.status == 200)
        #expect(exchange.headers["content-type"] == "application/json")
        #expect(
            exchange.json == [
                "id": "test-1", "model": "org/tiny", "fingerprint": "fp_test", "seed": "7",
                "choices": [
                    [
                        "index": 0, "text": " world!", "finishReason": "FINISH_REASON_STOP",
                        "tokens": [],
                    ]
                ],
                "usage": ["promptTokens": 6, "completionTokens": 3, "cachedTokens": 3],
                "prompt": [],
            ])
        let request = server.requests[0]
        #expect(request.prompt == [TinyCodec.begin] + "Hello".utf8.map { Int32($0) })
        #expect(request.sampling.temperature == 0.5 && request.sampling.topK == 40)
        #expect(request.tokensMax == 9 && request.stopTokens == [TinyCodec.end])
        #expect(server.bench.service.permitsHeld == 0)
    }

    @Test("a long answer is written by another thread, and answered on the I/O thread")
    func longAnswers() throws {
        let prompt = String(repeating: "b", count: 300)
        for (method, most) in [("Generate", #""logprobs": 3, "#), ("Forward", "")] {
            let server = try NativeBench(writing: Array(repeating: "x", count: 300))
            let exchange = server.begin(
                method, #"{"prompt": {"text": "\#(prompt)"}, \#(most)"promptLogprobs": 3}"#)
            let goOn = server.bench.occupyWriter()
            server.bench.settle()
            #expect(exchange.isOpen)
            goOn()
            while exchange.isOpen { server.bench.port.runNext() }
            #expect(exchange.status == 200)
            #expect(exchange.json["prompt"]?.arrayValue?.count == 301)
        }
    }

    @Test("a stream is started, deltas, the ends of choices, and completed, as events or as lines")
    func streamSequence() throws {
        for (accept, type) in [
            ("", "text/event-stream; charset=utf-8"), ("*/*", "text/event-stream; charset=utf-8"),
            ("application/x-ndjson", "application/x-ndjson"),
            ("text/event-stream;q=0.5, Application/JSONL ; q=0.9", "application/jsonl"),
            ("application/jsonl;q=0, */*", "text/event-stream; charset=utf-8"),
        ] {
            let server = try NativeBench(writing: ["a", "b\n"])
            let exchange = server.call(
                "StreamGenerate", #"{"prompt": {"text": "x"}, "sampling": {"seed": 3}}"#,
                headers: accept.isEmpty ? [:] : ["accept": accept])
            #expect(exchange.status == 200 && !exchange.isOpen)
            #expect(exchange.headers["content-type"] == type)
            let messages =
                type.hasPrefix("text/")
                ? exchange.chunks
                : exchange.text.split(separator: "\n").compactMap {
                    try? JSONParser.parse(String($0))
                }
            #expect(
                messages == [
                    [
                        "started": [
                            "id": "test-1", "model": "org/tiny", "fingerprint": "fp_test",
                            "seed": "3", "prompt": [],
                        ]
                    ],
                    ["delta": ["index": 0, "text": "a", "tokens": []]],
                    ["delta": ["index": 0, "text": "b\n", "tokens": []]],
                    ["finished": ["index": 0, "finishReason": "FINISH_REASON_STOP"]],
                    [
                        "completed": [
                            "usage": [
                                "promptTokens": 2, "completionTokens": 3, "cachedTokens": 3,
                            ]
                        ]
                    ],
                ])
        }
    }

    @Test("several choices stand in one answer, and interleave in a stream")
    func choices() throws {
        func server() throws -> NativeBench {
            try NativeBench(pieces: ["a", "b"]) { codec, _, choice in
                .texts(codec, choice == 0 ? ["a", "a"] : ["b"], choice == 0 ? .length : .stop)
            }
        }
        let body = #"{"prompt": {"tokens": {"ids": [97, "98"]}}, "choices": 2}"#
        let whole = try server().call("Generate", body)
        #expect(whole.json["choices"]?[0]?["text"] == "aa")
        #expect(whole.json["choices"]?[0]?["finishReason"] == "FINISH_REASON_LENGTH")
        #expect(whole.json["choices"]?[1]?["text"] == "b")
        #expect(whole.json["choices"]?[1]?["index"] == 1)
        let streamed = try server().call("StreamGenerate", body)
        #expect(streamed.chunks.compactMap { $0["delta"]?["index"] } == [0, 1, 0])
        #expect(streamed.chunks.compactMap { $0["finished"]?["index"] } == [1, 0])
    }

    @Test("prompts may be a text, token ids or a chat")
    func prompts() throws {
        let forms: [(String, [Int32])] = [
            (#"{"text": "ab"}"#, [256, 97, 98]),
            (#"{"text": "ab", "addSpecialTokens": false}"#, [97, 98]),
            (#"{"text": ""}"#, [256]),
            (#"{"tokens": {"ids": [97, 257]}}"#, [97, 257]),
            (
                #"{"chat": {"messages": [{"role": "ROLE_USER", "content": "Hi"}]}}"#,
                "user: Hi\nassistant:".utf8.map { Int32($0) }
            ),
        ]
        for (prompt, tokens) in forms {
            let server = try NativeBench(writing: ["x"])
            let exchange = server.call("Generate", #"{"prompt": \#(prompt)}"#)
            #expect(exchange.status == 200, "\(exchange.text)")
            #expect(server.requests.first?.prompt == tokens, "\(prompt)")
        }
    }

    @Test("more choices than run at once are refused by name and limit")
    func tooManyChoices() throws {
        let server = try NativeBench(writing: ["x"])
        let exchange = server.call("Generate", #"{"prompt": {"text": "a"}, "choices": 65}"#)
        #expect(exchange.status == 400)
        #expect(exchange.json["field"] == "choices")
        #expect(exchange.json["message"] == "choices must be from 1 to 64, found 65")
    }

    @Test("a chat brings tools, calls, names and the template's own variables to the template")
    func chat() throws {
        let server = try NativeBench(writing: ["x"])
        _ = server.call(
            "Generate",
            #"""
            {"prompt": {"chat": {
              "messages": [
                {"role": "ROLE_DEVELOPER", "content": "Be brief"},
                {"role": 3, "content": "Hi", "name": "Ann"},
                {"role": "ROLE_ASSISTANT",
                 "tool_calls": [{"id": "c", "name": "f", "arguments": {"x": 1}}]},
                {"role": "ROLE_TOOL", "content": "ok", "toolCallId": "c"}],
              "tools": [{"name": "f", "description": "d", "parameters": {"type": "object"}}],
              "addGenerationPrompt": false,
              "templateVariables": {"reasoning_effort": "low"}}}}
            """#)
        let text = server.requests.first.map {
            server.bench.codec.decode($0.prompt, skipSpecial: false)
        }
        #expect(
            text == #"""
                tools [{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"}}}]
                effort low
                system: Be brief
                user(Ann): Hi
                assistant: [{"type":"function","id":"c","function":{"name":"f","arguments":{"x":1}}}]
                tool: ok

                """#)
    }

    @Test("log-probabilities and tokens come for the answer and for the prompt")
    func logprobs() throws {
        for isStreaming in [false, true] {
            let server = try NativeBench { _, _, _ in ScriptedService.Choice([0xC3, 0xA9]) }
            let exchange = server.call(
                isStreaming ? "StreamGenerate" : "Generate",
                #"{"prompt": {"text": "b"}, "logprobs": 2, "promptLogprobs": 1}"#)
            let tokens =
                isStreaming
                ? exchange.chunks.flatMap { $0["delta"]?["tokens"]?.arrayValue ?? [] }
                : exchange.json["choices"]?[0]?["tokens"]?.arrayValue ?? []
            #expect(
                tokens == [
                    [
                        "id": 195, "bytes": "ww==", "logprob": -0.25,
                        "top": [
                            ["id": 195, "bytes": "ww==", "logprob": -0.25],
                            ["id": 65, "bytes": "QQ==", "logprob": -1.25],
                        ],
                    ],
                    [
                        "id": 169, "bytes": "qQ==", "logprob": -0.25,
                        "top": [
                            ["id": 169, "bytes": "qQ==", "logprob": -0.25],
                            ["id": 65, "bytes": "QQ==", "logprob": -1.25],
                        ],
                    ],
                ])
            let prompt = isStreaming ? exchange.chunks[0]["started"] : exchange.json
            #expect(
                prompt?["prompt"] == [
                    ["id": 256, "bytes": "PHM+", "top": []],
                    [
                        "id": 98, "bytes": "Yg==", "logprob": -0.25,
                        "top": [["id": 98, "bytes": "Yg==", "logprob": -0.25]],
                    ],
                ])
        }
    }

    @Test("tokens are shown without log-probabilities where they are wanted")
    func tokens() throws {
        let server = try NativeBench(writing: ["ab", "c"])
        let exchange = server.call(
            "Generate", #"{"prompt": {"text": "b"}, "return_tokens": true}"#)
        #expect(
            exchange.json["choices"]?[0]?["tokens"] == [
                ["id": 258, "bytes": "YWI=", "top": []], ["id": 259, "bytes": "Yw==", "top": []],
            ])
        #expect(exchange.json["prompt"]?.arrayValue?.map { $0["id"] } == [256, 98])
        #expect(server.requests[0].logprobs == nil && server.requests[0].promptLogprobs == nil)
    }

    @Test("every option reaches the engine")
    func options() throws {
        let server = try NativeBench(writing: ["x"])
        let received = ContinuousClock.now
        let exchange = server.call(
            "Generate",
            #"""
            {"prompt": {"text": "b"}, "max_tokens": 50, "min_tokens": 2, "choices": 3,
             "stop": ["END"], "stop_token_ids": [5], "ignore_end_tokens": true, "priority": -4,
             "deadlines": {"total": "100s", "first_token": "50s"},
             "sampling": {"temperature": 0, "top_k": 3, "top_p": 0.5, "min_p": 0.1,
               "typical_p": 0.9, "repetition_penalty": 1.1, "presence_penalty": 0.2,
               "frequency_penalty": 0.3, "logit_bias": {"65": -100}, "seed": 18}}
            """#)
        #expect(exchange.status == 200, "\(exchange.text)")
        let request = try #require(server.requests.first)
        #expect(request.tokensMax == 50 && request.tokensMin == 2 && request.choices == 3)
        #expect(request.stopTokens == [5] && request.priority == -4)
        #expect((request.deadline ?? received) - received > .seconds(90))
        #expect((request.firstTokenDeadline ?? received) - received > .seconds(40))
        #expect(
            request.sampling
                == SamplingParameters(
                    temperature: 0, topK: 3, topP: 0.5, minP: 0.1, typicalP: 0.9,
                    repetitionPenalty: 1.1, presencePenalty: 0.2, frequencyPenalty: 0.3,
                    logitBias: [65: -100], seed: 18))
    }

    @Test("stop texts cut the answer, or stay in it")
    func stops() throws {
        for (more, text) in [("", "a"), (#", "includeStop": true"#, "abc")] {
            let server = try NativeBench(writing: ["ab", "cd"])
            let exchange = server.call(
                "Generate", #"{"prompt": {"text": "x"}, "stop": ["bc"]\#(more)}"#)
            #expect(exchange.json["choices"]?[0]?["text"] == .string(text))
            #expect(exchange.json["choices"]?[0]?["finishReason"] == "FINISH_REASON_STOP")
        }
    }

    @Test("a client that goes away cancels its request")
    func disconnect() throws {
        let server = try NativeBench(writing: ["a", "b", "c", "d"])
        let exchange = server.begin("StreamGenerate", #"{"prompt": {"text": "x"}}"#)
        server.bench.step(2)
        exchange.disconnect()
        #expect(server.bench.service.cancelled == server.requests.map(\.id))
        server.bench.settle()
        #expect(server.bench.context.sinks.sink(for: exchange.port).count == 0)
    }
}
