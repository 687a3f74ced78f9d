import API
import APITestSupport
import Generation
import HTTP
import JSON
import OpenAI
import TestSupport
import Testing

@Suite struct HostileBodyTests {
    private static let chat = #"""
        {"model": "tiny", "messages": [{"role": "user", "content": [{"type": "text", "text": "é"}]},
         {"role": "assistant", "tool_calls": [{"function": {"name": "f", "arguments": "{}"}}]}],
         "n": 2, "stop": ["a", "b"], "logit_bias": {"3": 1e1}, "temperature": 0.5, "seed": -7,
         "max_tokens": 5, "min_tokens": 1, "stream": true, "stream_options": {"include_usage": true},
         "tools": [{"type": "function", "function": {"name": "f"}}], "logprobs": true,
         "top_logprobs": 2, "timeout": 1.5}
        """#
    private static let completion = #"""
        {"prompt": [[1, 2], [3]], "echo": true, "logprobs": 1, "max_tokens": 3, "top_k": 2,
         "stop_token_ids": [7], "min_p": 0.1, "priority": 1, "n": 2, "suffix": null}
        """#

    @Test("any body is answered: served, or refused with a status that says so", arguments: 0..<20)
    func mutated(seed: UInt64) throws {
        let server = try OpenAIBench(writing: ["a", "b", "c"])
        var generator = SplitMix(seed: seed)
        for _ in 0..<100 {
            for (path, body) in [
                ("/v1/chat/completions", Self.chat), ("/v1/completions", Self.completion),
            ] {
                let exchange = MemoryExchange(port: server.bench.port)
                var request = HTTPRequest.test("POST", path)
                request.body = generator.mutated(body)
                server.endpoints.handle(request, exchange)
                server.bench.settle()
                #expect(!exchange.isOpen)
                let status = exchange.status ?? 0
                #expect([200, 400, 404].contains(status), "\(status) \(exchange.text)")
            }
        }
        #expect(server.bench.service.permitsHeld == 0)
        #expect(server.bench.context.sinks.sink(for: server.bench.port).count == 0)
    }

    @Test("the bodies that are mutated are good ones")
    func originals() throws {
        let server = try OpenAIBench(writing: ["a", "b", "c"])
        for (path, body) in [
            ("/v1/chat/completions", Self.chat), ("/v1/completions", Self.completion),
        ] {
            let exchange = server.post(path, body)
            server.bench.settle()
            #expect(exchange.status == 200, "\(exchange.text)")
        }
    }
}
