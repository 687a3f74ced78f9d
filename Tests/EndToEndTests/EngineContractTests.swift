import Compute
import Generation
import Inference
import Scheduling
import ServiceContract
import Synchronization
import Testing
import Threads

/// The engine with a model of random weights.
@Suite(.serialized) struct EngineContractTests {
    @Test("the engine keeps the contract", arguments: ServiceContract.Rule.allCases)
    func contract(rule: ServiceContract.Rule) throws {
        let engine = try Engine(
            try TinyModel.load(TinyModel.fast), name: "tiny", limits: SchedulerLimits())
        defer { engine.stop() }
        let subject = ServiceContract.Subject(
            engine, work: { $0.wait(for: .seconds(20)) }, drain: { engine.drain() },
            stop: { engine.stop() })
        #expect(try ServiceContract.violations(of: rule, by: subject) == [])
    }

    @Test("scheduler and cache mean the same blocks") func blocks() {
        #expect(blockTokens == KVCacheLayout.blockTokens)
    }

    /// Counts the requests accepted, and those ended.
    private final class Ends: GenerationSink {
        let taken = Atomic<Int>(0)
        let ended = Atomic<Int>(0)

        func deliver(_ events: [(RequestID, GenerationEvent)]) {
            for (_, event) in events {
                switch event {
                case .finished, .failed: ended.add(1, ordering: .relaxed)
                case .token, .promptLogprobs, .forward: break
                }
            }
        }
    }

    @Test("what is taken while the engine stops has an end", arguments: 0..<10)
    func stopping(round: Int) throws {
        let engine = try Engine(
            try TinyModel.load(TinyModel.fast), name: "tiny", limits: SchedulerLimits())
        let ends = Ends()
        let hasBegun = Bell()
        let client = try Thread(name: "client") {
            while true {
                let request = GenerationRequest(prompt: [1, 2], tokensMax: 1)
                do throws(Rejection) {
                    let permit = try engine.reserve(prompts: [2])[0]
                    try engine.submit(request, permit, sink: ends)
                    ends.taken.add(1, ordering: .relaxed)
                } catch {
                    if error == .unavailable { return }
                }
                hasBegun.ring()
            }
        }
        hasBegun.wait()
        engine.stop()
        client.join()
        #expect(ends.taken.load(ordering: .relaxed) > 0)
        #expect(ends.taken.load(ordering: .relaxed) == ends.ended.load(ordering: .relaxed))
    }
}
