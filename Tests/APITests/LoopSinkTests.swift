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
        let taker = Taker { event, prompt, now in
            if case .token(_, let token, _) = event { seen.append("\(prompt):\(token)") }
            times.insert(now)
        }
        for (id, prompt) in [(a, 0), (b, 1)] { sink.register(id, taker, prompt: prompt) }
        sink.deliver([
            (a, .token(choice: 0, id: 1, logprobs: nil)),
            (b, .token(choice: 0, id: 2, logprobs: nil)),
            (a, .token(choice: 0, id: 3, logprobs: nil)),
        ])
        #expect(seen.isEmpty)
        #expect(port.run() == 1)
        #expect(seen == ["0:1", "1:2", "0:3"])
        #expect(times.count == 1)
    }

    @Test("events of a request that is gone are dropped")
    func dropped() {
        let port = MemoryPort()
        let sink = LoopSink(port: port)
        let id = RequestID.next()
        var count = 0
        let taker = Taker { _, _, _ in
            count += 1
            sink.unregister(id)
        }
        sink.register(id, taker, prompt: 0)
        let event = GenerationEvent.token(choice: 0, id: 1, logprobs: nil)
        sink.deliver([(id, event), (id, event)])
        sink.deliver([(id, event)])
        port.run()
        #expect(count == 1)
        #expect(sink.count == 0)
    }
}

/// Hands on what it takes.
private final class Taker: EventTaker {
    private let body: (GenerationEvent, Int, ContinuousClock.Instant) -> Void

    init(_ body: @escaping (GenerationEvent, Int, ContinuousClock.Instant) -> Void) {
        self.body = body
    }

    func take(_ event: GenerationEvent, of prompt: Int, _ now: ContinuousClock.Instant) {
        body(event, prompt, now)
    }
}
