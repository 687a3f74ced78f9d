import Generation

extension Scheduler {
    /// Fails requests that have passed their deadline, cannot meet it, or have a reader that takes
    /// nothing.
    mutating func expire(_ now: ContinuousClock.Instant, _ plan: inout StepPlan) {
        expireWaiting(now, &plan)
        // This iterates over a copy of the list. Sequences that end meanwhile are free and skipped.
        for slot in running where sequences[slot].state == .running {
            expireBegun(slot, now, &plan)
        }
        for slot in preempted where sequences[slot].state == .preempted {
            expireBegun(slot, now, &plan)
        }
    }

    /// Fails waiting sequences whose first token cannot come in time. Sequences with a deadline are
    /// admitted in the order of their deadlines when these are near. So before each of them come
    /// the prompts in progress and those of its priority with an earlier deadline. Sequences
    /// without a deadline can be overtaken and do not count.
    private mutating func expireWaiting(_ now: ContinuousClock.Instant, _ plan: inout StepPlan) {
        guard !waiting.dues.isEmpty else { return }
        let begun = batcher.isLearned ? prefillTimeInProgress() : .zero
        var ahead: [Int: Duration] = [:]
        for due in waiting.dues {
            let priority = sequences[due.slot].request.priority
            let start = now + begun + ahead[priority, default: .zero]
            guard let failure = failureOfWaiting(due, startingAt: start, now) else {
                ahead[priority, default: .zero] += prefillTime(sequences[due.slot])
                continue
            }
            totals.deadlinesExceeded += 1
            fail(sequences[due.slot].request.id, failure, into: &plan.outcomes)
        }
    }

    private mutating func failureOfWaiting(
        _ due: WaitingQueue.Due, startingAt start: ContinuousClock.Instant,
        _ now: ContinuousClock.Instant
    ) -> GenerationFailure? {
        if due.time <= now {
            return GenerationFailure(.deadlineExceeded, "the deadline passed while it waited")
        }
        guard batcher.isLearned, start + prefillTime(sequences[due.slot]) > due.time else {
            return nil
        }
        // The cache may have more of the prompt by now.
        sequences[due.slot].expectedCached = blocks.prefix(of: sequences[due.slot]).tokens
        guard start + prefillTime(sequences[due.slot]) > due.time else { return nil }
        return GenerationFailure(
            .deadlineExceeded,
            start > now
                ? "the deadline cannot be met: the prompts before this one take too long"
                : "the deadline cannot be met: the prompt alone takes longer")
    }

    /// The time that the rest of the prompts in progress takes.
    private func prefillTimeInProgress() -> Duration {
        running.reduce(.zero) { sum, slot in
            let sequence = sequences[slot]
            guard sequence.gap > 1 else { return sum }
            return sum + prefillTime(tokens: sequence.gap, at: sequence.computed)
        }
    }

    private mutating func expireBegun(
        _ slot: Int, _ now: ContinuousClock.Instant, _ plan: inout StepPlan
    ) {
        notePause(slot, now)
        guard let failure = failureOfBegun(sequences[slot], now) else { return }
        if failure.kind == .deadlineExceeded { totals.deadlinesExceeded += 1 }
        fail(sequences[slot].request.id, failure, into: &plan.outcomes)
    }

    private func failureOfBegun(
        _ sequence: TokenSequence, _ now: ContinuousClock.Instant
    ) -> GenerationFailure? {
        if let deadline = sequence.request.deadline, deadline <= now {
            return GenerationFailure(.deadlineExceeded, "the deadline has passed")
        }
        if let since = sequence.pausedSince, now - since >= limits.stallMax {
            return GenerationFailure(
                .stalledReader, "the client has not caught up for \(limits.stallMax)")
        }
        return nil
    }

    private mutating func notePause(_ slot: Int, _ now: ContinuousClock.Instant) {
        if !sequences[slot].hasCredit, sequences[slot].pausedSince == nil {
            sequences[slot].pausedSince = now
        }
    }

    /// The time that a waiting prompt takes if it has the machine to itself; zero as long as
    /// nothing is known.
    private func prefillTime(_ sequence: TokenSequence) -> Duration {
        let cached = sequence.expectedCached
        return prefillTime(tokens: sequence.promptCount - cached, at: cached)
    }

    private func prefillTime(tokens: Int, at position: Int) -> Duration {
        guard batcher.isLearned else { return .zero }
        let load = batcher.adding(tokens, at: position, logitRows: 1, to: StepLoad())
        return .seconds(batcher.model.seconds(load))
    }

    /// Fills the rest of the step with preempted sequences, then with new ones.
    mutating func admitWaiting(
        _ now: ContinuousClock.Instant, _ plan: inout StepPlan, _ budget: inout StepBudget
    ) {
        if isSlowedByStreams(budget) { return }
        let holdsSinglePass = plan.entries.isEmpty && singlePassRelease(now) != nil
        var singlePassLeft = limits.batchMax
        while budget.tokensLeft > 0, budget.prefillLeft > 0 {
            let inProgress = prefillsInProgress()
            guard inProgress.all < limits.prefillsMax else { return }
            let choice = WaitingOrder(
                now: now, allowsLong: inProgress.long < limits.longPrefillsMax,
                allowsSinglePass: !holdsSinglePass && singlePassLeft > 0)
            guard let slot = nextToAdmit(choice) else { return }
            guard hasRoom(for: slot) else {
                guard preemptPaused(now) else { return }
                continue
            }
            if sequences[slot].isSinglePass { singlePassLeft -= 1 }
            admit(slot, &plan)
            let before = budget.tokensLeft
            planChunk(slot, until: budget.seconds, limit: .max, &plan, &budget)
            if budget.tokensLeft == before { return }
        }
    }

    /// Whether the running streams, those that the prompts in progress will add, and a smallest
    /// chunk already fill the time of a step. If so, admitting another sequence would make all of
    /// them late.
    private func isSlowedByStreams(_ budget: StepBudget) -> Bool {
        guard budget.hasStreams, batcher.isLearned else { return false }
        var load = budget.load
        let started = prefillsInProgress().all + limits.chunkTokensMin
        load.tokens += max(0, started - budget.prefillTokens)
        return batcher.model.seconds(load) > budget.seconds
    }

    /// Prompts that will not be complete after this step.
    private func prefillsInProgress() -> (all: Int, long: Int) {
        var count = (all: 0, long: 0)
        for slot in running where sequences[slot].gap > max(1, sequences[slot].planned) {
            count.all += 1
            if sequences[slot].gap > limits.shortPromptMax { count.long += 1 }
        }
        return count
    }

    /// Sequences that lost their blocks to others go first, by arrival. While one of them waits for
    /// room nothing overtakes it. Those that yielded because of their readers take turns with the
    /// waiting ones: resuming one computes its whole context again, and slow readers could cause
    /// that again and again.
    private func nextToAdmit(_ order: WaitingOrder) -> Int? {
        let resumable = preempted.filter { sequences[$0].hasCredit }
        let first = resumable.lazy.filter { !sequences[$0].hasYielded }
        if let slot = first.min(by: { isBefore($0, $1) }) { return slot }
        let candidates =
            resumable + waiting.lanes.compactMap { order.allows($0.key) ? $0.value[0] : nil }
        let priorities = candidates.lazy.map { sequences[$0].request.priority }
        guard let priority = priorities.min() else { return nil }
        var best: (slot: Int, claim: WaitingOrder.Claim)?
        for slot in candidates {
            let claim = claim(of: sequences[slot], best: priority, now: order.now)
            if let current = best, !(claim < current.claim) { continue }
            best = (slot, claim)
        }
        guard let best else { return nil }
        // A sequence that has waited this long is not overtaken any more; otherwise a flood of
        // deadlines could keep it out for ever.
        if order.now - sequences[best.slot].arrived >= limits.priorityAgeMax { return best.slot }
        for due in waiting.dues.prefix(Self.duesLookedAt) {
            let sequence = sequences[due.slot]
            guard order.allows(waiting.lane(of: sequence)), isUrgent(sequence, due, order.now),
                claim(of: sequence, best: priority, now: order.now).priority
                    <= best.claim.priority
            else { continue }
            return due.slot
        }
        return best.slot
    }

    /// How many of the next deadlines are examined, in case the first cannot be admitted now.
    private static let duesLookedAt = 8

    private func isBefore(_ a: Int, _ b: Int) -> Bool {
        let (first, second) = (sequences[a], sequences[b])
        return (first.request.priority, first.arrival, first.choice)
            < (second.request.priority, second.arrival, second.choice)
    }

    /// - best: the best priority that waits. The longer a sequence has waited the nearer its
    ///   priority moves to this one, so a flood of better ones cannot keep it out for ever.
    private func claim(
        of sequence: TokenSequence, best: Int, now: ContinuousClock.Instant
    ) -> WaitingOrder.Claim {
        let own = Double(sequence.request.priority)
        let age = min(1, max(0, (now - sequence.arrived) / limits.priorityAgeMax))
        return WaitingOrder.Claim(
            priority: (own - max(0, own - Double(best)) * age).rounded(.up),
            served: shares.served(sequence.request.fairnessKey), arrival: sequence.arrival)
    }

    /// Whether the deadline is near: less than four times what the prompt needs, plus a few steps.
    private func isUrgent(
        _ sequence: TokenSequence, _ due: WaitingQueue.Due, _ now: ContinuousClock.Instant
    ) -> Bool {
        now + prefillTime(sequence) * 4 + limits.tokenLatencyMax * 4 >= due.time
    }

    /// Preempts the stream whose reader has been behind longest. Returns false if none has been
    /// behind for long enough.
    private mutating func preemptPaused(_ now: ContinuousClock.Instant) -> Bool {
        guard preempted.count < limits.preemptedMax else { return false }
        var longest: (slot: Int, since: ContinuousClock.Instant)?
        for slot in running where sequences[slot].planned == 0 {
            guard let since = sequences[slot].pausedSince, now - since >= limits.pauseMax,
                since < longest?.since ?? now
            else { continue }
            longest = (slot, since)
        }
        guard let longest else { return false }
        preempt(longest.slot)
        sequences[longest.slot].hasYielded = true
        return true
    }

    /// Whether there is a place for each choice, and blocks for the known tokens in addition to
    /// those that the prompts in progress and the running sequences will need.
    private func hasRoom(for slot: Int) -> Bool {
        if running.isEmpty { return true }
        var seats = 1 + sequences[slot].forksPending
        var promised = 0
        let groups = layout.windows.count
        for other in running {
            seats += 1 + sequences[other].forksPending
            let missing = sequences[other].tokens.count - sequences[other].tableCount * blockTokens
            if missing > 0 { promised += (missing + blockTokens - 1) / blockTokens * groups }
        }
        let held = blocks.prefix(of: sequences[slot]).heldBlocks
        let needed = layout.blocksNeeded(tokens: sequences[slot].tokens.count) - held
        let reserve = (running.count + 3) / 4 * groups
        return seats <= limits.sequencesMax && blocks.available - promised >= needed + reserve
    }

    private mutating func admit(_ slot: Int, _ plan: inout StepPlan) {
        leaveList(slot)
        sequences[slot].state = .running
        sequences[slot].hasYielded = false
        running.append(slot)
        blocks.adoptPrefix(&sequences[slot])
        let sequence = sequences[slot]
        guard !sequence.wasAdmitted else { return }
        sequences[slot].wasAdmitted = true
        sequences[slot].cachedTokens = sequence.computed
        shares.admit(sequence.request.fairnessKey)
        drainRate.note()
        plan.admitted.append(sequence.request.id)
        totals.requestsAdmitted += 1
        totals.promptTokens += UInt64(sequence.promptCount)
        totals.promptTokensCached += UInt64(sequence.computed)
    }

    /// Until when single-pass work waits for more of its kind; nil if it should run now. It waits
    /// only while there is nothing else to do and enough others are likely to come in time.
    func singlePassRelease(_ now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        guard !waiting.isEmpty, waiting.count < limits.batchMax, running.isEmpty,
            preempted.isEmpty, waiting.isSinglePassOnly,
            let oldest = waiting.lanes.values.map({ sequences[$0[0]].arrived }).min()
        else { return nil }
        let release = oldest + limits.queueDelay
        guard now < release else { return nil }
        let expected = singlePassArrivals.expected(in: release - now)
        let worth = waiting.count < limits.batchMin ? 1 : Double(waiting.count) / 2
        return expected >= worth ? release : nil
    }

    /// When the scheduler's state changes next if no message comes; nil if never.
    func wakeTime(_ now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        var times: [ContinuousClock.Instant] = []
        let isWaitedFor = !waiting.isEmpty || preempted.contains { sequences[$0].hasCredit }
        if let release = singlePassRelease(now) { times.append(release) }
        if let due = waiting.dues.first { times.append(due.time) }
        for slot in running + preempted {
            let sequence = sequences[slot]
            if let deadline = sequence.request.deadline { times.append(deadline) }
            guard let since = sequence.pausedSince else { continue }
            times.append(since + limits.stallMax)
            let mayYield = sequence.state == .running && now - since < limits.pauseMax
            if mayYield, isWaitedFor { times.append(since + limits.pauseMax) }
        }
        return times.min()
    }
}

/// Decides which waiting sequence is admitted next.
struct WaitingOrder {
    let now: ContinuousClock.Instant
    let allowsLong: Bool
    let allowsSinglePass: Bool

    func allows(_ lane: WaitingQueue.Lane) -> Bool {
        (allowsLong || !lane.isLong) && (allowsSinglePass || !lane.isSinglePass)
    }

    /// A sequence's place in the order; the smallest claim goes first. Lower priority numbers go
    /// first, then the client served least, then the earliest arrival.
    struct Claim: Comparable {
        let priority: Double
        let served: UInt64
        let arrival: UInt64

        static func < (a: Claim, b: Claim) -> Bool {
            (a.priority, a.served, a.arrival) < (b.priority, b.served, b.arrival)
        }
    }
}
