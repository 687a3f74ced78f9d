import Testing

@testable import Scheduling

@Suite("Cost model") struct CostModelTests {
    @Test("it learns a machine's costs and predicts steps it has not seen") func learns() {
        var model = CostModel(expertShare: 0.125)
        func truth(_ load: StepLoad) -> Double {
            0.004 + 0.0007 * Double(load.tokens) + 3e-7 * load.keys
        }
        for index in 0..<60 {
            let load = StepLoad(tokens: 1 + index * 37 % 300, keys: Double(index * 7919 % 50_000))
            model.observe(load, seconds: truth(load))
        }
        let load = StepLoad(tokens: 500, keys: 100_000)
        #expect(abs(model.seconds(load) / truth(load) - 1) < 0.05)
    }

    @Test("what steady steps say nothing about is not forgotten") func remembers() {
        var model = CostModel(expertShare: 0)
        func truth(_ load: StepLoad) -> Double { 0.01 + 0.001 * Double(load.tokens) }
        for index in 0..<40 {
            let load = StepLoad(tokens: 1 + index * 13 % 100, keys: 0)
            model.observe(load, seconds: truth(load))
        }
        for _ in 0..<5000 {
            model.observe(StepLoad(tokens: 4, keys: 0), seconds: truth(StepLoad(tokens: 4)))
        }
        let load = StepLoad(tokens: 80)
        #expect(abs(model.seconds(load) / truth(load) - 1) < 0.1)
    }

    @Test("nonsense is not learned") func nonsense() {
        var model = CostModel(expertShare: 0)
        for seconds in [0, -1, .nan, .infinity] {
            model.observe(StepLoad(tokens: 5), seconds: seconds)
        }
        #expect(model.steps == 0)
    }

    @Test("keys are counted within windows") func keys() {
        func slow(_ count: Int, _ position: Int, _ window: Int) -> Double {
            (position..<position + count).reduce(0) { $0 + Double(min($1 + 1, window)) }
        }
        for (count, position, window) in [(5, 0, 3), (10, 7, 12), (4, 100, 16), (9, 3, 1000)] {
            let load = StepLoad().adding(
                count, at: position, logitRows: 1, windows: [window])
            #expect(load.keys == slow(count, position, window))
        }
        let both = StepLoad().adding(10, at: 0, logitRows: 0, windows: [nil, 5])
        #expect(both.keys == (slow(10, 0, 1000) + slow(10, 0, 5)) / 2)
    }
}

@Suite("Adaptive batcher") struct AdaptiveBatcherTests {
    private func batcher() -> AdaptiveBatcher {
        AdaptiveBatcher(limits: SchedulerLimits(), windows: [nil])
    }

    @Test("a few measured steps teach it what later steps cost") func measured() {
        func truth(_ load: StepLoad) -> Double {
            0.006 + 0.0005 * Double(load.tokens) + 1e-7 * load.keys
        }
        for share in [0, 0.125, 1] {
            var limits = SchedulerLimits()
            limits.expertShare = share
            var batcher = AdaptiveBatcher(limits: limits, windows: [nil])
            let sizes = [(1, 0), (1, 1024), (16, 0), (64, 0), (256, 0)]
            batcher.learn(
                sizes.map { size in
                    let load = batcher.adding(
                        size.0, at: size.1, logitRows: 1, to: StepLoad())
                    return (load, truth(load))
                })
            #expect(batcher.isLearned)
            let load = batcher.adding(128, at: 0, logitRows: 1, to: StepLoad())
            #expect(abs(batcher.model.seconds(load) / truth(load) - 1) < 0.1)
        }
    }

    @Test("without a model it feels its way up and halves when it was too much") func fallback() {
        var batcher = batcher()
        let first = batcher.prefillTokensMax(hasStreams: true)
        batcher.observe(
            StepLoad(tokens: first), prefillTokens: first, hasStreams: true, seconds: 0.01)
        let second = batcher.prefillTokensMax(hasStreams: true)
        #expect(second == 2 * first)
        batcher.observe(
            StepLoad(tokens: second), prefillTokens: second, hasStreams: true, seconds: 0.2)
        #expect(batcher.prefillTokensMax(hasStreams: true) == second / 2)
        // Steps without streams have a limit of their own.
        #expect(batcher.prefillTokensMax(hasStreams: false) == first)
    }

    @Test("a learned chunk is the largest within the time") func chunk() {
        var batcher = batcher()
        for index in 0..<60 {
            let load = StepLoad(tokens: 1 + index * 37 % 300, keys: Double(index * 7919 % 50_000))
            batcher.observe(
                load, prefillTokens: 1, hasStreams: true,
                seconds: 0.01 + 0.001 * Double(load.tokens))
        }
        #expect(batcher.isLearned)
        let load = StepLoad(tokens: 8, keys: 800)
        func chunk(_ limit: Int, _ seconds: Double) -> Int {
            batcher.chunk(adding: limit, to: load, seconds: seconds) { load, count in
                batcher.adding(count, at: 0, logitRows: 1, to: load)
            }
        }
        #expect(abs(chunk(2000, 0.1) - 82) <= 6)
        #expect(chunk(20, 0.1) == 20)
        #expect(chunk(20, 0.001) == 0)
    }

    /// A batcher that has learned the costs of a machine.
    private func learned(_ truth: (StepLoad) -> Double) -> AdaptiveBatcher {
        var batcher = batcher()
        for index in 0..<80 {
            let load = StepLoad(
                tokens: 1 + index * 37 % 300, keys: Double(index * 7919 % 50_000),
                logitRows: 1 + index * 11 % 64)
            batcher.observe(load, prefillTokens: 0, hasStreams: true, seconds: truth(load))
        }
        #expect(batcher.isLearned)
        return batcher
    }

    @Test("rows of logits have a price of their own") func logitRows() {
        func truth(_ load: StepLoad) -> Double {
            0.005 + 0.0005 * Double(load.tokens) + 0.001 * Double(load.logitRows)
        }
        let batcher = learned(truth)
        for rows in [1, 64] {
            let load = StepLoad(tokens: 64, keys: 2000, logitRows: rows)
            #expect(abs(batcher.model.seconds(load) / truth(load) - 1) < 0.1)
        }
    }

    @Test("a target that cannot be kept gives way to what a few streams and a prompt take")
    func givenUp() {
        // One stream and the smallest chunk take 0.185 s, of a target of 0.1 s.
        var slow = learned { 0.1 + 0.005 * Double($0.tokens) }
        let streams = StepLoad(tokens: 1, keys: 100, logitRows: 1)
        slow.judgeTarget(beside: streams)
        #expect(!slow.keepsTarget)
        let eight = StepLoad(tokens: 24, keys: 936, logitRows: 8)
        #expect(slow.budget(hasStreams: true) >= slow.model.seconds(eight) * 0.99)
        #expect(slow.streamTarget > 0.2 && slow.streamTarget < 0.5)
        // A machine that can keep the target must keep it.
        var fast = learned { 0.01 + 0.001 * Double($0.tokens) }
        fast.judgeTarget(beside: streams)
        #expect(fast.keepsTarget && fast.streamTarget == 0.1)
        #expect(fast.budget(hasStreams: true) <= 0.1)
    }

    @Test("late streams do not count against prompts, and trust comes back without any")
    func trust() {
        var batcher = learned { 0.01 + 0.001 * Double($0.tokens) }
        // The streams alone are predicted to take 0.13 s, so no prompt made them late.
        let late = StepLoad(tokens: 120, keys: 100, logitRows: 64)
        for _ in 0..<5 {
            batcher.observe(
                late, streams: late, prefillTokens: 16, hasStreams: true, seconds: 0.14)
        }
        #expect(batcher.trust == 1)
        let streams = StepLoad(tokens: 4, keys: 100, logitRows: 4)
        let load = StepLoad(tokens: 60, keys: 1000, logitRows: 4)
        for _ in 0..<5 {
            batcher.observe(
                load, streams: streams, prefillTokens: 56, hasStreams: true, seconds: 0.12)
        }
        #expect(batcher.trust < 0.6)
        for _ in 0..<40 {
            batcher.observe(
                streams, streams: streams, prefillTokens: 0, hasStreams: true, seconds: 0.015)
        }
        #expect(batcher.trust == 1)
    }
}

@Suite("Block layout") struct BlockLayoutTests {
    @Test("needs are exact without windows and bounded with them") func needs() {
        let full = BlockLayout(blocks: 10)
        #expect(full.blocksNeeded(tokens: 0) == 0)
        #expect(full.blocksNeeded(tokens: 16) == 1)
        #expect(full.blocksNeeded(tokens: 17) == 2)
        #expect(full.tokensMax(upTo: 1000) == 160)
        #expect(full.tokensMax(upTo: 100) == 100)
        let mixed = BlockLayout(blocks: 10, windows: [nil, 16])
        #expect(mixed.blocksNeeded(tokens: 160) == 12)
        #expect(mixed.tokensMax(upTo: 1000) == 128)
        let many = BlockLayout(blocks: 1, windows: [Int?](repeating: nil, count: 40))
        #expect(many.blocksNeeded(tokens: .max) == .max)
    }
}
