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
            let load = StepLoad().adding(count, at: position, windows: [window])
            #expect(load.keys == slow(count, position, window))
        }
        let both = StepLoad().adding(10, at: 0, windows: [nil, 5])
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
                    let load = batcher.adding(size.0, at: size.1, to: StepLoad())
                    return (load, truth(load))
                })
            #expect(batcher.isLearned)
            let load = batcher.adding(128, at: 0, to: StepLoad())
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
        let count = batcher.chunk(adding: 2000, at: 0, to: load, seconds: 0.1)
        #expect(abs(count - 82) <= 6)
        #expect(batcher.chunk(adding: 20, at: 0, to: load, seconds: 0.1) == 20)
        #expect(batcher.chunk(adding: 20, at: 0, to: load, seconds: 0.001) == 0)
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
