import FoundationEssentials
import Inference
import JSON
import Network
import Scheduling
import Serving
import Synchronization
import Testing
import Threads

/// A complete server on `models/tiny`, tested over sockets.
@Suite("server", .serialized) struct ServerTests {
    private static let chat = "/v1/chat/completions"

    /// Runs `body` with a server on a port of its own, and drains it.
    private func withServer(
        _ form: TinyModel.Form = TinyModel.fast, _ body: (Server, Int) throws -> Void
    ) throws {
        let server = try start(form)
        defer { _ = server.drain() }
        try body(server, server.address.port)
    }

    private func start(
        _ form: TinyModel.Form, drainTimeout: Duration = .seconds(60)
    ) throws -> Server {
        var configuration = ServerConfiguration()
        configuration.port = 0
        configuration.drainTimeout = drainTimeout
        configuration.limits.contextMax = 1 << 24
        let server = try Server(configuration, version: "1.2.3", log: nil)
        try server.serve(try TinyModel.load(form))
        return server
    }

    private func question(_ text: String, _ fields: JSONObject = [:]) -> JSONValue {
        var body: JSONObject = [
            "messages": [["role": "user", "content": .string(text)]], "max_tokens": 24,
            "temperature": 0,
        ]
        for (key, value) in fields { body[key] = value }
        return .object(body)
    }

    private func answer(_ port: Int, _ body: JSONValue) throws -> JSONValue {
        var client = try TestClient(port: port)
        let response = try client.call("POST", Self.chat, body)
        #expect(response.status == 200, "\(response.text)")
        return try response.json()
    }

    private func text(_ answer: JSONValue) -> String? {
        answer["choices"]?[0]?["message"]?["content"]?.stringValue
    }

    /// The events of a stream's body; throws unless `[DONE]` is the last.
    private func events(_ body: [UInt8]) throws -> [JSONValue] {
        var events = String(decoding: body, as: UTF8.self).split(separator: "\n\n").map {
            String($0.dropFirst("data: ".count))
        }
        let last = events.popLast()
        #expect(last == "[DONE]")
        return try events.map { try JSONParser.parse($0) }
    }

    @Test("a stream is the whole answer in pieces and ends with [DONE]") func stream() throws {
        try withServer { _, port in
            let whole = try answer(port, question("Who?"))
            var client = try TestClient(port: port)
            let stream = try client.call("POST", Self.chat, question("Who?", ["stream": true]))
            #expect(stream.head.contains("content-type: text/event-stream"))
            let events = try events(stream.body)
            let pieces = events.compactMap {
                $0["choices"]?[0]?["delta"]?["content"]?.stringValue
            }
            #expect(pieces.joined() == text(whole))
            #expect(pieces.count > 10)
            let reasons = events.compactMap {
                $0["choices"]?[0]?["finish_reason"]?.stringValue
            }
            #expect(reasons == ["length"])
            // The connection is kept.
            #expect(try client.call("GET", "/livez").status == 200)
        }
    }

    @Test("8 requests at once answer as each does alone") func concurrent() throws {
        try withServer { _, port in
            let bodies = (0..<8).map { index in
                question(
                    String(repeating: "word \(index) ", count: 1 + index * 3),
                    ["max_tokens": .integer(Int64(20 + 5 * index)), "logprobs": true])
            }
            let alone = try bodies.map { try answer(port, $0)["choices"] }
            let together = Mutex<[Int: JSONValue?]>([:])
            let threads = try bodies.enumerated().map { index, body in
                try Thread(name: "client-\(index)") {
                    for _ in 0..<3 {
                        let found = try? answer(port, body)["choices"]
                        together.withLock { $0[index] = found }
                        if found != alone[index] { break }
                    }
                }
            }
            for thread in threads { thread.join() }
            for index in bodies.indices {
                #expect(together.withLock { $0[index] } == alone[index], "request \(index)")
            }
        }
    }

    @Test("a prompt from the cache changes no bit of the answer") func cachedPrompt() throws {
        try withServer { _, port in
            let body = question(
                String(repeating: "a long question ", count: 12), ["logprobs": true])
            let first = try answer(port, body)
            let second = try answer(port, body)
            let cached = second["usage"]?["prompt_tokens_details"]?["cached_tokens"]?.integerValue
            #expect((cached ?? 0) >= 32)
            #expect(first["choices"] == second["choices"])
        }
    }

    /// A gauge's or counter's value.
    private func metric(_ name: String, _ port: Int) throws -> Double? {
        var client = try TestClient(port: port)
        let text = try client.call("GET", "/metrics").text
        let line = text.split(separator: "\n").first { $0.hasPrefix(name + "{") }
        return line.flatMap { Double($0.split(separator: " ").last ?? "") }
    }

    /// Polls until the gauge is zero. The bound only ends a failing test.
    private func becomesZero(_ name: String, _ port: Int) throws -> Bool {
        let patience = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < patience {
            if try metric(name, port) == 0 { return true }
        }
        return false
    }

    @Test("clients that go away leave no block behind") func disconnects() throws {
        var form = TinyModel.Form()
        form.stepTokens = 256
        try withServer(form) { _, port in
            let body = question(
                "Go on", ["max_tokens": 900, "ignore_eos": true, "stream": true])
            for _ in 0..<12 {
                var client = try TestClient(port: port)
                try client.request("POST", Self.chat, body)
                _ = try client.head()
                let first = try client.chunk()
                #expect(first != nil)
            }
            for gauge in ["running_sequences", "queue_requests", "kv_blocks_used"] {
                #expect(try becomesZero("switchyard_" + gauge, port), "\(gauge)")
            }
            var client = try TestClient(port: port)
            let metrics = try client.call("GET", "/metrics").text
            #expect(metrics.contains("outcome=\"cancelled\""))
        }
    }

    @Test("before its model is there a server is alive and says what it does") func starting()
        throws
    {
        var configuration = ServerConfiguration()
        configuration.port = 0
        configuration.limits.contextMax = 1 << 24
        let server = try Server(configuration, version: "1.2.3", log: nil)
        defer { _ = server.drain() }
        server.report("packing, 34 %")
        var client = try TestClient(port: server.address.port)
        #expect(try client.call("GET", "/livez").status == 200)
        let ready = try client.call("GET", "/readyz")
        #expect(ready.status == 503 && ready.text.contains("packing, 34 %"))
        #expect(try client.call("POST", Self.chat, question("Now?")).status == 503)
        try server.serve(try TinyModel.load(TinyModel.fast))
        #expect(try client.call("GET", "/readyz").status == 200)
        #expect(try client.call("POST", Self.chat, question("Now?")).status == 200)
    }

    @Test("before a drain a server is not ready and serves as before") func leaving() throws {
        try withServer { server, port in
            var client = try TestClient(port: port)
            #expect(try client.call("GET", "/readyz").status == 200)
            server.announceDrain()
            for path in ["/readyz", "/health"] {
                let answer = try client.call("GET", path)
                #expect(answer.status == 503 && answer.text.contains("the server is draining"))
            }
            #expect(try client.call("GET", "/livez").status == 200)
            var another = try TestClient(port: port)
            #expect(try another.call("POST", Self.chat, question("Still?")).status == 200)
        }
    }

    @Test("a server that cannot listen says why and leaves no thread behind") func portTaken()
        throws
    {
        try withServer { server, port in
            var configuration = ServerConfiguration()
            configuration.port = port
            let error = #expect(throws: ServerError.self) {
                _ = try Server(configuration, version: "1", log: nil)
            }
            #expect(error?.description.contains("port \(port)") == true)
            let isAlone = try lastThreads(named: "tokenizer", are: 1)
            #expect(isAlone)
        }
    }

    /// Polls until the process has this many threads of a name. A thread that was joined may be
    /// listed for a moment more.
    private func lastThreads(named name: String, are count: Int) throws -> Bool {
        let patience = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < patience {
            let tasks = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")
            let names = tasks.map {
                try? String(contentsOfFile: "/proc/self/task/\($0)/comm", encoding: .utf8)
            }
            if names.count(where: { $0 == name + "\n" }) == count { return true }
        }
        return false
    }

    private func readStream(
        _ port: Int, _ body: JSONValue, into received: Mailbox<[UInt8]>
    ) throws {
        var client = try TestClient(port: port)
        try client.request("POST", Self.chat, body)
        _ = try client.head()
        while let chunk = try client.chunk() { _ = received.post(chunk) }
    }

    @Test("draining finishes the streams under way and takes no new ones") func drain() throws {
        var form = TinyModel.Form()
        form.stepTokens = 256
        let server = try start(form)
        let port = server.address.port
        let body = question("Go on", ["max_tokens": 300, "ignore_eos": true, "stream": true])
        let received = Mailbox<[UInt8]>(capacity: 1 << 16)
        let reader = try Thread(name: "reader") {
            try? readStream(port, body, into: received)
            received.close()
        }
        // The stream has begun when its first chunk is there.
        received.wait()
        var stream = received.drain()
        #expect(stream.isEmpty == false)
        #expect(server.drain() == 0)
        reader.join()
        stream += received.drain()
        let events = try events(Array(stream.joined()))
        #expect(events.last?["choices"]?[0]?["finish_reason"] == "length")
        #expect(throws: TestClient.Failure.self) { _ = try TestClient(port: port) }
    }

    @Test(
        "requests that are cut off get an error: when a drain's time is over, and before it",
        arguments: [true, false]) func cutOff(drains: Bool) throws
    {
        var form = TinyModel.Form()
        form.stepTokens = 256
        let server = try start(form, drainTimeout: .zero)
        defer { server.stop() }
        let long: JSONObject = ["max_tokens": 900, "ignore_eos": true]
        var whole = try TestClient(port: server.address.port)
        try whole.request("POST", Self.chat, question("Go on", long))
        var stream = try TestClient(port: server.address.port)
        var fields = long
        fields["stream"] = true
        try stream.request("POST", Self.chat, question("And on", fields))
        let head = try stream.head()
        #expect(head.hasPrefix("HTTP/1.1 200 "))
        var idle = try TestClient(port: server.address.port)
        while try !idle.call("GET", "/metrics").text.contains(
            "running_sequences{model_name=\"tiny\"} 2")
        {}
        #expect((drains ? server.drain() : server.cut()) == 2)
        let answer = try whole.response()
        #expect(answer.status == 503)
        #expect(try answer.json()["error"]?["code"] == "service_unavailable")
        var last: [UInt8] = []
        while let chunk = try stream.chunk() { last = chunk }
        let text = String(decoding: last, as: UTF8.self)
        #expect(text.contains("service_unavailable"), "\(text)")
    }

    @Test("what came with its first byte before a drain is served, also what was sent behind it")
    func drainBehind() throws {
        var form = TinyModel.Form()
        form.stepTokens = 256
        let server = try start(form)
        var client = try TestClient(port: server.address.port)
        let first = JSONWriter.bytes(question("Go on", ["max_tokens": 300, "ignore_eos": true]))
        let second = JSONWriter.bytes(question("And?", ["max_tokens": 2]))
        func request(_ body: [UInt8]) -> String {
            "POST \(Self.chat) HTTP/1.1\r\nhost: t\r\ncontent-length: \(body.count)\r\n\r\n"
                + String(decoding: body, as: UTF8.self)
        }
        try client.send(request(first) + request(second))
        var probe = try TestClient(port: server.address.port)
        while try !probe.call("GET", "/metrics").text.contains(
            "running_sequences{model_name=\"tiny\"} 1")
        {}
        #expect(server.drain() == 0)
        #expect(try client.response().status == 200)
        let last = try client.response()
        #expect(last.status == 200)
        #expect(last.head.lowercased().contains("connection: close"))
    }

    @Test(
        "what a client gets wrong is refused and changes nothing",
        arguments: [
            ("{", 400), ("[]", 400), ("{}", 400), (#"{"messages":[],"max_tokens":-1}"#, 400),
            (#"{"model":"other","messages":[{"role":"user","content":"x"}]}"#, 404),
            (#"{"messages":[{"role":"user","content":"x"}],"n":0}"#, 400),
            (#"{"messages":[{"role":"user","content":"x"}],"max_tokens":1e400}"#, 400),
        ]) func badInput(body: String, status: Int) throws
    {
        try withServer { _, port in
            var client = try TestClient(port: port)
            try client.send(
                "POST \(Self.chat) HTTP/1.1\r\nhost: t\r\n"
                    + "content-length: \(body.utf8.count)\r\n\r\n\(body)")
            let response = try client.response()
            #expect(response.status == status)
            #expect(try response.json()["error"]?["message"]?.stringValue?.isEmpty == false)
            #expect(text(try answer(port, question("Who?"))) != nil)
        }
    }
}
