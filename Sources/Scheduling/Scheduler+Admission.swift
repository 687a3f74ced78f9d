import Generation

extension Scheduler {
    /// Fails what has passed its deadline, cannot meet it, or has a reader that stands still.
    mutating func expire(_ now: ContinuousClock.Instant, _ plan: inout StepPlan) {
        // The lists as they were: who ends meanwhile is free and skipped.
        for slot in waiting where sequences[slot].state == .waiting {
            guard let failure = failureOfWaiting(sequences[slot], now) else { continue }
            totals.deadlinesExceeded += 1
            fail(sequences[slot].request.id, failure, into: &plan.outcomes)
        }
        for slot in running where sequences[slot].state == .running {
            expireBegun(slot, now, &plan)
        }
        for slot in preempted where sequences[slot].state == .preempted {
            expireBegun(slot, now, &plan)
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
                .stalledReader, "the client has read nothing for \(limits.stallMax)")
        }
        return nil
    }

    private mutating func notePause(_ slot: Int, _ now: ContinuousClock.Instant) {
        if !sequences[slot].hasCredit, sequences[slot].pausedSince == nil {
            sequences[slot].pausedSince = now
        }
    }

    private func failureOfWaiting(
        _ sequence: TokenSequence, _ now: ContinuousClock.Instant
    ) -> GenerationFailure? {
        guard let due = sequence.due else { return nil }
        if due <= now {
            return GenerationFailure(.deadlineExceeded, "the deadline passed while it waited")
        }
        guard batcher.isLearned, now + prefillTime(sequence) > due else { return nil }
        return GenerationFailure(
            .deadlineExceeded, "the deadline cannot be met: the prompt alone takes longer")
    }

    /// What a prompt takes when it has the machine to itself; nothing is known at first.
    private func prefillTime(_ sequence: TokenSequence) -> Duration {
        guard batcher.isLearned else { return .zero }
        let load = batcher.adding(sequence.promptCount, at: 0, to: StepLoad())
        return .seconds(batcher.model.seconds(load))
    }

    /// Fills the rest of the step with sequences that were preempted, then with new ones.
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
            guard let slot = nextToAdmit(choice), hasRoom(for: slot) else { return }
            if sequences[slot].isSinglePass { singlePassLeft -= 1 }
            admit(slot, &plan)
            let before = budget.tokensLeft
            planChunk(slot, until: budget.seconds, limit: .max, &plan, &budget)
            if budget.tokensLeft == before { return }
        }
    }

    /// The streams, those that prompts in progress will add and a smallest chunk fill the time
    /// already: whoever else is let in makes all of them late.
    private func isSlowedByStreams(_ budget: StepBudget) -> Bool {
        guard budget.hasStreams, batcher.isLearned else { return false }
        var load = budget.load
        let started = prefillsInProgress().all + limits.chunkTokensMin
        load.tokens += max(0, started - budget.prefillTokens)
        return batcher.model.seconds(load) > budget.seconds
    }

    /// Prompts that this step does not end.
    private func prefillsInProgress() -> (all: Int, long: Int) {
        var count = (all: 0, long: 0)
        for slot in running where sequences[slot].gap > max(1, sequences[slot].planned) {
            count.all += 1
            if sequences[slot].gap > limits.shortPromptMax { count.long += 1 }
        }
        return count
    }

    /// Preempted sequences go first, by arrival. While one of them waits for room nobody overtakes.
    private func nextToAdmit(_ order: WaitingOrder) -> Int? {
        let resumable = preempted.lazy.filter { sequences[$0].hasCredit }
        if let slot = resumable.min(by: { isBefore($0, $1) }) { return slot }
        var best: (slot: Int, claim: WaitingOrder.Claim)?
        for slot in waiting {
            let sequence = sequences[slot]
            if sequence.promptCount > limits.shortPromptMax, !order.allowsLong { continue }
            if sequence.isSinglePass, !order.allowsSinglePass { continue }
            let claim = self.claim(of: sequence, now: order.now)
            if let current = best, !(claim < current.claim) { continue }
            best = (slot, claim)
        }
        return best?.slot
    }

    private func isBefore(_ a: Int, _ b: Int) -> Bool {
        let (first, second) = (sequences[a], sequences[b])
        return (first.request.priority, first.arrival, first.choice)
            < (second.request.priority, second.arrival, second.choice)
    }

    private func claim(
        of sequence: TokenSequence, now: ContinuousClock.Instant
    ) -> WaitingOrder.Claim {
        var urgentDue: ContinuousClock.Instant?
        if let due = sequence.due {
            // Soon it will be too late: four times what it needs, and a few steps.
            let margin = prefillTime(sequence) * 4 + limits.tokenLatencyMax * 4
            if now + margin >= due { urgentDue = due }
        }
        return WaitingOrder.Claim(
            priority: sequence.request.priority, urgentDue: urgentDue,
            served: shares.served(sequence.request.fairnessKey), arrival: sequence.arrival)
    }

    /// Whether there is a seat for each choice, and blocks for the known tokens beside what prompts
    /// in progress will take and running sequences are about to.
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
        let needed = layout.blocksNeeded(tokens: sequences[slot].tokens.count)
        let reserve = (running.count + 3) / 4 * groups
        return seats <= limits.sequencesMax && blocks.available - promised >= needed + reserve
    }

    private mutating func admit(_ slot: Int, _ plan: inout StepPlan) {
        leaveList(slot)
        sequences[slot].state = .running
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

    /// Until when single-pass work is held back for more of its kind; nil when it should run. It is
    /// held only while there is nothing else to do and enough others are likely to come in time.
    func singlePassRelease(_ now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        guard !waiting.isEmpty, waiting.count < limits.batchMax, running.isEmpty,
            preempted.isEmpty, waiting.allSatisfy({ sequences[$0].isSinglePass }),
            let oldest = waiting.map({ sequences[$0].arrived }).min()
        else { return nil }
        let release = oldest + limits.queueDelay
        guard now < release, !isDraining else { return nil }
        let expected = singlePassArrivals.expected(in: release - now)
        let worth = waiting.count < limits.batchMin ? 1 : Double(waiting.count) / 2
        return expected >= worth ? release : nil
    }

    /// When something changes although no message comes; nil if never.
    func wakeTime(_ now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        var times: [ContinuousClock.Instant] = []
        if let release = singlePassRelease(now) { times.append(release) }
        for slot in waiting {
            if let due = sequences[slot].due { times.append(due) }
        }
        for slot in running + preempted {
            if let deadline = sequences[slot].request.deadline { times.append(deadline) }
            if let since = sequences[slot].pausedSince { times.append(since + limits.stallMax) }
        }
        return times.min()
    }
}

extension TokenSequence {
    /// When its first token is due, if ever.
    var due: ContinuousClock.Instant? {
        guard let first = request.firstTokenDeadline else { return request.deadline }
        return request.deadline.map { min($0, first) } ?? first
    }
}

/// Who of the waiting is admitted next.
struct WaitingOrder {
    let now: ContinuousClock.Instant
    let allowsLong: Bool
    let allowsSinglePass: Bool

    /// What a sequence has to say for itself; the smallest claim goes first. Lower priority numbers,
    /// then deadlines that come close, then the client served least, then the first come.
    struct Claim: Comparable {
        let priority: Int
        let urgentDue: ContinuousClock.Instant?
        let served: UInt64
        let arrival: UInt64

        static func < (a: Claim, b: Claim) -> Bool {
            if a.priority != b.priority { return a.priority < b.priority }
            if a.urgentDue != b.urgentDue {
                guard let first = a.urgentDue else { return false }
                guard let second = b.urgentDue else { return true }
                return first < second
            }
            return (a.served, a.arrival) < (b.served, b.arrival)
        }
    }
}
