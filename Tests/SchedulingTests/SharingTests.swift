import Generation
import Testing

@testable import Scheduling

@Suite("Prefix cache") struct PrefixCacheTests {
    @Test("an equal beginning is computed once, and the last token always") func reuse() throws {
        var bench = Bench()
        let first = try bench.submit(prompt(48), tokensMax: 1)
        bench.run()
        let second = try bench.submit(prompt(48), tokensMax: 1)
        bench.step()
        #expect(bench.plan.entries[0].firstPosition == 32)
        #expect(bench.plan.entries[0].count == 16)
        bench.run()
        #expect(bench.usage(first)?.cachedTokens == 0)
        #expect(bench.usage(second)?.cachedTokens == 32)
        #expect(bench.scheduler.figures.reuseRate == 32.0 / 96)
    }

    @Test("a multi-turn prompt finds the last answer too") func multiTurn() throws {
        var bench = Bench()
        let first = try bench.submit(prompt(20), tokensMax: 29)
        bench.run()
        // 48 of the 49 tokens were computed: three full blocks.
        let next = prompt(20) + bench.tokens(first) + prompt(5)
        let second = try bench.submit(next, tokensMax: 1)
        bench.run()
        #expect(bench.usage(second)?.cachedTokens == 48)
    }

    @Test("a salt, or the wish for prompt log-probabilities, keeps from sharing") func apart()
        throws
    {
        var bench = Bench()
        try bench.submit(prompt(48), tokensMax: 1)
        bench.run()
        let salted = try bench.submit(prompt(48), tokensMax: 1) { $0.cacheSalt = 5 }
        bench.run()
        let scored = try bench.submit(prompt(48), tokensMax: 1) { $0.promptLogprobs = 0 }
        bench.step()
        #expect(bench.plan.entries[0].promptLogprobRows == 0..<47)
        #expect(bench.plan.entries[0].logitRows == 0..<48)
        bench.run()
        #expect(bench.usage(salted)?.cachedTokens == 0)
        #expect(bench.usage(scored)?.cachedTokens == 0)
    }

    @Test("the block used longest ago goes first, the end of a prompt before its beginning")
    func evicts() throws {
        var bench = Bench(blocks: 6)
        try bench.submit(prompt(40), tokensMax: 1)
        bench.run()
        let old = try bench.submit(prompt(40, from: 900), tokensMax: 1)
        bench.run()
        #expect(bench.scheduler.figures.blocksCached == 4)
        // Three blocks more: two free ones and the first prompt's second block.
        try bench.submit(prompt(40, from: 500), tokensMax: 1)
        bench.run()
        let again = try bench.submit(prompt(40), tokensMax: 1)
        bench.step()
        #expect(bench.plan.entries[0].firstPosition == 16)
        bench.run()
        #expect(bench.usage(old)?.cachedTokens == 0)
        #expect(bench.usage(again)?.cachedTokens == 16)
    }

    @Test("a hit needs what every group can see, and no more") func windows() throws {
        // After 64 tokens a window of 20 sees positions 45...64: the third and fourth block.
        var bench = Bench(blocks: 40, windows: [nil, 20])
        try bench.submit(prompt(70), tokensMax: 1)
        bench.run()
        let second = try bench.submit(prompt(70), tokensMax: 1)
        bench.step()
        #expect(bench.plan.entries[0].firstPosition == 64)
        let entry = bench.plan.entries[0]
        let windowed = bench.plan.table(1, of: entry)
        #expect(windowed.prefix(4).map { $0 < 0 } == [true, true, false, false])
        #expect(bench.plan.table(0, of: entry).allSatisfy { $0 >= 0 })
        bench.run()
        #expect(bench.usage(second)?.cachedTokens == 64)
    }

    @Test("a faulty sequence's blocks are never shared") func faulty() throws {
        var bench = Bench()
        let bad = try bench.submit(prompt(48), tokensMax: 1)
        bench.faulty = [bad]
        bench.step()
        let blocks = bench.plan.table(of: bench.plan.entries[0])
        bench.faulty = []
        let good = try bench.submit(prompt(48), tokensMax: 1)
        bench.step()
        #expect(Set(bench.plan.clearedBlocks) == Set(blocks))
        #expect(bench.plan.entries[0].firstPosition == 0)
        bench.run()
        #expect(bench.usage(good)?.cachedTokens == 0)
    }

    @Test("nodes are bounded and all go when their blocks go") func nodes() throws {
        var bench = Bench(blocks: 8, windows: [16]) { $0.contextMax = 4096 }
        for round in 0..<40 {
            try bench.submit(prompt(1000, from: Int32(round) * 1000), tokensMax: 1)
            bench.run()
        }
        #expect(bench.scheduler.blocks.cache.nodeCount <= 4 * 8 + 1024)
    }
}

@Suite("Windows") struct WindowTests {
    @Test("blocks wholly behind the window are given back") func released() throws {
        var bench = Bench(blocks: 40, windows: [20]) { $0.sharesPrefixes = false }
        try bench.submit(prompt(10), tokensMax: 200)
        var most = 0
        while !bench.scheduler.isIdle {
            bench.step()
            guard let entry = bench.plan.entries.first else { continue }
            let table = bench.plan.table(of: entry)
            // The block of the oldest visible key is there, and all blocks before it are gone.
            let oldest = max(0, entry.firstPosition - 19) / 16
            #expect(table[..<oldest].allSatisfy { $0 < 0 })
            #expect(table[oldest...].allSatisfy { $0 >= 0 })
            most = max(most, bench.scheduler.figures.blocksUsed)
        }
        #expect((2...3).contains(most))
    }
}

@Suite("Choices") struct ChoicesTests {
    @Test("choices share the prompt and copy the partly filled block") func fork() throws {
        var bench = Bench()
        let id = try bench.submit(prompt(40), tokensMax: 3) { $0.choices = 3 }
        bench.step()
        #expect(bench.plan.entries.count == 1)
        #expect(bench.tokens(id).count == 1)
        bench.step()
        #expect(bench.plan.entries.map(\.choice) == [0, 1, 2])
        #expect(bench.plan.entries.map(\.firstPosition) == [40, 39, 39])
        // The first two copy; the third is then the only one left in the block.
        #expect(bench.plan.copies.count == 2)
        let tables = bench.plan.entries.map { bench.plan.table(of: $0) }
        #expect(Set(tables.map { Array($0.prefix(2)) }).count == 1)
        #expect(Set(tables.map { $0[2] }).count == 3)
        bench.run()
        for choice in 0..<3 {
            #expect(bench.tokens(id, choice: choice) == [140, 141, 142])
            #expect(bench.finish(id, choice: choice) == .length)
        }
        #expect(bench.scheduler.figures.blocksUsed == 0)
    }

    @Test("a prompt that ends with its block needs no copy but of the shared last one")
    func wholeBlock() throws {
        var bench = Bench()
        let id = try bench.submit(prompt(33), tokensMax: 2) { $0.choices = 2 }
        bench.run()
        // Position 32 begins a block, so the fork computes it into its own block.
        #expect(bench.scheduler.figures.blockCopies == 0)
        #expect(bench.tokens(id, choice: 1) == [133, 134])
    }

    @Test("one choice can end early without the others") func cancelOne() throws {
        var bench = Bench()
        let id = try bench.submit(prompt(40), tokensMax: 5) { $0.choices = 2 }
        bench.scheduler.cancel(id, choice: 1, into: &bench.outcomes)
        #expect(bench.outcomes.isEmpty)
        bench.step()
        bench.step()
        bench.scheduler.cancel(id, choice: 0, into: &bench.outcomes)
        bench.run()
        #expect(bench.finish(id, choice: 0) == .cancelled)
        #expect(bench.tokens(id, choice: 1).count == 5)
    }

    @Test("cancelling a request whose choices have not started ends them all") func cancelAll()
        throws
    {
        var bench = Bench()
        let id = try bench.submit(prompt(40), tokensMax: 5) { $0.choices = 3 }
        bench.scheduler.cancel(id, into: &bench.outcomes)
        #expect((0..<3).allSatisfy { bench.finish(id, choice: $0) == .cancelled })
        #expect(bench.scheduler.isIdle)
    }
}
