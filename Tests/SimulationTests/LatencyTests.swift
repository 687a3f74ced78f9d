import Generation
import Scheduling
import TestSupport
import Testing

#if DEBUG
    private let latencySeeds: UInt64 = 1
    private let overloadSeeds: UInt64 = 2
#else
    private let latencySeeds: UInt64 = 12
    private let overloadSeeds: UInt64 = 8
#endif

@Suite("Latency and fairness") struct LatencyTests {
    private func request(
        _ id: Int, prompt: Int, tokensMax: Int, key: UInt64 = 0, _ random: inout SplitMix
    ) -> GenerationRequest {
        GenerationRequest(
            id: RequestID(rawValue: UInt64(id)), prompt: Traffic.tokens(prompt, &random),
            sampling: SamplingParameters(seed: 0), tokensMax: tokensMax, fairnessKey: key)
    }

    private func limits(_ change: (inout SchedulerLimits) -> Void = { _ in }) -> SchedulerLimits {
        var limits = SchedulerLimits()
        limits.contextMax = 8192
        limits.sequencesMax = 32
        limits.sharesPrefixes = false
        change(&limits)
        return limits
    }

    /// Long prompts keep coming while eight streams run, on machines from slow to fast.
    @Test(
        "once the costs are learned, 99 of 100 steps with streams keep to the target",
        arguments: 0..<latencySeeds)
    func tokenLatency(seed: UInt64) {
        // On the slowest, eight long streams and the smallest chunk of a long prompt take the target.
        let cost = Simulation.Cost(
            base: [0.002, 0.01, 0.03][Int(seed % 3)],
            perToken: [0.0001, 0.0005, 0.0013, 0.002][Int(seed % 4)],
            perKey: [0.00000005, 0.0000002][Int(seed % 2)], noise: 0.05)
        var simulation = Simulation(
            seed: seed, limits: limits(), layout: BlockLayout(blocks: 4096), cost: cost,
            stepsPerCheck: 50
        ) { _, _ in
            var random = SplitMix(seed: seed)
            var traffic = Traffic()
            for index in 1...8 {
                traffic.clients.append(
                    .init(
                        request: request(index, prompt: 30, tokensMax: 6000, &random),
                        arrives: .zero)
                )
            }
            for index in 9...40 {
                let long = Int.random(in: 200...4000, using: &random)
                traffic.clients.append(
                    .init(
                        request: request(index, prompt: long, tokensMax: 50, &random),
                        arrives: .seconds(2500 * cost.perToken * Double(index - 8))))
            }
            return traffic
        }
        simulation.run()
        #expect(simulation.problems == [])
        let mixed = simulation.steps.filter { $0.hasStreams && $0.hasPrefill }.dropFirst(40)
        let late = mixed.filter { $0.seconds > 0.1 }
        #expect(mixed.count > 50)
        #expect(late.count * 100 <= max(mixed.count, 300))
        #expect(late.allSatisfy { $0.seconds < 0.15 })
        // And the time is used: most of these steps come near the target.
        let near = mixed.filter { $0.seconds > 0.06 }
        #expect(near.count * 2 > mixed.count)
    }

    /// A machine on which one stream and the smallest chunk take twice the target.
    @Test("a target that the model cannot keep does not make one stream wait for the other")
    func slowModel() {
        let cost = Simulation.Cost(base: 0.1, perToken: 0.006, perKey: 0, noise: 0.05)
        var simulation = Simulation(
            seed: 1, limits: limits(), layout: BlockLayout(blocks: 4096), cost: cost
        ) { _, _ in
            var random = SplitMix(seed: 1)
            var traffic = Traffic()
            for index in 1...24 {
                traffic.clients.append(
                    .init(
                        request: request(index, prompt: 60, tokensMax: 100, &random),
                        arrives: .seconds(index)))
            }
            return traffic
        }
        simulation.run()
        #expect(simulation.problems == [])
        #expect(!simulation.scheduler.tokenLatency.isKept)
        let streams = simulation.steps.filter { !$0.hasPrefill }.map(\.tokens)
        #expect((streams.max() ?? 0) >= 6)
        // It must be the best that the machine can do.
        let learned = simulation.steps.dropFirst(100).filter(\.hasStreams)
        #expect(learned.count > 100)
        #expect(learned.allSatisfy { $0.seconds < 0.4 })
    }

    /// One client floods the queue, another one sends a request now and then.
    @Test("a client that asks for little is served before a flood is through")
    func fairness() throws {
        var simulation = Simulation(
            seed: 1, limits: limits { $0.sequencesMax = 8 }, layout: BlockLayout(blocks: 2048)
        ) { _, _ in
            var random = SplitMix(seed: 5)
            var traffic = Traffic()
            for index in 1...200 {
                traffic.clients.append(
                    .init(
                        request: request(index, prompt: 200, tokensMax: 40, key: 1, &random),
                        arrives: .zero))
            }
            for index in 201...210 {
                traffic.clients.append(
                    .init(
                        request: request(index, prompt: 200, tokensMax: 40, key: 2, &random),
                        arrives: .milliseconds(50)))
            }
            return traffic
        }
        simulation.run()
        #expect(simulation.problems == [])
        let light = try (200..<210).map { try #require(simulation.order.firstIndex(of: $0)) }
        // As they are served in turn, each of its requests waits for only one of the flood (and
        // those running).
        #expect((light.max() ?? .max) < 40)
    }

    @Test("a short prompt does not wait for a long one to be through") func shortPrompts() throws {
        var simulation = Simulation(
            seed: 1, limits: limits(), layout: BlockLayout(blocks: 4096),
            stepsPerCheck: 50
        ) { _, _ in
            var random = SplitMix(seed: 5)
            var traffic = Traffic()
            for index in 1...6 {
                traffic.clients.append(
                    .init(
                        request: request(index, prompt: 6000, tokensMax: 4, &random), arrives: .zero
                    ))
            }
            for index in 7...16 {
                traffic.clients.append(
                    .init(
                        request: request(index, prompt: 50, tokensMax: 40, &random),
                        arrives: .milliseconds(300 * (index - 6))))
            }
            return traffic
        }
        simulation.run()
        #expect(simulation.problems == [])
        for index in 6..<16 {
            let first = try #require(simulation.fates[index].firstToken)
            #expect(first - simulation.traffic.clients[index].arrives < .seconds(1))
        }
    }

    /// Far more requests than the machine can serve, of all priorities and sizes, and no client
    /// gives up.
    @Test("under overload everyone accepted is served in the end", arguments: 0..<overloadSeeds)
    func noStarvation(seed: UInt64) {
        var simulation = Simulation(
            seed: seed,
            limits: limits {
                $0.sequencesMax = 6
                $0.contextMax = 1024
                $0.sharesPrefixes = seed % 2 == 0
            }, layout: BlockLayout(blocks: 100, windows: seed % 3 == 0 ? [nil, 64] : [nil])
        ) { _, _ in
            var random = SplitMix(seed: seed)
            var traffic = Traffic()
            for index in 1...120 {
                let prompt = random.chance(0.2) ? 700 : Int.random(in: 1...200, using: &random)
                traffic.clients.append(
                    .init(
                        request: request(
                            index, prompt: prompt, tokensMax: 60, key: UInt64(index % 3), &random),
                        arrives: .milliseconds(10 * index)))
            }
            return traffic
        }
        simulation.run()
        #expect(simulation.problems == [])
        #expect(simulation.fates.allSatisfy { $0.finished == [.length] })
    }
}
