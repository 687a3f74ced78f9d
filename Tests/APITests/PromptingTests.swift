import API
import APITestSupport
import HTTP
import JSON
import Testing
import Threads

@Suite struct PromptingTests {
    private func model(_ codec: any TextCodec) -> ModelDescription {
        ModelDescription(
            name: "m", created: 0, contextMax: 8, vocabularySize: 256, endTokens: [],
            template: TinyTemplate(), templateVariables: ["bos_token": "^", "name": "unused"],
            codec: codec, fingerprint: "f")
    }

    private func call(_ bytes: Int, _ port: MemoryPort) -> Call {
        let body = String(repeating: " ", count: bytes)
        return Call(request: .test("POST", "/", body: body), exchange: MemoryExchange(port: port))
    }

    @Test(
        "long bodies wait in queues bounded by number and by bytes, then are refused",
        arguments: [
            (Prompting.inlineBytesMax + 1, Prompting.waitingMax),
            (4 << 20, Prompting.waitingBytesMax / (4 << 20)),
        ])
    func bounded(bytes: Int, waitingMax: Int) throws {
        let prompting = try Prompting()
        let (port, gate) = (MemoryPort(), Gate())
        var (done, refused, sent) = (0, 0, 0)
        // The thread has already taken one, or takes it while the queue is filled.
        while refused == 0, sent < waitingMax + 3 {
            sent += 1
            prompting.perform(for: call(bytes, port)) { (_, _) throws(APIError) in
                gate.wait()
            } then: { result in
                switch result {
                case .success: done += 1
                case .failure(let error): refused += error.kind == .overloaded ? 1 : 0
                }
            }
        }
        #expect(refused == 1)
        #expect((waitingMax...waitingMax + 1).contains(sent - 1))
        #expect(done == 0)
        gate.open()
        prompting.stop()
        port.run()
        #expect(done == sent - 1)
        #expect(prompting.waiting == (0, 0))
    }

    @Test("the longest bodies keep nobody else waiting")
    func lanes() throws {
        let prompting = try Prompting()
        defer { prompting.stop() }
        let (port, gate) = (MemoryPort(), Gate())
        defer { gate.open() }
        prompting.perform(for: call(Prompting.longBytesMax + 1, port)) { (_, _) throws(APIError) in
            gate.wait()
        } then: { _ in
        }
        var isDone = false
        prompting.perform(for: call(Prompting.longBytesMax, port)) { (_, _) throws(APIError) in
        } then: { _ in
            isDone = true
        }
        port.runNext()
        #expect(isDone)
    }

    @Test("clients with long bodies take turns, and one of them holds no other up")
    func turns() throws {
        let order = try order(first: 9, then: [1, 1, 1, 2, 2])
        #expect(order == [9, 1, 2, 1, 2, 1])
    }

    /// The clients in the order in which they are served, if those of `then` come while the first is.
    private func order(first: UInt64, then others: [UInt64]) throws -> [UInt64] {
        let prompting = try Prompting()
        let (port, gate) = (MemoryPort(), Gate())
        var order: [UInt64] = []
        func perform(_ client: UInt64, waits: Bool = false) {
            let body = String(repeating: " ", count: Prompting.inlineBytesMax + 1)
            let call = Call(
                request: .test("POST", "/", body: body), exchange: MemoryExchange(port: port),
                fairnessKey: client)
            prompting.perform(for: call) { (_, _) throws(APIError) in
                if waits { gate.wait() }
            } then: { _ in
                order.append(client)
            }
        }
        perform(first, waits: true)
        while prompting.waiting.count > 0 {}
        for client in others { perform(client) }
        gate.open()
        prompting.stop()
        port.run()
        return order
    }

    @Test("what a client is being served counts while others wait") func servedNow() throws {
        let order = try order(first: 1, then: [1, 2])
        #expect(order == [1, 2, 1])
    }

    @Test("one piece of work of any length waits if no other does") func largest() throws {
        let prompting = try Prompting()
        let (call, gate) = (call(0, MemoryPort()), Gate())
        var answered = 0
        // If it finds no place it is done at once.
        func write(_ bytes: Int, waits: Bool = false) {
            prompting.write(for: call, bytes: bytes) {
                if waits { gate.wait() }
                return []
            } then: { _ in
                answered += 1
            }
        }
        write(Prompting.longBytesMax, waits: true)
        while prompting.waiting.count > 0 {}
        write(3 * Prompting.waitingBytesMax)
        #expect(answered == 0 && prompting.waiting == (1, 3 * Prompting.waitingBytesMax))
        write(Prompting.longBytesMax)
        #expect(answered == 1)
        gate.open()
        prompting.stop()
    }

    @Test("only the transport limits a body's length") func length() throws {
        let inquiry = Inquiry(call(Prompting.waitingBytesMax + 1, MemoryPort()))
        let error = try #require(throws: APIError.self) { try inquiry.json() }
        // There is nothing in it, but it was read to its end.
        #expect(error.message.contains("byte \(Prompting.waitingBytesMax + 1)"))
    }

    @Test("short bodies are worked on at once, on the caller's thread")
    func inline() throws {
        let prompting = try Prompting()
        defer { prompting.stop() }
        var count: Int?
        let call = call(Prompting.inlineBytesMax, MemoryPort())
        prompting.perform(for: call) { (inquiry, _) throws(APIError) in
            inquiry.request.body.count
        } then: {
            count = try? $0.get()
        }
        #expect(count == Prompting.inlineBytesMax)
    }

    @Test("the work of a client that left is skipped, and its place is free at once")
    func withdrawn() throws {
        let prompting = try Prompting()
        let (port, gate) = (MemoryPort(), Gate())
        let exchange = MemoryExchange(port: port)
        var calls = 0
        // The first occupies the thread, or is still queued; neither is ever reported.
        for _ in 0..<2 {
            let call = Call(
                request: .test(
                    "POST", "/", body: String(repeating: " ", count: Prompting.inlineBytesMax + 1)),
                exchange: exchange)
            prompting.perform(for: call) { (_, cancellation) throws(APIError) in
                gate.wait()
                try cancellation.check()
            } then: { _ in
                calls += 1
            }
        }
        exchange.disconnect()
        #expect(prompting.waiting.count <= 1)
        gate.open()
        prompting.stop()
        port.run()
        #expect(calls <= 1)
    }

    @Test("the request's variables go over the model's own")
    func variables() throws {
        let messages: JSONValue = [["role": "user", "content": "a"]]
        let plain = try Prompting.render(["messages": messages], model(TinyCodec()))
        #expect(plain == "^user: a\n")
        let over = try Prompting.render(
            ["messages": messages, "bos_token": "!"], model(TinyCodec()))
        #expect(over == "!user: a\n")
    }
}

/// Holds a thread until a test opens it.
private final class Gate: Sendable {
    private let mailbox = Mailbox<Bool>(capacity: 1)

    func wait() { while !mailbox.isClosed { mailbox.wait() } }
    func open() { mailbox.close() }
}
