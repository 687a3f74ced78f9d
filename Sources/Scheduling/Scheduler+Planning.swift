import Generation

/// What a step has room for, as it fills.
struct StepBudget: Sendable {
    var load = StepLoad()
    /// Tokens that the step may still take, and how many of those may be of prompts.
    var tokensLeft: Int
    var prefillLeft: Int
    /// Seconds the step may be predicted to take.
    var seconds = 0.0
    /// Running streams wait for this step.
    var hasStreams = false
    var prefillTokens = 0
}

extension Scheduler {
    /// Plans the next step. The last plan must have been completed if it had entries.
    package mutating func step(now: ContinuousClock.Instant, into plan: inout StepPlan) {
        precondition(inFlight == nil, "complete the last step before planning the next")
        plan.removeAll()
        let preemptions = totals.preemptions
        drainRate.advance(to: now, isBusy: !waiting.isEmpty)
        expire(now, &plan)
        swap(&plan.clearedBlocks, &faultyBlocks)
        var budget = StepBudget(
            tokensLeft: limits.stepTokensMax, prefillLeft: limits.stepTokensMax)
        planRunning(now, &plan, &budget)
        budget.seconds = batcher.budget(hasStreams: budget.hasStreams)
        budget.prefillLeft = batcher.prefillTokensMax(hasStreams: budget.hasStreams)
        planPrefills(&plan, &budget)
        admitWaiting(now, &plan, &budget)
        if plan.entries.isEmpty { relieve(&plan, &budget) }
        finishPlan(now, &plan, budget)
        // Blocks came free that nobody has been offered yet.
        if plan.entries.isEmpty, totals.preemptions > preemptions { plan.wakeAt = now }
        assertInvariants()
    }

    /// Plans the next step.
    package mutating func step(now: ContinuousClock.Instant) -> StepPlan {
        var plan = StepPlan()
        step(now: now, into: &plan)
        return plan
    }

    private mutating func finishPlan(
        _ now: ContinuousClock.Instant, _ plan: inout StepPlan, _ budget: StepBudget
    ) {
        totals.blockCopies += UInt64(plan.copies.count)
        guard !plan.entries.isEmpty else {
            plan.wakeAt = wakeTime(now)
            return
        }
        inFlight = budget
        plan.predicted = .seconds(batcher.model.seconds(budget.load))
        totals.steps += 1
        totals.tokensComputed += UInt64(budget.load.tokens)
        totals.batchSequences = plan.entries.count
        totals.batchTokens = budget.load.tokens
        totals.stepPredicted = plan.predicted
    }

    /// Every running sequence that lacks one token gets it, in the order of admission. Who comes
    /// last gives its blocks to those before it.
    private mutating func planRunning(
        _ now: ContinuousClock.Instant, _ plan: inout StepPlan, _ budget: inout StepBudget
    ) {
        var index = 0
        next: while index < running.count {
            let slot = running[index]
            index += 1
            guard sequences[slot].gap == 1, sequences[slot].hasCredit else { continue }
            while blocks.tokensFitting(sequences[slot], blocks: blocks.available) < 1 {
                let victim = running[running.count - 1]
                preempt(victim)
                if victim == slot { break next }
            }
            add(slot, count: 1, &plan, &budget)
            if sequences[slot].drawn > 0 { budget.hasStreams = true }
        }
    }

    /// Chunks of the prompts in progress: long ones share what they may have, short ones take what
    /// they need.
    private mutating func planPrefills(_ plan: inout StepPlan, _ budget: inout StepBudget) {
        var longs = 0
        var hasShort = waiting.contains { sequences[$0].promptCount <= limits.shortPromptMax }
        for slot in running where isPrefill(slot) {
            if isLong(slot) { longs += 1 } else { hasShort = true }
        }
        let start = batcher.model.seconds(budget.load)
        let share = hasShort ? 1 - limits.shortPromptReserve : 1
        let end = start + max(0, budget.seconds - start) * share
        var tokens = Int(Double(budget.prefillLeft) * share)
        for slot in running where isPrefill(slot) && isLong(slot) {
            let spent = batcher.model.seconds(budget.load)
            // Too little to share goes to the first whole.
            let whole = batcher.chunk(
                adding: tokens, at: sequences[slot].computed, to: budget.load, seconds: end)
            let parts = whole < 4 * limits.chunkTokensMin ? 1 : longs
            let until = spent + max(0, end - spent) / Double(parts)
            let left = budget.prefillLeft
            planChunk(slot, until: until, limit: tokens / parts, &plan, &budget)
            tokens -= left - budget.prefillLeft
            longs -= 1
        }
        for slot in running where isPrefill(slot) && !isLong(slot) {
            planChunk(slot, until: budget.seconds, limit: .max, &plan, &budget)
        }
    }

    private func isPrefill(_ slot: Int) -> Bool {
        let sequence = sequences[slot]
        return sequence.gap > 0 && sequence.planned == 0 && sequence.hasCredit
    }

    private func isLong(_ slot: Int) -> Bool { sequences[slot].gap > limits.shortPromptMax }

    /// Plans as much of a prompt as time, tokens and blocks allow. If that is next to nothing, the
    /// step's first prompt gets its minimum whatever the time, so that it ends. Chunks of some size
    /// that do not end the prompt end a block.
    mutating func planChunk(
        _ slot: Int, until seconds: Double, limit: Int, _ plan: inout StepPlan,
        _ budget: inout StepBudget
    ) {
        let sequence = sequences[slot]
        let fitting = blocks.tokensFitting(sequence, blocks: blocks.available)
        let possible = min(sequence.gap, fitting, budget.tokensLeft)
        guard possible > 0 else { return }
        var count = batcher.chunk(
            adding: min(possible, budget.prefillLeft, limit), at: sequence.computed,
            to: budget.load, seconds: seconds)
        if budget.prefillTokens == 0, count < limits.chunkTokensMin / 4 {
            count = max(count, min(possible, limits.chunkTokensMin))
        }
        if count < sequence.gap {
            if count > 2 * blockTokens {
                count -= (sequence.computed + count) % blockTokens
            } else if budget.prefillTokens > 0, count < limits.chunkTokensMin {
                return  // Crumbs are not worth their attention's fixed costs.
            }
        }
        guard count > 0 else { return }
        budget.prefillTokens += count
        budget.prefillLeft = max(0, budget.prefillLeft - count)
        add(slot, count: count, &plan, &budget)
    }

    /// Puts the next `count` tokens of a sequence into the plan; their blocks are available.
    private mutating func add(
        _ slot: Int, count: Int, _ plan: inout StepPlan, _ budget: inout StepBudget
    ) {
        blocks.extend(&sequences[slot], by: count, copies: &plan.copies)
        sequences[slot].planned = count
        let sequence = sequences[slot]
        let first = plan.tokens.count
        plan.tokens.append(
            contentsOf: sequence.tokens[sequence.computed..<sequence.computed + count])
        var entry = StepPlan.Entry(
            sequence: sequence.id, request: sequence.request.id, choice: sequence.choice,
            firstPosition: sequence.computed, tokens: first..<first + count,
            tables: sequence.tables, output: .none, logitRows: 0..<0, promptLogprobRows: 0..<0)
        decideOutput(&entry, of: sequence)
        plan.entries.append(entry)
        budget.load = batcher.adding(count, at: sequence.computed, to: budget.load)
        budget.tokensLeft -= count
        shares.charge(sequence.request.fairnessKey, tokens: count)
    }

    private func decideOutput(_ entry: inout StepPlan.Entry, of sequence: TokenSequence) {
        let count = entry.count
        if count == sequence.gap {
            switch sequence.request.kind {
            case .generate: entry.output = .sample
            case .forward: entry.output = .forward
            case .embed: entry.output = .embedding
            }
        }
        if entry.output == .sample || entry.output == .forward {
            entry.logitRows = count - 1..<count
        }
        guard sequence.request.promptLogprobs != nil else { return }
        // Row r predicts position firstPosition + r + 1, which must be in the prompt and new.
        let first = max(sequence.promptLogprobsDone - sequence.computed, 0)
        let last = min(count, sequence.promptCount - 1 - sequence.computed)
        guard first < last else { return }
        entry.promptLogprobRows = first..<last
        entry.logitRows = first..<max(last, entry.logitRows.upperBound)
    }

    /// Takes a sequence's blocks; it goes on later from what it has drawn.
    mutating func preempt(_ slot: Int) {
        assert(sequences[slot].planned == 0, "a planned sequence is preempted")
        leaveList(slot)
        blocks.releaseAll(&sequences[slot])
        sequences[slot].state = .preempted
        preempted.append(slot)
        totals.preemptions += 1
    }

    /// Nothing could be planned. If sequences are in each other's way, the last admitted ones give
    /// way to the first that can run.
    private mutating func relieve(_ plan: inout StepPlan, _ budget: inout StepBudget) {
        guard let first = running.first(where: { isPrefill($0) }) else { return }
        while plan.entries.isEmpty {
            guard let victim = running.last(where: { $0 != first }) else {
                // Alone and stuck: it shares a block that it must copy. It starts anew.
                preempt(first)
                return
            }
            preempt(victim)
            planChunk(first, until: budget.seconds, limit: .max, &plan, &budget)
        }
    }
}
