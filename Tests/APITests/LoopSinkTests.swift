import API
import APITestSupport
import Generation
import Testing

@Suite struct LoopSinkTests {
    @Test("a step's events cost one piece of work a thread, and reach their requests in order")
    func oneExecute() {
        let port = MemoryPort()
        let sinks = LoopSinks()
        let sink = sinks.sink(for: port)
        #expect(sinks.sink(for: port) === sink)
        #expect(sinks.sink(for: MemoryPort()) !== sink)
        let (a, b) = (RequestID.next(), RequestID.next())
        var seen: [String] = []
        var times: Set<ContinuousClock.Instant> = []
        for (id, name) in [(a, "a"), (b, "b")] {
            sink.register(id) { event, now in
                if case .token(_, let token, _) = event { seen.append("\(name)\(token)") }
                times.insert(now)
            }
        }
        sink.deliver([
            (a, .token(choice: 0, id: 1, logprobs: nil)),
            (b, .token(choice: 0, id: 2, logprobs: nil)),
            (a, .token(choice: 0, id: 3, logprobs: nil)),
        ])
        #expect(seen.isEmpty)
        #expect(port.run() == 1)
        #expect(seen == ["a1", "b2", "a3"])
        #expect(times.count == 1)
    }

    @Test("events of a request that is gone are dropped")
    func dropped() {
        let port = MemoryPort()
        let sink = LoopSink(port: port)
        let id = RequestID.next()
        var count = 0
        sink.register(id) { _, _ in
            count += 1
            sink.unregister(id)
        }
        let event = GenerationEvent.token(choice: 0, id: 1, logprobs: nil)
        sink.deliver([(id, event), (id, event)])
        sink.deliver([(id, event)])
        port.run()
        #expect(count == 1)
        #expect(sink.count == 0)
    }
}
