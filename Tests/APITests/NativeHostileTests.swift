import API
import APITestSupport
import Generation
import HTTP
import JSON
import TestSupport
import Testing

@Suite struct NativeHostileTests {
    private static let bodies: [(method: String, body: String)] = [
        (
            "Generate",
            #"""
            {"prompt": {"chat": {"messages": [{"role": "ROLE_USER", "content": "é"},
              {"role": 4, "toolCalls": [{"name": "f", "arguments": {"x": 1}}]}],
              "templateVariables": {"a": [1]}}}, "choices": 2, "stop": ["a", "b"],
             "sampling": {"logitBias": {"3": 1e1}, "temperature": "0.5", "seed": "7"},
             "maxTokens": 5, "min_tokens": 1, "logprobs": 2, "deadlines": {"total": "1.5s"}}
            """#
        ),
        (
            "StreamGenerate",
            #"{"prompt": {"tokens": {"ids": [1, "2", 3e0]}}, "promptLogprobs": 1, "priority": -1}"#
        ),
        ("Forward", #"{"prompt": {"text": "a", "addSpecialTokens": false}, "top": 3}"#),
        ("Tokenize", #"{"prompt": {"text": "aé"}, "returnBytes": true}"#),
        ("Detokenize", #"{"ids": [1, 2, "3"], "keep_special_tokens": true}"#),
    ]

    @Test("any body is answered: served, or refused with a status that says so", arguments: 0..<10)
    func mutated(seed: UInt64) throws {
        let server = try NativeBench(writing: ["a", "b", "c"])
        var generator = SplitMix(seed: seed)
        var served = 0
        for _ in 0..<100 {
            for (method, body) in Self.bodies {
                let exchange = MemoryExchange(port: server.bench.port)
                var request = HTTPRequest.test("POST", "/switchyard.v1.Inference/\(method)")
                request.body = generator.mutated(body)
                server.endpoints.handle(request, exchange)
                server.bench.settle()
                #expect(!exchange.isOpen)
                let status = exchange.status ?? 0
                #expect([200, 400, 404].contains(status), "\(status) \(exchange.text)")
                served += status == 200 ? 1 : 0
            }
        }
        #expect(served > 0 && served < 500)
        #expect(server.bench.service.permitsHeld == 0)
    }
}
