import API
import APITestSupport
import Generation
import HTTP
import JSON
import Metrics
import OpenAI
import Testing

@Suite struct LifecycleTests {
    @Test(
        "a client that goes away cancels its request, and nothing is sent to it", arguments: [0, 2])
    func disconnect(steps: Int) throws {
        let server = try OpenAIBench(writing: ["a", "b", "c", "d", "e"])
        let exchange = server.chat(#""stream": true"#)
        server.bench.step(steps)
        let sent = exchange.body.count
        exchange.disconnect()
        #expect(server.bench.service.cancelled == server.bench.service.requests.map(\.id))
        server.bench.settle()
        #expect(exchange.body.count == sent)
        #expect(server.bench.context.sinks.sink(for: exchange.port).count == 0)
        #expect(
            metrics(server).contains(
                "switchyard_requests_total{model_name=\"org/tiny\",outcome=\"cancelled\"} 1\n"))
    }

    @Test(
        "a failure before the first token has a status, a later one ends the stream with an error")
    func failures() throws {
        let failure = GenerationFailure(.numerical, "layer 3 overflowed")
        for count in [0, 1] {
            let server = try OpenAIBench(pieces: ["a"]) { codec, _, _ in
                ScriptedService.Choice(
                    Array(repeating: codec.id("a"), count: count), failure: failure)
            }
            let exchange = server.chat(#""stream": true"#)
            server.bench.settle()
            #expect(exchange.status == (count == 0 ? 500 : 200))
            let error =
                count == 0 ? exchange.json["error"] : exchange.chunks.last?["error"]
            #expect(error?["message"] == "layer 3 overflowed")
            #expect(error?["code"] == "numerical_error")
            #expect(error?["request_id"] == "test-1")
            if count > 0 { #expect(exchange.events.last == "[DONE]") }
            #expect(!exchange.isOpen)
            #expect(server.bench.context.sinks.sink(for: exchange.port).count == 0)
        }
    }

    @Test("failed and cancelled requests are no successes")
    func onlySuccesses() throws {
        let server = try OpenAIBench(pieces: ["a"]) { codec, _, _ in
            ScriptedService.Choice([codec.id("a")], failure: GenerationFailure(.numerical, "NaN"))
        }
        _ = server.chat()
        server.bench.settle()
        server.chat(#""stream": true"#).disconnect()
        server.bench.settle()
        let text = metrics(server)
        #expect(text.contains("outcome=\"failed\"} 1\n"))
        #expect(text.contains("outcome=\"cancelled\"} 1\n"))
        let successes = text.split(separator: "\n").filter {
            $0.hasPrefix("vllm:request_success_total{")
        }
        #expect(!successes.isEmpty && successes.allSatisfy { $0.hasSuffix(" 0") })
    }

    @Test("a stream object is let go once its answer is finished")
    func noLeak() throws {
        let server = try OpenAIBench(writing: ["a"])
        weak var weakExchange: MemoryExchange?
        do {
            let exchange = server.chat()
            weakExchange = exchange
            server.bench.settle()
            #expect(exchange.status == 200)
        }
        #expect(weakExchange == nil)
    }

    @Test("a request whose second prompt is too long submits none")
    func secondTooLong() throws {
        let server = try OpenAIBench(writing: ["a"], contextMax: 8)
        let exchange = server.complete(#""prompt": [[1], [1, 2, 3, 4, 5, 6, 7, 8]]"#)
        #expect(exchange.status == 400)
        #expect(server.bench.service.requests.isEmpty)
        #expect(server.bench.service.permitsHeld == 0)
    }

    @Test("a request whose second prompt the engine rejects is cancelled whole")
    func partialSubmit() throws {
        let server = try OpenAIBench(writing: ["a"])
        server.bench.service.rejectSubmit(.queueFull(retryAfter: .seconds(1)), after: 1)
        let exchange = server.complete(#""prompt": [[1], [2], [3]]"#)
        #expect(exchange.status == 429)
        #expect(server.bench.service.requests.count == 1)
        #expect(server.bench.service.cancelled.first == server.bench.service.requests[0].id)
        #expect(server.bench.service.permitsHeld == 0)
        server.bench.settle()
        #expect(server.bench.service.runningCount == 0)
    }

    @Test("credit comes back in batches, and waits while the client is slow")
    func credit() throws {
        let server = try OpenAIBench(writing: Array(repeating: "x", count: 200))
        let exchange = server.chat(#""stream": true"#)
        server.bench.step(64)
        #expect(server.bench.service.credits == [32, 32])
        exchange.bufferedBytes = TokenStream.bufferedBytesMax + 1
        server.bench.step(64)
        #expect(server.bench.service.credits == [32, 32])
        exchange.drain()
        #expect(server.bench.service.credits == [32, 32, 32, 32])
        server.bench.step(32)
        #expect(server.bench.service.credits == [32, 32, 32, 32, 32])
    }

    @Test("a slow client that reads has its credit back, though it is behind again at once")
    func readingSlowly() throws {
        let server = try OpenAIBench(writing: Array(repeating: "x", count: 100))
        let exchange = server.chat(#""stream": true"#)
        exchange.bufferedBytes = TokenStream.bufferedBytesMax + 1
        server.bench.step(60)
        #expect(server.bench.service.credits.isEmpty)
        exchange.bufferedPerWrite = TokenStream.bufferedBytesMax / 8
        exchange.drain()
        #expect(exchange.bufferedBytes > TokenStream.bufferedBytesMax)
        let credit = server.bench.service.credits.reduce(0, +)
        #expect(credit > 0 && credit < 60)
    }

    @Test("a slow client is written nothing more until it has read, whatever comes meanwhile")
    func slowReader() throws {
        let server = try OpenAIBench(writing: Array(repeating: "x", count: 50))
        let exchange = server.chat(#""stream": true, "n": 8"#)
        let whole = server.chat(#""n": 8"#)
        server.bench.step(10)
        exchange.bufferedBytes = TokenStream.bufferedBytesMax + 1
        whole.bufferedBytes = TokenStream.bufferedBytesMax + 1
        let written = exchange.body.count
        server.bench.settle()
        #expect(exchange.body.count == written)
        #expect(exchange.isOpen)
        #expect(whole.status == 200, "one that is written at once waits for nobody")
        exchange.drain()
        #expect(!exchange.isOpen)
        #expect(exchange.events.last == "[DONE]")
        let texts = exchange.chunks.compactMap {
            $0["choices"]?[0]?["delta"]?["content"]?.stringValue
        }
        #expect(texts.joined().count == 8 * 50)
    }

    @Test("a long answer is written by another thread, and answered on the I/O thread")
    func longAnswer() throws {
        let server = try OpenAIBench(writing: Array(repeating: "x", count: 300))
        let exchange = server.chat(#""logprobs": true, "top_logprobs": 3"#)
        let goOn = server.bench.occupyWriter()
        server.bench.settle()
        #expect(exchange.isOpen)
        goOn()
        while exchange.isOpen { server.bench.port.runNext() }
        #expect(exchange.status == 200)
        let content = exchange.json["choices"]?[0]?["logprobs"]?["content"]
        #expect(content?.arrayValue?.count == 300)
    }

    @Test("an answer that is gathered has a bounded number of log-probabilities")
    func gathered() throws {
        let count = TokenOrder.gatheredLogprobsMax / 21 / 64 + 1
        let server = try OpenAIBench(writing: Array(repeating: "x", count: count))
        let exchange = server.chat(#""logprobs": true, "top_logprobs": 20, "n": 64"#)
        server.bench.settle()
        #expect(exchange.status == 400)
        #expect(exchange.json["error"]?["param"] == "logprobs")
        #expect(server.bench.service.runningCount == 0)
    }

    @Test("log-probabilities of prompts are bounded in one answer")
    func promptLogprobs() throws {
        let server = try OpenAIBench(writing: ["x"])
        let ids = Array(repeating: "7", count: 4000).joined(separator: ",")
        let fields = #""prompt": [\#(ids)], "echo": true, "logprobs": 20"#
        #expect(server.complete(#"\#(fields), "n": 6"#).status == nil)
        let refused = server.complete(#"\#(fields), "n": 7"#)
        #expect(refused.status == 400)
        #expect(refused.json["error"]?["code"] == "request_too_large")
    }

    @Test("a long text is tokenized by another thread and answered on the I/O thread")
    func longText() throws {
        let server = try OpenAIBench(writing: ["k"], contextMax: 1 << 20)
        let text = String(repeating: "a", count: Prompting.inlineBytesMax + 1)
        let exchange = server.complete(#""prompt": "\#(text)""#)
        #expect(server.bench.service.requests.isEmpty)
        server.bench.port.runNext()
        #expect(server.bench.service.requests.map(\.prompt.count) == [text.utf8.count + 1])
        server.bench.settle()
        #expect(exchange.json["choices"]?[0]?["text"] == "k")
    }

    @Test("a client that goes away while its text is tokenized leaves nothing behind")
    func leavesWhileTokenizing() throws {
        let server = try OpenAIBench(writing: ["k"], contextMax: 1 << 20)
        let text = String(repeating: "a", count: Prompting.inlineBytesMax + 1)
        let exchange = server.complete(#""prompt": "\#(text)""#)
        exchange.disconnect()
        server.bench.context.prompting.stop()
        server.bench.port.run()
        #expect(server.bench.service.requests.isEmpty)
        #expect(server.bench.service.permitsHeld == 0)
    }

    @Test("a long body that is no good is refused by the other thread's word")
    func longRefusal() throws {
        let server = try OpenAIBench(writing: ["k"])
        let text = String(repeating: "a", count: Prompting.inlineBytesMax + 1)
        for (body, code) in [
            (#"{"prompt": "\#(text)", "color": 1}"#, "unknown_parameter"),
            (#"{"prompt": "\#(text)"#, "invalid_json"),
        ] {
            let exchange = server.post("/v1/completions", body)
            #expect(exchange.status == nil)
            server.bench.port.runNext()
            #expect(exchange.status == 400)
            #expect(exchange.json["error"]?["code"] == .string(code))
        }
    }

    @Test("a chat's permit is for the body's bytes, taken before the template runs")
    func permit() throws {
        let server = try OpenAIBench(writing: ["k"])
        let body = #"{"messages": [{"role": "tool", "content": "a"}]}"#
        _ = server.post("/v1/chat/completions", body)
        #expect(server.bench.service.reserved == [body.utf8.count])
        #expect(server.bench.service.permitsHeld == 0)
    }

    @Test("a prompt's permit is for its own bytes, token ids count as what they are")
    func promptPermits() throws {
        let server = try OpenAIBench(writing: ["k"])
        _ = server.complete(#""prompt": [[1, 2, 3], [4]]"#)
        _ = server.complete(#""prompt": ["a", "bcd"]"#)
        #expect(server.bench.service.reserved == [3, 1, 1, 3])
    }

    @Test("a prompt of a megabyte holds no more of the queue than a context")
    func hugePermit() throws {
        let server = try OpenAIBench(writing: ["k"], contextMax: 128)
        let exchange = server.complete(#""prompt": "\#(String(repeating: "a ", count: 550_000))""#)
        server.bench.port.runNext()
        #expect(server.bench.service.tokensReservedMax == 128)
        #expect(exchange.status == 400)
        #expect(exchange.json["error"]?["code"] == "context_length_exceeded")
    }

    @Test("completed requests are counted under our names and vLLM's")
    func counts() throws {
        let server = try OpenAIBench(writing: ["a", "b"])
        _ = server.chat(#""max_tokens": 2"#, headers: ["x-slo-ttft-ms": "86400000"])
        _ = server.chat(#""n": 2"#)
        server.bench.settle()
        let text = metrics(server)
        for line in [
            "switchyard_requests_total{model_name=\"org/tiny\",outcome=\"length\"} 1",
            "switchyard_requests_total{model_name=\"org/tiny\",outcome=\"stop\"} 1",
            "switchyard_objectives_total{model_name=\"org/tiny\",objective=\"ttft\",met=\"true\"} 1",
            "vllm:request_success_total{model_name=\"org/tiny\",engine=\"0\",finished_reason=\"stop\"} 1",
            "vllm:time_to_first_token_seconds_count{model_name=\"org/tiny\",engine=\"0\"} 2",
            "vllm:inter_token_latency_seconds_count{model_name=\"org/tiny\",engine=\"0\"} 3",
            "vllm:e2e_request_latency_seconds_count{model_name=\"org/tiny\",engine=\"0\"} 2",
            "vllm:request_params_n_sum{model_name=\"org/tiny\",engine=\"0\"} 3.0",
        ] {
            #expect(text.contains(line + "\n"), "\(line)")
        }
        #expect(
            text.contains(
                "vllm:inter_token_latency_seconds_bucket{model_name=\"org/tiny\",engine=\"0\",le=\"0.002\"}"
            ))
        #expect(
            text.contains(
                "switchyard_time_to_first_token_quantile_seconds{model_name=\"org/tiny\",quantile=\"0.99\"}"
            ))
    }

    private func metrics(_ server: OpenAIBench) -> String {
        String(decoding: server.bench.registry.render(), as: UTF8.self)
    }
}
