import Generation
import Testing

@testable import Scheduling

@Suite("Order") struct OrderTests {
    /// The order in which requests are admitted, one at a time.
    private func order(_ bench: inout Bench) -> [RequestID] {
        var order: [RequestID] = []
        var steps = 0
        while !bench.scheduler.isIdle, steps < 200 {
            bench.step()
            order += bench.plan.admitted
            steps += 1
        }
        return order
    }

    @Test("lower priority numbers go first, then the first come") func priorities() throws {
        var bench = Bench { $0.sequencesMax = 1 }
        let low = try bench.submit(prompt(5)) { $0.priority = 1 }
        let first = try bench.submit(prompt(5))
        let second = try bench.submit(prompt(5))
        let high = try bench.submit(prompt(5)) { $0.priority = -1 }
        #expect(order(&bench) == [high, first, second, low])
    }

    @Test("a deadline that comes close overtakes, a far one does not") func deadlines() throws {
        var bench = Bench { $0.sequencesMax = 1 }
        let plain = try bench.submit(prompt(5))
        let far = try bench.submit(prompt(5)) { [now = bench.now] in
            $0.deadline = now + .seconds(3600)
        }
        let near = try bench.submit(prompt(5)) { [now = bench.now] in
            $0.firstTokenDeadline = now + .milliseconds(300)
        }
        #expect(order(&bench) == [near, plain, far])
    }

    @Test("clients take turns by what they were served") func fairness() throws {
        var bench = Bench { $0.sequencesMax = 1 }
        var flood: [RequestID] = []
        for _ in 0..<4 { flood.append(try bench.submit(prompt(50)) { $0.fairnessKey = 1 }) }
        let light = try bench.submit(prompt(5)) { $0.fairnessKey = 2 }
        let lighter = try bench.submit(prompt(5)) { $0.fairnessKey = 2 }
        #expect(order(&bench) == [flood[0], light, lighter, flood[1], flood[2], flood[3]])
        #expect(bench.scheduler.shares.rememberedCount == 0)
    }

    @Test("a client that leaves and comes back at once is charged for what it was served")
    func debts() throws {
        var bench = Bench(blocks: 200) { $0.sequencesMax = 1 }
        let large = try bench.submit(prompt(500), tokensMax: 1) { $0.fairnessKey = 1 }
        let first = try bench.submit(prompt(5), tokensMax: 1) { $0.fairnessKey = 2 }
        for _ in 0..<100 where bench.scheduler.requests[large] != nil { bench.step() }
        // Client 1 has no request any more, client 2 still has one.
        let again = try bench.submit(prompt(5), tokensMax: 1) { $0.fairnessKey = 1 }
        let second = try bench.submit(prompt(5), tokensMax: 1) { $0.fairnessKey = 2 }
        let order = order(&bench).filter { $0 != first }
        #expect(order == [second, again])
    }

    @Test("whoever waits long enough is equal to the best priority that waits") func ages() throws {
        var bench = Bench {
            $0.sequencesMax = 1
            $0.priorityAgeMax = .seconds(1)
        }
        bench.stepDuration = .milliseconds(50)
        let low = try bench.submit(prompt(5), tokensMax: 1) { $0.priority = 1000 }
        var admitted: [RequestID] = []
        for _ in 0..<40 where !admitted.contains(low) {
            try bench.submit(prompt(5), tokensMax: 1) { $0.priority = -1000 }
            bench.step()
            admitted += bench.plan.admitted
        }
        #expect(admitted.last == low)
        #expect(admitted.count > 15)
    }

    @Test("deadlines overtake nobody who has waited long enough") func agesPastDeadlines() throws {
        var bench = Bench {
            $0.sequencesMax = 1
            $0.priorityAgeMax = .seconds(1)
        }
        bench.stepDuration = .milliseconds(50)
        let plain = try bench.submit(prompt(5), tokensMax: 1) { $0.fairnessKey = 1 }
        var admitted: [RequestID] = []
        for _ in 0..<60 where !admitted.contains(plain) {
            try bench.submit(prompt(5), tokensMax: 1) { [now = bench.now] in
                $0.fairnessKey = 2
                $0.firstTokenDeadline = now + .milliseconds(300)
            }
            bench.step()
            admitted += bench.plan.admitted
        }
        #expect(admitted.last == plain)
        #expect(admitted.count > 15)
    }

    @Test("a client that comes back with many requests starts level, whatever it had saved")
    func returns() throws {
        var bench = Bench(blocks: 200) { $0.sequencesMax = 2 }
        // Client 2 keeps one cheap stream while client 1 is served a lot.
        try bench.submit(prompt(2), tokensMax: 200) { $0.fairnessKey = 2 }
        for _ in 0..<6 {
            try bench.submit(prompt(300), tokensMax: 2) { $0.fairnessKey = 1 }
            for _ in 0..<4 { bench.step() }
        }
        // Now both come with many requests and take turns.
        var flood: [RequestID] = []
        for _ in 0..<4 {
            flood.append(try bench.submit(prompt(100), tokensMax: 2) { $0.fairnessKey = 2 })
        }
        let other = try bench.submit(prompt(100), tokensMax: 2) { $0.fairnessKey = 1 }
        let order = order(&bench)
        let place = try #require(order.firstIndex(of: other))
        #expect(place <= 2)
    }

    @Test("shedding counts the prompts before, and what the cache has of its own") func ahead()
        throws
    {
        var bench = Bench(blocks: 4000) {
            $0.sequencesMax = 1
            $0.contextMax = 8192
            $0.prefillLatencyMax = .seconds(5)
        }
        // A machine that takes 1 ms for each token.
        let sizes = [1, 16, 64, 256, 512, 1024]
        bench.scheduler.learn(
            sizes.map {
                MeasuredStep(
                    tokens: $0, position: 0, logitRows: 1, duration: .milliseconds($0 + 1))
            })
        let cached = prompt(800, from: 5000)
        bench.stepDuration = .milliseconds(801)
        let earlier = try bench.submit(cached, tokensMax: 1)
        bench.step()
        #expect(bench.tokens(earlier).count == 1)
        let due = bench.now + .milliseconds(1200)
        func submit(_ tokens: [Int32]) throws -> RequestID {
            try bench.submit(tokens, tokensMax: 1) { $0.firstTokenDeadline = due }
        }
        let first = try submit(prompt(600, from: 1000))
        let second = try submit(prompt(500, from: 2000))
        let third = try submit(prompt(500, from: 3000))
        let known = try submit(cached)
        bench.step()
        #expect(bench.failure(first) == nil && bench.failure(second) == nil)
        #expect(bench.failure(third)?.kind == .deadlineExceeded)
        #expect(bench.failure(known) == nil)
    }

    @Test("a passed deadline fails waiting and running requests") func expires() throws {
        var bench = Bench {
            $0.sequencesMax = 1
        }
        let running = try bench.submit(prompt(5), tokensMax: 50) { [now = bench.now] in
            $0.deadline = now + .milliseconds(10)
        }
        let waiting = try bench.submit(prompt(5)) { [now = bench.now] in
            $0.deadline = now + .milliseconds(20)
        }
        bench.step()
        #expect(bench.tokens(running).count == 1)
        bench.now += .milliseconds(30)
        bench.step()
        #expect(bench.failure(running)?.kind == .deadlineExceeded)
        #expect(bench.failure(waiting)?.kind == .deadlineExceeded)
        #expect(bench.scheduler.figures.deadlinesExceeded == 2)
        #expect(bench.scheduler.isIdle)
    }

    @Test("work that cannot meet its deadline is shed before its prompt is computed")
    func hopeless() throws {
        var bench = Bench(blocks: 400)
        bench.stepDuration = .milliseconds(50)
        try bench.submit(prompt(5), tokensMax: 30)
        bench.run()
        // By now it has learned that no step takes less than 50 ms.
        let id = try bench.submit(prompt(5)) { [now = bench.now] in
            $0.firstTokenDeadline = now + .milliseconds(20)
        }
        bench.step()
        #expect(bench.plan.entries.isEmpty)
        #expect(bench.failure(id)?.kind == .deadlineExceeded)
    }

    @Test("a reader without credit is paused, goes on with it, and fails when it stands still")
    func credit() throws {
        var bench = Bench(blocks: 100)
        let id = try bench.submit(prompt(5), tokensMax: 600)
        for _ in 0..<300 { bench.step() }
        #expect(bench.tokens(id).count == unsentTokensMax)
        #expect(bench.plan.entries.isEmpty)
        #expect(bench.scheduler.figures.pausedSequences == 1)
        bench.scheduler.returnCredit(id, choice: 0, tokens: 10)
        for _ in 0..<20 { bench.step() }
        #expect(bench.tokens(id).count == unsentTokensMax + 10)
        let wake = try #require(bench.plan.wakeAt)
        bench.now = wake
        bench.step()
        #expect(bench.failure(id)?.kind == .stalledReader)
        #expect(bench.scheduler.figures.blocksUsed == 0)
    }

    @Test("a stream whose reader is behind gives its seat to those who wait, and goes on later")
    func pausedYields() throws {
        var bench = Bench(blocks: 100) { $0.sequencesMax = 1 }
        let slow = try bench.submit(prompt(5), tokensMax: 300)
        for _ in 0..<260 { bench.step() }
        #expect(bench.scheduler.figures.pausedSequences == 1)
        let other = try bench.submit(prompt(7), tokensMax: 3)
        bench.step()
        #expect(bench.plan.entries.isEmpty)
        let wake = try #require(bench.plan.wakeAt)
        bench.now = wake
        for _ in 0..<3 { bench.step() }
        #expect(bench.tokens(other).count == 3)
        #expect(bench.scheduler.figures.preemptedSequences == 1)
        bench.scheduler.returnCredit(slow, choice: 0, tokens: 100)
        bench.run()
        #expect(bench.tokens(slow) == (105..<405).map { Int32($0) })
    }

    @Test("a stream that yielded takes its turn with those who wait, by what clients were served")
    func yieldedTakesTurns() throws {
        var bench = Bench(blocks: 100) { $0.sequencesMax = 1 }
        let slow = try bench.submit(prompt(200), tokensMax: 300) { $0.fairnessKey = 1 }
        for _ in 0..<260 { bench.step() }
        let others = try (0..<3).map { _ in
            try bench.submit(prompt(7), tokensMax: 3) { $0.fairnessKey = 2 }
        }
        bench.now += bench.scheduler.limits.pauseMax
        bench.step()
        bench.scheduler.returnCredit(slow, choice: 0, tokens: 100)
        for _ in 0..<8 { bench.step() }
        #expect(others.map { bench.tokens($0).count } == [3, 3, 3])
        #expect(bench.tokens(slow).count == unsentTokensMax)
        bench.run()
        #expect(bench.tokens(slow).count == 300)
    }

    @Test("a stream that goes on takes the seat of one whose reader has fallen behind since")
    func pausedYieldsToResumed() throws {
        var bench = Bench(blocks: 100) { $0.sequencesMax = 1 }
        let first = try bench.submit(prompt(5), tokensMax: 300)
        for _ in 0..<260 { bench.step() }
        let second = try bench.submit(prompt(7), tokensMax: 300)
        bench.now += bench.scheduler.limits.pauseMax
        for _ in 0..<260 { bench.step() }
        #expect(bench.tokens(second).count == unsentTokensMax)
        // All waiting requests have begun before, and the first stream can resume.
        bench.scheduler.returnCredit(first, choice: 0, tokens: 100)
        bench.step()
        let wake = try #require(bench.plan.wakeAt)
        #expect(wake <= bench.now + bench.scheduler.limits.pauseMax)
        bench.now = wake
        for _ in 0..<60 { bench.step() }
        #expect(bench.tokens(first).count == 300)
    }

    @Test("credit never exceeds what was taken") func creditBound() throws {
        var bench = Bench(blocks: 100)
        let id = try bench.submit(prompt(5), tokensMax: 600)
        bench.step()
        bench.scheduler.returnCredit(id, choice: 0, tokens: .max)
        bench.scheduler.returnCredit(id, choice: 0, tokens: -5)
        bench.scheduler.returnCredit(id, choice: 7, tokens: 5)
        for _ in 0..<300 { bench.step() }
        #expect(bench.tokens(id).count == unsentTokensMax + 1)
    }

    @Test("Retry-After follows the rate at which the queue drains") func retryAfter() throws {
        var bench = Bench {
            $0.sequencesMax = 1
            $0.waitingRequestsMax = 20
        }
        bench.stepDuration = .milliseconds(500)
        for _ in 0..<20 { try bench.submit(prompt(5), tokensMax: 1) }
        for _ in 0..<8 { bench.step() }
        for _ in 0..<8 { try bench.submit(prompt(5), tokensMax: 1) }
        // Two per second, and half of twenty.
        let wait = bench.scheduler.retryAfter
        #expect(wait > .seconds(3) && wait < .seconds(8))
    }
}

@Suite("Single pass") struct SinglePassTests {
    private func bench() -> Bench {
        Bench {
            $0.queueDelay = .milliseconds(5)
            $0.batchMax = 8
            $0.sequencesMax = 16
        }
    }

    private func submit(_ bench: inout Bench) throws {
        try bench.submit(prompt(5), tokensMax: 1) { $0.kind = .forward }
    }

    @Test("work arriving alone runs at once") func alone() throws {
        var bench = bench()
        for _ in 0..<3 {
            try submit(&bench)
            bench.step()
            #expect(bench.plan.entries.map(\.output) == [.forward])
            bench.now += .seconds(1)
        }
    }

    @Test("work arriving fast is gathered, until full or the delay is over") func gathered() throws
    {
        var bench = bench()
        for _ in 0..<30 {
            try submit(&bench)
            bench.now += .microseconds(200)
            if bench.scheduler.figures.waitingRequests == 8 { bench.step() }
        }
        #expect(bench.scheduler.figures.waitingRequests == 6)
        let oldest = bench.now - .microseconds(1200)
        bench.step()
        #expect(bench.plan.entries.isEmpty)
        #expect(bench.plan.wakeAt == oldest + .milliseconds(5))
        bench.now = oldest + .milliseconds(5)
        bench.step()
        #expect(bench.plan.entries.count == 6)
    }

    @Test("it joins a step that runs anyway") func joins() throws {
        var bench = bench()
        try bench.submit(prompt(5), tokensMax: 50)
        bench.step()
        for _ in 0..<3 { try submit(&bench) }
        bench.step()
        #expect(bench.plan.entries.count == 4)
    }

    @Test("forward wants the last row's logits") func forward() throws {
        var bench = bench()
        let id = try bench.submit(prompt(5), tokensMax: 1) { $0.kind = .forward }
        bench.step()
        #expect(bench.plan.entries[0].output == .forward)
        #expect(bench.plan.entries[0].logitRows == 4..<5)
        #expect(bench.finish(id) == .stop)
        #expect(bench.usage(id)?.completionTokens == 0)
    }
}
