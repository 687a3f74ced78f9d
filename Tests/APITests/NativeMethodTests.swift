import API
import APITestSupport
import Generation
import HTTP
import JSON
import Testing

/// The methods besides generation, and errors.
@Suite struct NativeMethodTests {
    @Test("Forward answers what follows the prompt, and the prompt's log-probabilities")
    func forward() throws {
        let server = try NativeBench(writing: ["x"])
        let exchange = server.call(
            "Forward", #"{"prompt": {"tokens": {"ids": [97, 98]}}, "top": 2, "promptLogprobs": 0}"#)
        #expect(
            exchange.json == [
                "id": "test-1", "model": "org/tiny", "fingerprint": "fp_test",
                "next": [
                    ["id": 64, "bytes": "QA==", "logprob": -0.25],
                    ["id": 65, "bytes": "QQ==", "logprob": -1.25],
                ],
                "usage": ["promptTokens": 2, "completionTokens": 0, "cachedTokens": 3],
                "prompt": [
                    ["id": 97, "bytes": "YQ==", "top": []],
                    ["id": 98, "bytes": "Yg==", "logprob": -0.25, "top": []],
                ],
            ])
        let request = server.requests[0]
        #expect(request.kind == .forward && request.logprobs == 2 && request.promptLogprobs == 0)
        let plain = try NativeBench(writing: ["x"]).call("Forward", #"{"prompt": {"text": "a"}}"#)
        #expect(plain.json["next"]?.arrayValue?.count == 1)
        #expect(plain.json["prompt"] == [])
    }

    @Test("a prompt that fills the context may be passed forward, but not answered")
    func fullContext() throws {
        let server = try NativeBench(writing: ["x"], contextMax: 4)
        let prompt = #"{"prompt": {"tokens": {"ids": [1, 2, 3, 4]}}}"#
        #expect(server.call("Forward", prompt).status == 200)
        let refused = server.call("Generate", prompt)
        #expect(refused.status == 400)
        #expect(refused.json["reason"] == "context_length_exceeded")
        #expect(refused.json["code"] == "invalid_argument")
    }

    @Test("Tokenize and Detokenize are each other's inverse")
    func tokenize() throws {
        let server = try NativeBench(writing: ["x"])
        #expect(
            server.call("Tokenize", #"{"prompt": {"text": "hé"}, "return_bytes": true}"#).json == [
                "model": "org/tiny", "ids": [256, 104, 195, 169],
                "bytes": ["PHM+", "aA==", "ww==", "qQ=="],
            ])
        let chat = server.call(
            "Tokenize", #"{"prompt": {"chat": {"messages": [{"role": 3, "content": "a"}]}}}"#)
        #expect(chat.json["bytes"] == [])
        #expect(chat.json["ids"]?.arrayValue?.count == "user: a\nassistant:".utf8.count)
        let ids = #""ids": [256, "104", 195, 169]"#
        #expect(
            server.call("Detokenize", "{\(ids)}").json == ["model": "org/tiny", "text": "hé"])
        #expect(
            server.call("Detokenize", #"{\#(ids), "keepSpecialTokens": true}"#).json["text"]
                == "<s>hé")
        #expect(server.call("Detokenize", "{}").json["text"] == "")
        #expect(
            server.call("Tokenize", #"{"prompt": {"tokens": {"ids": [1]}}}"#).json["field"]
                == "prompt.tokens")
    }

    @Test("a text too long for the I/O thread is tokenized on another and answered back on it")
    func longText() throws {
        let server = try NativeBench(writing: ["x"])
        let text = String(repeating: "a", count: Prompting.inlineBytesMax)
        let exchange = server.begin("Tokenize", #"{"prompt": {"text": "\#(text)"}}"#)
        #expect(exchange.status == nil)
        server.bench.port.runNext()
        #expect(exchange.json["ids"]?.arrayValue?.count == text.utf8.count + 1)
    }

    @Test("ModelInfo says what the model is, also to an empty body")
    func modelInfo() throws {
        let server = try NativeBench(writing: ["x"])
        for body in ["", "{}", #"{"model": "tiny"}"#] {
            #expect(
                server.call("ModelInfo", body).json == [
                    "name": "org/tiny", "aliases": ["tiny"], "fingerprint": "fp_test",
                    "created": "1700000000", "contextTokens": 4096, "vocabularySize": 259,
                    "endTokenIds": [257], "hasChatTemplate": true, "hasEmbeddings": false,
                    "defaultSampling": [
                        "repetitionPenalty": 1.0, "logitBias": [:], "temperature": 0.5, "topK": 40,
                        "topP": 1.0, "minP": 0.0, "typicalP": 1.0,
                    ],
                    "architecture": [
                        "family": "", "layers": 0, "hiddenSize": 0, "experts": 0,
                        "expertsPerToken": 0,
                    ],
                    "precision": "", "weightBytes": "0", "cacheBytes": "0",
                ])
        }
    }

    @Test("Embed says that it is not there")
    func embed() throws {
        let server = try NativeBench(writing: ["x"])
        let exchange = server.call("Embed", #"{"prompts": [{"text": "a"}]}"#)
        #expect(exchange.status == 501)
        #expect(exchange.json["code"] == "unimplemented")
        #expect(exchange.json["reason"] == "no_embeddings")
        #expect(server.call("Embed", #"{"prompt": {"text": "a"}}"#).status == 400)
    }

    @Test(
        "what cannot be done is refused by its field",
        arguments: [
            ("Generate", "{}", "prompt", "missing_field"),
            ("Generate", #"{"prompt": {}}"#, "prompt", "missing_field"),
            ("Forward", #"{"prompt": null}"#, "prompt", "missing_field"),
            ("Generate", #"{"prompt": {"tokens": {}}}"#, "prompt", "empty_prompt"),
            (
                "Generate", #"{"prompt": {"tokens": {"ids": [1, 300]}}}"#, "prompt.tokens.ids[1]",
                "invalid_value"
            ),
            (
                "Generate", #"{"prompt": {"tokens": {"ids": [1]}, "addSpecialTokens": true}}"#,
                "prompt.add_special_tokens", "unsupported_parameter"
            ),
            ("Generate", #"{"prompt": {"chat": {}}}"#, "prompt.chat.messages", "invalid_value"),
            (
                "Generate", #"{"prompt": {"chat": {"messages": [{"content": "a"}]}}}"#,
                "prompt.chat.messages[0].role", "missing_field"
            ),
            (
                "Generate", #"{"prompt": {"chat": {"messages": [{"role": 3}]}}}"#,
                "prompt.chat.messages[0].content", "missing_field"
            ),
            (
                "Generate",
                #"{"prompt": {"chat": {"messages": [{"role": 3, "content": "a"}], "templateVariables": {"tools": 1}}}}"#,
                "prompt.chat.template_variables.tools", "invalid_value"
            ),
            (
                "Generate", #"{"prompt": {"text": "a"}, "maxTokens": 0}"#, "max_tokens",
                "invalid_value"
            ),
            (
                "Generate", #"{"prompt": {"text": "a"}, "maxTokens": 1, "minTokens": 2}"#,
                "min_tokens", "invalid_value"
            ),
            ("Generate", #"{"prompt": {"text": "a"}, "choices": 0}"#, "choices", "invalid_value"),
            ("Generate", #"{"prompt": {"text": "a"}, "choices": 129}"#, "choices", "invalid_value"),
            ("Generate", #"{"prompt": {"text": "a"}, "stop": [""]}"#, "stop[0]", "invalid_value"),
            (
                "Generate", #"{"prompt": {"text": "a"}, "logprobs": 129}"#, "logprobs",
                "invalid_value"
            ),
            (
                "Generate", #"{"prompt": {"text": "a"}, "sampling": {"topP": 2}}"#,
                "sampling.top_p", "invalid_value"
            ),
            (
                "Generate", #"{"prompt": {"text": "a"}, "sampling": {"temperature": "NaN"}}"#,
                "sampling.temperature", "invalid_value"
            ),
            (
                "Generate",
                #"{"prompt": {"text": "a"}, "sampling": {"logitBias": {"4294967295": 1}}}"#,
                "sampling.logit_bias", "invalid_value"
            ),
            (
                "Generate", #"{"prompt": {"text": "a"}, "deadlines": {"total": "0s"}}"#,
                "deadlines.total", "invalid_value"
            ),
            ("Forward", #"{"prompt": {"text": "a"}, "top": 129}"#, "top", "invalid_value"),
            (
                "Forward", #"{"prompt": {"text": "a"}, "maxTokens": 1}"#, "maxTokens",
                "unknown_field"
            ),
            ("Detokenize", #"{"ids": [300]}"#, "ids[0]", "invalid_value"),
        ])
    func refusals(method: String, body: String, field: String, reason: String) throws {
        let server = try NativeBench(writing: ["x"])
        let exchange = server.call(method, body)
        #expect(exchange.status == 400)
        #expect(exchange.json["field"] == .string(field), "\(exchange.text)")
        #expect(exchange.json["reason"] == .string(reason), "\(exchange.text)")
        #expect(exchange.json["code"] == "invalid_argument")
        #expect(exchange.json["requestId"] == "test-1")
        #expect(server.bench.service.permitsHeld == 0)
    }

    @Test("a model without a template refuses chats, and an unknown model is not found")
    func models() throws {
        let server = try NativeBench(writing: ["x"], hasTemplate: false)
        let chat = server.call(
            "Generate", #"{"prompt": {"chat": {"messages": [{"role": 3, "content": "a"}]}}}"#)
        #expect(chat.json["reason"] == "no_chat_template")
        #expect(chat.json["field"] == "prompt.chat")
        let unknown = server.call("Generate", #"{"model": "gpt", "prompt": {"text": "a"}}"#)
        #expect(unknown.status == 404)
        #expect(unknown.json["code"] == "not_found")
    }

    @Test(
        "what the template does not read is refused by its field",
        arguments: [
            (#""tools": [{"name": "f"}]"#, "prompt.chat.tools"),
            (#""templateVariables": {"depth": 1}"#, "prompt.chat.template_variables.depth"),
        ])
    func unread(fields: String, field: String) throws {
        let bench = try Bench(readNames: ["messages"]) { codec, _, _ in .texts(codec, []) }
        let endpoints = Endpoints(NativeEndpoints(bench.context).endpoints)
        let exchange = bench.send(
            endpoints, "POST", NativeEndpoints.prefix + "Generate",
            #"{"prompt": {"chat": {"messages": [{"role": 3, "content": "a"}], \#(fields)}}}"#)
        #expect(exchange.status == 400)
        #expect(exchange.json["field"] == .string(field), "\(exchange.text)")
        #expect(exchange.json["reason"] == "unsupported_parameter")
    }

    @Test("a slip of the pen in a message is told, and a limit that the context cuts")
    func slipAndLimit() throws {
        let server = try NativeBench(writing: ["x"])
        let slip = server.call(
            "Generate", #"{"prompt": {"chat": {"messages": [{"role": 3, "contnet": "a"}]}}}"#)
        #expect(slip.json["field"] == "prompt.chat.messages[0].contnet")
        #expect(slip.json["message"]?.stringValue?.contains("did you mean 'content'?") == true)
        let cut = server.call("Generate", #"{"prompt": {"text": "a"}, "maxTokens": 5000}"#)
        server.bench.settle()
        #expect(cut.headers["x-max-tokens"] == "4094")
    }

    @Test("a full queue, a server without a model and a lost deadline have their codes")
    func rejections() throws {
        let cases: [(Rejection, Int, JSONValue)] = [
            (.queueFull(retryAfter: .seconds(7)), 429, "resource_exhausted"),
            (.unavailable, 503, "unavailable"), (.hopeless, 504, "deadline_exceeded"),
        ]
        for (rejection, status, code) in cases {
            let server = try NativeBench(writing: ["x"])
            server.bench.service.reject(rejection)
            for method in ["Generate", "StreamGenerate", "Forward"] {
                let exchange = server.call(method, #"{"prompt": {"text": "a"}}"#)
                #expect(exchange.status == status)
                #expect(exchange.json["code"] == code)
                if status == 429 { #expect(exchange.headers["retry-after"] == "7") }
            }
        }
    }

    @Test("a failure before the first token has a status, a later one is the stream's last message")
    func failures() throws {
        for count in [0, 1] {
            let server = try NativeBench(pieces: ["a"]) { codec, _, _ in
                ScriptedService.Choice(
                    Array(repeating: codec.id("a"), count: count),
                    failure: GenerationFailure(.numerical, "layer 3 overflowed"))
            }
            let exchange = server.call("StreamGenerate", #"{"prompt": {"text": "a"}}"#)
            #expect(exchange.status == (count == 0 ? 500 : 200))
            let error = count == 0 ? exchange.json : exchange.chunks.last?["error"] ?? .null
            #expect(
                error == [
                    "code": "internal", "message": "layer 3 overflowed",
                    "reason": "numerical_error", "requestId": "test-1",
                ])
            #expect(!exchange.isOpen)
        }
    }

    @Test("what a template objects to is found by its native name")
    func templateError() {
        let error = APIError(
            .chatTemplateError, "roles must alternate", param: "messages")
        #expect(V1.Failure(error, requestID: "r").field == "prompt.chat.messages")
    }

    @Test("every kind of failure has a code of gRPC that its HTTP status maps to")
    func codes() {
        // The status of each code in the Connect protocol, whose unary calls these are.
        let statuses = [
            "invalid_argument": [400, 415], "unauthenticated": [401], "permission_denied": [403],
            "not_found": [404],
            "unimplemented": [404, 405, 501], "resource_exhausted": [413, 429],
            "canceled": [499], "internal": [500], "unavailable": [503],
            "deadline_exceeded": [504],
        ]
        for kind in APIError.Kind.allCases {
            #expect(statuses[kind.row.rpcCode]?.contains(kind.row.status) == true, "\(kind)")
        }
    }

    @Test("errors of the router are spelled natively too")
    func router() throws {
        let keys = try Authentication(keyFile: Array("secret-key-1".utf8), name: "keys")
        let server = try NativeBench(authentication: keys) { codec, _, _ in .texts(codec, []) }
        let denied = server.call("ModelInfo", "{}")
        #expect(denied.status == 401 && denied.json["code"] == "unauthenticated")
        #expect(denied.headers["www-authenticate"] == "Bearer")
        let bearer: HTTPHeaders = ["authorization": "Bearer secret-key-1"]
        #expect(server.call("ModelInfo", "{}", headers: bearer).status == 200)
        let unknown = server.call("Generat", "{}", headers: bearer)
        #expect(unknown.status == 404 && unknown.json["code"] == "unimplemented")
        let got = server.bench.send(
            server.endpoints, "GET", "/switchyard.v1.Inference/Generate", headers: bearer)
        #expect(got.status == 405 && got.json["code"] == "unimplemented")
        #expect(got.headers["allow"] == "POST")
        for type in ["application/proto", "application/grpc+proto", "application/connect+json"] {
            var headers = bearer
            headers.set("content-type", type)
            #expect(server.call("ModelInfo", "{}", headers: headers).status == 415)
        }
        #expect(server.call("ModelInfo", "{", headers: bearer).json["reason"] == "invalid_json")
    }
}
