import Generation
import Scheduling
import TestSupport
import Testing

#if DEBUG
    private let seedCount: UInt64 = 30
#else
    private let seedCount: UInt64 = 600
#endif

/// A machine and its limits, determined by a seed: pools from barely enough to plenty, all kinds of
/// windows.
private func simulation(seed: UInt64) -> Simulation {
    var random = SplitMix(seed: seed &+ 77)
    let windows: [[Int?]] = [[nil], [nil, 32], [16], [nil, 20, 70], [40, nil], [1, nil]]
    var limits = SchedulerLimits()
    limits.contextMax = [100, 160, 400][Int(seed % 3)]
    limits.sequencesMax = Int.random(in: 4...24, using: &random)
    limits.stepTokensMax = Int.random(in: 48...512, using: &random)
    limits.waitingRequestsMax = Int.random(in: 5...60, using: &random)
    limits.waitingTokensMax = Int.random(in: 400...8000, using: &random)
    limits.logitRowsMax = limits.sequencesMax + Int.random(in: 0...40, using: &random)
    limits.stallMax = .seconds(2)
    limits.pauseMax = .milliseconds(Int.random(in: 0...1000, using: &random))
    limits.preemptedMax = Int.random(in: 0...20, using: &random)
    limits.priorityAgeMax = .milliseconds(Int.random(in: 1...5000, using: &random))
    limits.sharesPrefixes = !random.chance(0.2)
    limits.shortPromptMax = Int.random(in: 16...100, using: &random)
    limits.queueDelay = .milliseconds(Int.random(in: 0...20, using: &random))
    let groups = windows[Int.random(in: 0..<windows.count, using: &random)]
    let needed = BlockLayout(blocks: 1, windows: groups).blocksNeeded(tokens: limits.contextMax)
    let blocks = max(4, Int(Double(needed) * Double.random(in: 0.7...6, using: &random)))
    return Simulation(
        seed: seed, limits: limits, layout: BlockLayout(blocks: blocks, windows: groups)
    ) { contextMax, start in
        Traffic.wild(seed: seed, count: 40, contextMax: contextMax, start: start)
    }
}

@Suite("Wild traffic") struct WildTrafficTests {
    /// Bursts, cancellations, deadlines, tiny pools, slow and dead readers, forks, windows, faults.
    @Test(
        "every sequence ends, every block comes back, no token twice or skipped",
        arguments: 0..<seedCount)
    func ends(seed: UInt64) {
        var simulation = simulation(seed: seed)
        simulation.run()
        #expect(simulation.problems == [])
        let figures = simulation.scheduler.figures
        #expect(figures.blocksUsed == 0)
        #expect(figures.blocksFree + figures.blocksCached == figures.blocks)
        #expect(simulation.scheduler.isIdle)
        for (client, fate) in zip(simulation.traffic.clients, simulation.fates) {
            #expect(fate.isOver, "\(client.request.id) never ended")
            check(client, fate, contextMax: simulation.scheduler.contextMax)
        }
    }

    private func check(_ client: Traffic.Client, _ fate: Simulation.Fate, contextMax: Int) {
        guard fate.rejection == nil else { return }
        for choice in 0..<client.request.choices {
            let answer = SimulatedModel.answer(
                client.request, choice: choice, contextMax: contextMax)
            let tokens = fate.tokens[choice]
            #expect(tokens == Array(answer.tokens.prefix(tokens.count)))
            switch fate.finished[choice] {
            case .cancelled?: #expect(client.cancels != nil)
            case let reason?:
                #expect(tokens == answer.tokens)
                #expect(reason == answer.reason)
                let drawn =
                    client.request.kind == .generate && reason == .stop
                    ? tokens.count + 1 : tokens.count
                #expect(fate.usage[choice]?.completionTokens == drawn)
            case nil: #expect(fate.failure != nil)
            }
        }
        switch fate.failure?.kind {
        case nil: break
        case .deadlineExceeded?:
            #expect(client.request.deadline != nil || client.request.firstTokenDeadline != nil)
        case .stalledReader?: #expect(client.reader != .prompt)
        case .numerical?: #expect(client.isFaulty)
        default: Issue.record("\(String(describing: fate.failure))")
        }
    }

    @Test("the same seed gives the same plans", arguments: 0..<min(seedCount, 20))
    func deterministic(
        seed: UInt64
    ) {
        var first = simulation(seed: seed)
        var second = simulation(seed: seed)
        first.run()
        second.run()
        #expect(first.digest == second.digest)
        #expect(first.steps.count == second.steps.count)
    }

    @Test("the seeds reach what they are meant to reach") func coverage() {
        var total = SchedulerFigures()
        var stalled = 0
        for seed in 0..<min(seedCount, 60) {
            var simulation = simulation(seed: seed)
            simulation.run()
            let figures = simulation.scheduler.figures
            total.preemptions += figures.preemptions
            total.blockCopies += figures.blockCopies
            total.promptTokensCached += figures.promptTokensCached
            total.deadlinesExceeded += figures.deadlinesExceeded
            total.numericalFaults += figures.numericalFaults
            total.requestsRejected += figures.requestsRejected
            stalled += simulation.fates.count { $0.failure?.kind == .stalledReader }
        }
        #expect(total.preemptions > 50)
        #expect(total.blockCopies > 50)
        #expect(total.promptTokensCached > 500)
        #expect(total.deadlinesExceeded > 10)
        #expect(total.numericalFaults > 2)
        #expect(total.requestsRejected > 10)
        #expect(stalled > 0)
    }
}
