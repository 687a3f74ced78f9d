import Generation
import Testing

@testable import Scheduling

/// A scheduler, and an engine that computes nothing and draws what `token` says.
struct Bench {
    var scheduler: Scheduler
    var now = ContinuousClock.now
    var plan = StepPlan()
    var outcomes: [Outcome] = []
    var stepDuration: Duration = .milliseconds(1)
    /// The token drawn at a position.
    var token: (_ request: RequestID, _ position: Int) -> Int32 = { _, position in
        Int32(100 + position)
    }
    var faulty: Set<RequestID> = []

    init(
        blocks: Int = 64, windows: [Int?] = [nil],
        limits change: (inout SchedulerLimits) -> Void = { _ in }
    ) {
        var limits = SchedulerLimits()
        limits.sequencesMax = 8
        limits.queueDelay = .zero
        change(&limits)
        scheduler = Scheduler(
            limits: limits, layout: BlockLayout(blocks: blocks, windows: windows))
    }

    @discardableResult
    mutating func submit(
        _ prompt: [Int32], tokensMax: Int = 4,
        _ change: (inout GenerationRequest) -> Void = { _ in }
    ) throws -> RequestID {
        var request = GenerationRequest(
            prompt: prompt, sampling: SamplingParameters(seed: 0), tokensMax: tokensMax)
        change(&request)
        try scheduler.submit(request, now: now)
        return request.id
    }

    /// Runs one step and appends its results to `outcomes`.
    mutating func step() {
        scheduler.step(now: now, into: &plan)
        outcomes += plan.outcomes
        now += stepDuration
        guard !plan.entries.isEmpty else { return }
        let results = plan.entries.map { entry in
            StepResult(
                sequence: entry.sequence,
                token: entry.wantsSample
                    ? token(entry.request, entry.firstPosition + entry.count) : nil,
                isFaulty: faulty.contains(entry.request))
        }
        scheduler.complete(results, duration: stepDuration, now: now, into: &outcomes)
        #expect(scheduler.invariantViolation() == nil)
    }

    mutating func run(stepsMax: Int = 1000) {
        var steps = 0
        while !scheduler.isIdle, steps < stepsMax {
            step()
            steps += 1
        }
        #expect(scheduler.isIdle)
    }

    func tokens(_ id: RequestID, choice: Int = 0) -> [Int32] {
        outcomes.compactMap {
            if case .token(_, id, choice: choice, let token) = $0 { token } else { nil }
        }
    }

    func finish(_ id: RequestID, choice: Int = 0) -> FinishReason? {
        for case .finished(_, id, choice: choice, let reason, _) in outcomes { return reason }
        return nil
    }

    func usage(_ id: RequestID, choice: Int = 0) -> Usage? {
        for case .finished(_, id, choice: choice, _, let usage) in outcomes { return usage }
        return nil
    }

    func failure(_ id: RequestID) -> GenerationFailure? {
        for case .failed(id, let failure) in outcomes { return failure }
        return nil
    }
}

func prompt(_ count: Int, from first: Int32 = 0) -> [Int32] {
    (0..<Int32(count)).map { $0 &+ first }
}

extension StepPlan {
    /// An entry's block table for a group of layers.
    func table(_ group: Int = 0, of entry: Entry) -> [Int32] {
        Array(batch.tables[entry.chunk.table(group)...].prefix(entry.chunk.tableLength))
    }
}

@Suite("Scheduler") struct SchedulerTests {
    @Test("a prompt and its tokens are computed once each, in order") func plain() throws {
        var bench = Bench()
        let id = try bench.submit(prompt(20), tokensMax: 3)
        bench.step()
        #expect(bench.plan.admitted == [id])
        #expect(bench.plan.entries.count == 1)
        #expect(Array(bench.plan.tokens(of: bench.plan.entries[0])) == prompt(20))
        #expect(bench.plan.entries[0].wantsSample)
        #expect(bench.plan.entries[0].logitRows == 19..<20)
        #expect(bench.plan.table(of: bench.plan.entries[0]).count == 2)
        bench.step()
        #expect(bench.plan.entries[0].firstPosition == 20)
        #expect(bench.plan.batch.tokens == [120])
        bench.step()
        #expect(bench.plan.batch.tokens == [121])
        #expect(bench.tokens(id) == [120, 121, 122])
        #expect(bench.finish(id) == .length)
        #expect(
            bench.usage(id) == Usage(promptTokens: 20, completionTokens: 3, cachedTokens: 0))
        #expect(bench.scheduler.figures.blocksUsed == 0)
    }

    @Test("a stop token ends a choice, is counted and not delivered") func stop() throws {
        var bench = Bench()
        let id = try bench.submit(prompt(5), tokensMax: 9) { $0.stopTokens = [107] }
        bench.run()
        #expect(bench.tokens(id) == [105, 106])
        #expect(bench.finish(id) == .stop)
        #expect(bench.usage(id)?.completionTokens == 3)
    }

    @Test("a prompt counts as done when it is computed, once, however its request ends")
    func promptTokens() throws {
        var bench = Bench()
        let many = try bench.submit(prompt(5), tokensMax: 9) { $0.choices = 3 }
        bench.step()
        #expect(bench.scheduler.figures.promptTokensDone == 5)
        bench.step()
        var outcomes: [Outcome] = []
        bench.scheduler.cancel(many, into: &outcomes)
        #expect(bench.scheduler.figures.promptTokensDone == 5)
        let waiting = try bench.submit(prompt(7), tokensMax: 9)
        bench.scheduler.cancel(waiting, into: &outcomes)
        #expect(bench.scheduler.figures.promptTokensDone == 5)
    }

    @Test("a request joins the running batch at the next step") func joins() throws {
        var bench = Bench()
        try bench.submit(prompt(5), tokensMax: 9)
        bench.step()
        try bench.submit(prompt(7), tokensMax: 9)
        bench.step()
        #expect(bench.plan.entries.map(\.count) == [1, 7])
        bench.step()
        #expect(bench.plan.entries.map(\.count) == [1, 1])
    }

    @Test("a long prompt comes in chunks that end blocks while others go on") func chunks() throws {
        var bench = Bench(blocks: 200) {
            $0.stepTokensMax = 64
        }
        try bench.submit(prompt(4), tokensMax: 90)
        bench.step()
        let long = try bench.submit(prompt(300, from: 1000), tokensMax: 2)
        var computed: [Int32] = []
        while bench.tokens(long).isEmpty {
            bench.step()
            #expect(bench.plan.entries[0].count == 1)
            #expect(bench.plan.batch.tokens.count <= 64)
            let entry = try #require(bench.plan.entries.last)
            if entry.request == long {
                #expect(entry.firstPosition == computed.count)
                computed += bench.plan.tokens(of: entry)
                #expect(computed.count % 16 == 0 || computed.count == 300)
                #expect(entry.wantsSample == (computed.count == 300))
            }
        }
        #expect(computed == prompt(300, from: 1000))
    }

    @Test("the queue is bounded in requests and in tokens") func bounded() throws {
        var bench = Bench {
            $0.waitingRequestsMax = 3
            $0.waitingTokensMax = 100
        }
        try bench.submit(prompt(60))
        try bench.submit(prompt(40))
        #expect(throws: Rejection.queueFull(retryAfter: .seconds(1))) {
            try bench.submit(prompt(1))
        }
        bench.run()
        for _ in 0..<3 { try bench.submit(prompt(1)) }
        #expect(throws: Rejection.self) { try bench.submit(prompt(1)) }
        #expect(bench.scheduler.figures.requestsRejected == 2)
    }

    @Test("what can never run is refused by name") func refused() throws {
        var bench = Bench(blocks: 4)
        #expect(bench.scheduler.contextMax == 64)
        #expect(throws: Rejection.promptTooLong(tokens: 64, max: 63)) {
            try bench.submit(prompt(64))
        }
        #expect(throws: Rejection.invalid(InvalidParameter("prompt", "is empty"))) {
            try bench.submit([])
        }
        #expect(throws: Rejection.invalid(InvalidParameter("n", "is 9, must be 1 to 8"))) {
            try bench.submit(prompt(1)) { $0.choices = 9 }
        }
        #expect(throws: Rejection.hopeless) {
            try bench.submit(prompt(1)) { [now = bench.now] in $0.deadline = now }
        }
    }

    @Test("cancelling frees the blocks at once and touches nobody else") func cancel() throws {
        var bench = Bench()
        let first = try bench.submit(prompt(20), tokensMax: 5)
        let second = try bench.submit(prompt(20, from: 50), tokensMax: 5)
        bench.step()
        bench.scheduler.cancel(first, into: &bench.outcomes)
        #expect(bench.finish(first) == .cancelled)
        #expect(bench.scheduler.figures.blocksUsed == 2)
        bench.scheduler.cancel(first, into: &bench.outcomes)
        bench.run()
        #expect(bench.tokens(second) == [120, 121, 122, 123, 124])
        #expect(bench.tokens(first) == [120])
    }

    @Test("a request cancelled while its step runs is skipped") func cancelInFlight() throws {
        var bench = Bench()
        let id = try bench.submit(prompt(20), tokensMax: 5)
        let plan = bench.scheduler.step(now: bench.now)
        bench.scheduler.cancel(id, into: &bench.outcomes)
        let outcomes = bench.scheduler.complete(
            [StepResult(sequence: plan.entries[0].sequence, token: 1)],
            duration: .milliseconds(1), now: bench.now)
        #expect(outcomes.isEmpty)
        #expect(bench.scheduler.isIdle)
    }

    @Test("out of blocks, the last admitted gives way and loses nothing") func preempts() throws {
        // Two sequences of 32 + 40 tokens need ten blocks; there are seven.
        var bench = Bench(blocks: 7) { $0.sharesPrefixes = false }
        let first = try bench.submit(prompt(32), tokensMax: 40)
        let second = try bench.submit(prompt(32, from: 500), tokensMax: 40)
        bench.run()
        #expect(bench.scheduler.figures.preemptions > 0)
        let expected = (132..<172).map { Int32($0) }
        #expect(bench.tokens(first) == expected)
        #expect(bench.tokens(second) == expected)
        #expect(bench.usage(second)?.completionTokens == 40)
        #expect(bench.scheduler.figures.blocksFree == 7)
    }

    @Test("a fault fails its request alone and its blocks are cleared first") func fault() throws {
        var bench = Bench()
        let good = try bench.submit(prompt(20), tokensMax: 5)
        let bad = try bench.submit(prompt(20, from: 50), tokensMax: 5)
        bench.step()
        let table = bench.plan.table(of: bench.plan.entries[1])
        bench.faulty = [bad]
        bench.step()
        #expect(bench.failure(bad)?.kind == .numerical)
        bench.step()
        // The first block was full, finite and in the cache before the fault.
        #expect(bench.plan.clearedBlocks == [table[1]])
        bench.run()
        #expect(bench.tokens(good).count == 5)
        #expect(bench.scheduler.figures.numericalFaults == 1)
    }

    @Test("a step has no more rows of logits than its limit, and all of them come") func logitRows()
        throws
    {
        var bench = Bench(blocks: 200) {
            $0.logitRowsMax = 8
            $0.stepTokensMax = 64
        }
        try bench.submit(prompt(4), tokensMax: 60)
        let scored = try bench.submit(prompt(50, from: 300), tokensMax: 2) {
            $0.promptLogprobs = 0
        }
        let plain = try bench.submit(prompt(50, from: 700), tokensMax: 2)
        var rows: [Int] = []
        while !bench.scheduler.isIdle {
            bench.step()
            #expect(bench.plan.entries.reduce(0) { $0 + $1.logitRows.count } <= 8)
            for entry in bench.plan.entries where entry.request == scored {
                rows += entry.promptLogprobRows.map { entry.firstPosition + $0 + 1 }
            }
        }
        #expect(rows == Array(1..<50))
        #expect(bench.finish(scored) == .length && bench.finish(plain) == .length)
    }

    @Test("blocks that others hold of a shared beginning are not asked for twice") func sharedRoom()
        throws
    {
        // The second prompt needs one block of its own, in addition to the ten that the first
        // holds.
        var bench = Bench(blocks: 14)
        try bench.submit(prompt(160), tokensMax: 12)
        bench.step()
        bench.step()
        let second = try bench.submit(prompt(160) + [7], tokensMax: 2)
        bench.step()
        #expect(bench.plan.admitted == [second])
        bench.run()
    }

    @Test("an entry without a result fails its request") func unreported() throws {
        var bench = Bench()
        let id = try bench.submit(prompt(20), tokensMax: 5)
        _ = bench.scheduler.step(now: bench.now)
        bench.outcomes = bench.scheduler.complete([], duration: .zero, now: bench.now)
        #expect(bench.failure(id)?.kind == .internal)
        #expect(bench.scheduler.isIdle)
    }

    @Test("failAll ends everything") func failAll() throws {
        var bench = Bench()
        let ids = try (0..<12).map { _ in try bench.submit(prompt(20), tokensMax: 5) }
        bench.step()
        bench.scheduler.failAll(GenerationFailure(.unavailable, "bye"), into: &bench.outcomes)
        #expect(ids.allSatisfy { bench.failure($0)?.kind == .unavailable })
        #expect(bench.scheduler.isIdle)
        #expect(bench.scheduler.invariantViolation() == nil)
    }
}
