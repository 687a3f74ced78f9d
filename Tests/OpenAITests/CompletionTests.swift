import API
import APITestSupport
import Generation
import JSON
import OpenAI
import Testing

@Suite struct CompletionTests {
    @Test("a whole answer has OpenAI's shape, and nothing else")
    func wholeShape() throws {
        let server = try OpenAIBench(writing: [" world", "!"])
        let exchange = server.complete(#""model": "org/tiny", "prompt": "Hello", "max_tokens": 9"#)
        server.bench.settle()
        let id = exchange.json["id"]?.stringValue ?? ""
        #expect(id.hasPrefix("cmpl-"))
        #expect(
            exchange.json == [
                "id": .string(id), "object": "text_completion", "created": 1_750_000_000,
                "model": "org/tiny", "system_fingerprint": "fp_test",
                "choices": [
                    [
                        "index": 0, "text": " world!", "logprobs": nil, "finish_reason": "stop",
                    ]
                ],
                "usage": [
                    "prompt_tokens": 6, "completion_tokens": 3, "total_tokens": 9,
                    "prompt_tokens_details": ["cached_tokens": 3],
                ],
            ])
        #expect(
            server.bench.service.requests[0].prompt
                == [TinyCodec.begin] + "Hello".utf8.map { Int32($0) })
    }

    @Test("a stream is the text, the end, the usage, and [DONE]")
    func streamSequence() throws {
        let server = try OpenAIBench(writing: ["a", "b"])
        let exchange = server.complete(
            #""prompt": "x", "stream": true, "stream_options": {"include_usage": true}"#)
        server.bench.settle()
        let choices = exchange.chunks.map { $0["choices"] }
        #expect(
            choices == [
                [["index": 0, "text": "a", "logprobs": nil, "finish_reason": nil]],
                [["index": 0, "text": "b", "logprobs": nil, "finish_reason": nil]],
                [["index": 0, "text": "", "logprobs": nil, "finish_reason": "stop"]],
                [],
            ])
        #expect(exchange.chunks.allSatisfy { $0["object"] == "text_completion" })
        #expect(exchange.chunks.last?["usage"]?["completion_tokens"] == 3)
        #expect(exchange.events.last == "[DONE]")
    }

    @Test("prompts may be a text, texts, token ids, or several of those")
    func promptForms() throws {
        let forms: [(String, [[Int32]])] = [
            (#""ab""#, [[256, 97, 98]]), (#"["a", "b"]"#, [[256, 97], [256, 98]]),
            ("[97, 98]", [[97, 98]]), ("[[97], [98, 99]]", [[97], [98, 99]]),
        ]
        for (prompt, expected) in forms {
            let server = try OpenAIBench(writing: ["x"])
            let exchange = server.complete(#""prompt": \#(prompt), "n": 2"#)
            server.bench.settle()
            #expect(server.bench.service.requests.map(\.prompt) == expected)
            let choices = exchange.json["choices"]?.arrayValue ?? []
            #expect(choices.map { $0["index"]?.integerValue } == Array(0..<expected.count * 2))
            #expect(
                exchange.json["usage"]?["prompt_tokens"]?.integerValue
                    == expected.reduce(0) { $0 + $1.count })
            #expect(server.bench.service.reserved.count == expected.count)
            #expect(server.bench.service.permitsHeld == 0)
        }
    }

    @Test(
        "other prompts are refused with their path",
        arguments: [
            ("{}", "prompt"), ("3", "prompt"), ("[]", "prompt"), ("[1, \"a\"]", "prompt[1]"),
            ("[\"a\", 1]", "prompt[1]"), ("[[1], \"a\"]", "prompt[1]"), ("[1, -1]", "prompt[1]"),
            ("[[1, 300]]", "prompt[0][1]"), ("[1.5]", "prompt[0]"), ("[true]", "prompt[0]"),
            ("[4294967297]", "prompt[0]"), ("[[]]", "prompt"), ("null", "prompt"),
        ])
    func badPrompts(prompt: String, param: String) throws {
        let exchange = try OpenAIBench(writing: ["x"]).complete(#""prompt": \#(prompt)"#)
        #expect(exchange.status == 400)
        #expect(exchange.json["error"]?["param"] == .string(param), "\(exchange.text)")
    }

    @Test("an empty text is a prompt where the tokenizer begins texts, and none where it does not")
    func emptyText() throws {
        let server = try OpenAIBench(writing: ["x"])
        #expect(server.complete(#""prompt": """#).status == nil)
        let bare = server.complete(#""prompt": "", "add_special_tokens": false"#)
        #expect(bare.status == 400)
        #expect(bare.json["error"]?["code"] == "empty_prompt")
    }

    @Test("log-probabilities come in the completions form, with offsets in characters")
    func logprobs() throws {
        let server = try OpenAIBench(writing: ["é", "B"])
        let exchange = server.complete(#""prompt": "x", "logprobs": 2"#)
        server.bench.settle()
        #expect(
            exchange.json["choices"]?[0]?["logprobs"] == [
                "text_offset": [0, 1], "token_logprobs": [-0.25, -0.25], "tokens": ["é", "B"],
                "top_logprobs": [["é": -0.25, "A": -1.25], ["B": -0.25, "A": -1.25]],
            ])
    }

    @Test("tokens that are no whole characters are spelled as bytes")
    func partialTokens() throws {
        let server = try OpenAIBench { _, _, _ in ScriptedService.Choice([0xC3, 0xA9]) }
        let exchange = server.complete(#""prompt": "x", "logprobs": 0"#)
        server.bench.settle()
        let choice = exchange.json["choices"]?[0]
        #expect(choice?["text"] == "é")
        #expect(choice?["logprobs"]?["tokens"] == ["bytes:\\xc3", "bytes:\\xa9"])
        #expect(choice?["logprobs"]?["text_offset"] == [0, 0])
    }

    @Test("echo puts the prompt before the text, with its log-probabilities if wanted")
    func echo() throws {
        for isStreaming in [false, true] {
            let server = try OpenAIBench(writing: ["c"])
            let exchange = server.complete(
                #""prompt": "éb", "echo": true, "logprobs": 1, "stream": \#(isStreaming)"#)
            server.bench.settle()
            let choices =
                isStreaming
                ? exchange.chunks.compactMap { $0["choices"]?[0] }
                : [exchange.json["choices"]?[0] ?? nil]
            let text = choices.compactMap { $0["text"]?.stringValue }.joined()
            #expect(text == "ébc")
            func all(_ key: String) -> [JSONValue] {
                choices.flatMap { $0["logprobs"]?[key]?.arrayValue ?? [] }
            }
            #expect(all("tokens") == ["<s>", "bytes:\\xc3", "bytes:\\xa9", "b", "c"])
            #expect(all("text_offset") == [0, 0, 0, 1, 2])
            #expect(all("token_logprobs") == [nil, -0.25, -0.25, -0.25, -0.25])
            #expect(all("top_logprobs").first == .some(.null))
            #expect(server.bench.service.requests[0].promptLogprobs == 1)
        }
    }

    @Test("max_tokens 0 with echo only scores the prompt")
    func scoring() throws {
        let server = try OpenAIBench(writing: ["never"])
        let exchange = server.complete(
            #""prompt": [97, 98], "echo": true, "logprobs": 0, "max_tokens": 0"#)
        server.bench.settle()
        #expect(server.bench.service.requests[0].kind == .forward)
        let choice = exchange.json["choices"]?[0]
        #expect(choice?["text"] == "ab")
        #expect(choice?["finish_reason"] == "length")
        #expect(choice?["logprobs"]?["token_logprobs"] == [nil, -0.25])
        #expect(exchange.json["usage"]?["completion_tokens"] == 0)
    }

    @Test(
        "what a pass without tokens may not have is refused before the prompt is read",
        arguments: [
            (#""max_tokens": 0"#, "max_tokens", "may be 0 only with echo"),
            (#""max_completion_tokens": 0"#, "max_completion_tokens", "may be 0 only with echo"),
            (#""max_tokens": 0, "echo": true, "n": 2"#, "n", "may be 1 only with max_tokens 0"),
            (
                #""max_completion_tokens": 0, "echo": true, "n": 2"#, "n",
                "may be 1 only with max_completion_tokens 0"
            ),
            (#""max_tokens": 0, "echo": true, "min_tokens": 1"#, "min_tokens", "more than the 0"),
        ])
    func badScoring(fields: String, param: String, words: String) throws {
        let server = try OpenAIBench(writing: ["never"])
        let exchange = server.complete(#""prompt": "a", \#(fields)"#)
        #expect(exchange.status == 400)
        #expect(exchange.json["error"]?["param"] == .string(param))
        #expect(exchange.json["error"]?["message"]?.stringValue?.contains(words) == true)
        #expect(server.bench.service.reserved.isEmpty)
    }

    @Test("without max_tokens a completion has OpenAI's 16")
    func defaultLength() throws {
        let server = try OpenAIBench(writing: Array(repeating: "x", count: 20))
        let exchange = server.complete(#""prompt": "a""#)
        server.bench.settle()
        #expect(exchange.json["choices"]?[0]?["text"]?.stringValue?.count == 16)
        #expect(exchange.json["choices"]?[0]?["finish_reason"] == "length")
    }

    @Test("suffix and best_of are refused unless they say nothing")
    func refused() throws {
        let server = try OpenAIBench(writing: ["x"])
        for (fields, param) in [
            (#""suffix": "end""#, "suffix"), (#""best_of": 3"#, "best_of"),
            (#""messages": []"#, "messages"),
        ] {
            let exchange = server.complete(#""prompt": "a", \#(fields)"#)
            #expect(exchange.status == 400)
            #expect(exchange.json["error"]?["param"] == .string(param))
        }
        let fine = server.complete(#""prompt": "a", "best_of": 1, "suffix": null"#)
        #expect(fine.status == nil)
    }

    @Test("the answers of one request are bounded")
    func answersMax() throws {
        let server = try OpenAIBench(writing: ["x"])
        let prompts = Array(repeating: "\"a\"", count: 128).joined(separator: ",")
        let many = server.complete(#""prompt": [\#(prompts)], "n": 5"#)
        #expect(many.status == 400)
        #expect(many.json["error"]?["param"] == "n")
        let most = server.complete(#""prompt": [\#(prompts), "a"]"#)
        #expect(most.json["error"]?["param"] == "prompt")
    }

    @Test("models are listed, and found by names with slashes and by aliases")
    func models() throws {
        let server = try OpenAIBench(writing: ["x"])
        let model: JSONValue = [
            "id": "org/tiny", "object": "model", "created": 1_700_000_000,
            "owned_by": "switchyard", "root": "org/tiny", "parent": nil, "max_model_len": 4096,
        ]
        let list = server.bench.send(server.endpoints, "GET", "/v1/models")
        #expect(list.json == ["object": "list", "data": [model]])
        for name in ["org/tiny", "org%2Ftiny", "tiny"] {
            let one = server.bench.send(server.endpoints, "GET", "/v1/models/\(name)")
            #expect(one.json == model)
        }
    }
}
