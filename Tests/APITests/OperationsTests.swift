import API
import APITestSupport
import Generation
import HTTP
import JSON
import Testing

@Suite struct OperationsTests {
    private func server() throws -> (bench: Bench, endpoints: Endpoints) {
        let bench = try Bench { codec, _, _ in .texts(codec, []) }
        let keys = try Authentication(keyFile: Array("some-long-key".utf8), name: "keys")
        let operations = Operations(bench.context, registry: bench.registry, version: "1.2.3")
        return (bench, Endpoints(operations.endpoints, authentication: keys))
    }

    private let key: HTTPHeaders = ["authorization": "Bearer some-long-key"]

    @Test("health answers without a key; readiness follows the engine")
    func health() throws {
        let (bench, endpoints) = try server()
        func status(_ path: String) -> Int? { bench.send(endpoints, "GET", path).status }
        for path in ["/livez", "/readyz", "/health"] { #expect(status(path) == 200) }
        for figures in [
            ServiceFigures(isReady: false), ServiceFigures(isReady: true, isDraining: true),
        ] {
            bench.service.set(figures: figures)
            #expect(status("/livez") == 200)
            #expect(status("/readyz") == 503)
            #expect(status("/health") == 503)
        }
    }

    @Test("version and metrics need the key")
    func keyed() throws {
        let (bench, endpoints) = try server()
        for path in ["/version", "/metrics"] {
            #expect(bench.send(endpoints, "GET", path).status == 401)
        }
        let version = bench.send(endpoints, "GET", "/version", headers: key)
        #expect(version.json == ["version": "1.2.3"])
        let metrics = bench.send(endpoints, "GET", "/metrics", headers: key)
        #expect(metrics.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(metrics.text.contains("# TYPE vllm:time_to_first_token_seconds histogram\n"))
    }

    @Test(
        "tokenize takes a prompt or a chat, as vLLM does",
        arguments: [
            (#"{"prompt": "ab"}"#, [256, 97, 98]),
            (#"{"model": "tiny", "prompt": "ab", "add_special_tokens": false}"#, [97, 98]),
            (
                #"{"messages": [{"role": "user", "content": "x"}], "add_generation_prompt": false}"#,
                "user: x\n".utf8.map { Int($0) }
            ),
        ])
    func tokenize(body: String, expected: [Int]) throws {
        let (bench, endpoints) = try server()
        let exchange = bench.send(endpoints, "POST", "/tokenize", body, headers: key)
        #expect(
            exchange.json == [
                "count": .integer(Int64(expected.count)), "max_model_len": 4096,
                "tokens": .array(expected.map { .integer(Int64($0)) }), "token_strs": nil,
            ])
    }

    @Test("tokenize shows the tokens' texts when asked, and detokenize is its inverse")
    func inverse() throws {
        let (bench, endpoints) = try server()
        let tokens = bench.send(
            endpoints, "POST", "/tokenize", #"{"prompt": "a", "return_token_strs": true}"#,
            headers: key)
        #expect(tokens.json["token_strs"] == ["<s>", "a"])
        let text = bench.send(
            endpoints, "POST", "/detokenize", #"{"tokens": [256, 195, 169]}"#, headers: key)
        #expect(text.json == ["prompt": "<s>é", "content": "<s>é"])
    }

    @Test(
        "tokenize takes a content with llama.cpp's options",
        arguments: [
            (#"{"content": "<s>a"}"#, [256, 97]),
            (#"{"content": "a", "add_special": true}"#, [256, 97]),
            (#"{"content": "<s>", "parse_special": false}"#, [60, 115, 62]),
            (#"{"content": ""}"#, []),
        ] as [(String, [Int])])
    func content(body: String, expected: [Int]) throws {
        let (bench, endpoints) = try server()
        let exchange = bench.send(endpoints, "POST", "/tokenize", body, headers: key)
        #expect(exchange.json["tokens"] == .array(expected.map { .integer(Int64($0)) }))
        #expect(exchange.json["count"] == .integer(Int64(expected.count)))
    }

    @Test("with pieces a token is its id and its text, or its bytes where they are no text")
    func pieces() throws {
        let (bench, endpoints) = try server()
        let exchange = bench.send(
            endpoints, "POST", "/tokenize", #"{"content": "aé", "with_pieces": true}"#,
            headers: key)
        #expect(
            exchange.json["tokens"] == [
                ["id": 97, "piece": "a"], ["id": 195, "piece": [195]], ["id": 169, "piece": [169]],
            ])
    }

    @Test("a long text is tokenized and a long list of tokens read on another thread")
    func long() throws {
        let (bench, endpoints) = try server()
        let text = String(repeating: "a", count: Prompting.inlineBytesMax)
        let tokens = bench.send(
            endpoints, "POST", "/tokenize", #"{"content": "\#(text)"}"#, headers: key)
        #expect(tokens.status == nil)
        bench.port.runNext()
        let ids = JSONWriter.string(tokens.json["tokens"] ?? .null)
        #expect(tokens.json["count"] == .integer(Int64(text.utf8.count)))
        let back = bench.send(
            endpoints, "POST", "/detokenize", "{\"tokens\": \(ids)}", headers: key)
        #expect(back.status == nil)
        bench.port.runNext()
        #expect(back.json["content"] == .string(text))
    }

    @Test(
        "what cannot be tokenized is refused with its field",
        arguments: [
            ("/tokenize", "{}", "prompt"), ("/tokenize", #"{"prompt": 3}"#, "prompt"),
            ("/tokenize", #"{"prompt": "a", "messages": []}"#, "prompt"),
            ("/tokenize", #"{"prompt": "a", "content": "a"}"#, "prompt"),
            ("/tokenize", #"{"prompt": "a", "color": 1}"#, "color"),
            ("/tokenize", #"{"prompt": "a", "with_pieces": true}"#, "with_pieces"),
            ("/tokenize", #"{"content": "a", "tools": []}"#, "tools"),
            ("/tokenize", #"{"prompt": "a", "tools": []}"#, "tools"),
            ("/detokenize", "{}", "tokens"), ("/detokenize", #"{"tokens": [258]}"#, "tokens[0]"),
            ("/detokenize", #"{"tokens": ["a"]}"#, "tokens[0]"),
        ])
    func refused(path: String, body: String, param: String) throws {
        let (bench, endpoints) = try server()
        let exchange = bench.send(endpoints, "POST", path, body, headers: key)
        #expect(exchange.status == 400)
        #expect(exchange.json["error"]?["param"] == .string(param), "\(exchange.text)")
    }
}
