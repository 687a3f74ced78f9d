import Generation

/// The remaining room of a step while it is planned.
struct StepBudget: Sendable {
    var load = StepLoad()
    /// Tokens that the step may still have, and how many of these may be prompts' tokens.
    var tokensLeft: Int
    var prefillLeft: Int
    /// Rows of logits that the step may still have.
    var logitRowsLeft: Int
    /// The predicted time that the step may have, in seconds.
    var seconds = 0.0
    /// Whether running streams wait for this step.
    var hasStreams = false
    /// The load of the running sequences' next tokens alone.
    var streams = StepLoad()
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
            tokensLeft: limits.stepTokensMax, prefillLeft: limits.stepTokensMax,
            logitRowsLeft: limits.logitRowsMax)
        planRunning(now, &plan, &budget)
        budget.streams = budget.load
        if budget.hasStreams { batcher.judgeTarget(beside: budget.streams) }
        budget.seconds = batcher.budget(hasStreams: budget.hasStreams)
        budget.prefillLeft = batcher.prefillTokensMax(hasStreams: budget.hasStreams)
        planPrefills(&plan, &budget)
        admitWaiting(now, &plan, &budget)
        if plan.entries.isEmpty { relieve(&plan, &budget) }
        finishPlan(now, &plan, budget)
        // A preemption freed blocks, and admission has not been tried since.
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

    /// Plans the next token of every running sequence that lacks just one, in the order of
    /// admission. If blocks run out, the last admitted sequence gives its blocks to those before
    /// it.
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

    /// Plans chunks of the prompts in progress. Long prompts share their part of the budget, short
    /// ones take what they need.
    private mutating func planPrefills(_ plan: inout StepPlan, _ budget: inout StepBudget) {
        var longs = 0
        var hasShort = waiting.hasShort
        for slot in running where isPrefill(slot) {
            if isLong(slot) { longs += 1 } else { hasShort = true }
        }
        let start = batcher.model.seconds(budget.load)
        let share = hasShort ? 1 - limits.shortPromptReserve : 1
        let end = start + max(0, budget.seconds - start) * share
        var tokens = Int(Double(budget.prefillLeft) * share)
        for slot in running where isPrefill(slot) && isLong(slot) {
            let spent = batcher.model.seconds(budget.load)
            // If there is too little to share, the first prompt gets all of it.
            let whole = chunk(slot, limit: tokens, until: end, budget)
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

    /// Plans as much of a prompt as time, tokens and blocks allow. If that is very little, the
    /// step's first prompt gets the minimum whatever the time, so that it makes progress. A larger
    /// chunk that does not end the prompt ends at the end of a block.
    mutating func planChunk(
        _ slot: Int, until seconds: Double, limit: Int, _ plan: inout StepPlan,
        _ budget: inout StepBudget
    ) {
        let sequence = sequences[slot]
        let fitting = blocks.tokensFitting(sequence, blocks: blocks.available)
        let possible = min(sequence.gap, fitting, budget.tokensLeft)
        guard possible > 0 else { return }
        var count = chunk(
            slot, limit: min(possible, budget.prefillLeft, limit), until: seconds, budget)
        if budget.prefillTokens == 0, count < limits.chunkTokensMin / 4 {
            count = max(count, min(possible, limits.chunkTokensMin))
        }
        if count < sequence.gap {
            if count > 2 * blockTokens {
                count -= (sequence.computed + count) % blockTokens
            } else if budget.prefillTokens > 0, count < limits.chunkTokensMin {
                return  // Very small chunks are not worth the fixed costs of their attention.
            }
        }
        count = sequence.tokens(upTo: count, withLogitRows: budget.logitRowsLeft)
        guard count > 0 else { return }
        budget.prefillTokens += count
        budget.prefillLeft = max(0, budget.prefillLeft - count)
        add(slot, count: count, &plan, &budget)
    }

    /// How many of a sequence's next tokens, at most `limit`, keep the step within the time.
    private func chunk(_ slot: Int, limit: Int, until seconds: Double, _ budget: StepBudget) -> Int
    {
        let sequence = sequences[slot]
        return batcher.chunk(adding: limit, to: budget.load, seconds: seconds) { load, count in
            batcher.adding(
                count, at: sequence.computed, logitRows: sequence.rows(ofNext: count).logits.count,
                to: load)
        }
    }

    /// Adds the next `count` tokens of a sequence to the plan. Their blocks must be available.
    private mutating func add(
        _ slot: Int, count: Int, _ plan: inout StepPlan, _ budget: inout StepBudget
    ) {
        blocks.extend(&sequences[slot], by: count, copies: &plan.copies)
        sequences[slot].planned = count
        let sequence = sequences[slot]
        let rows = sequence.rows(ofNext: count)
        let chunk = plan.batch.append(
            tokens: sequence.tokens[sequence.computed..<sequence.computed + count],
            at: sequence.computed, tables: sequence.tables, logits: rows.logits)
        plan.entries.append(
            StepPlan.Entry(
                sequence: sequence.id, request: sequence.request.id, choice: sequence.choice,
                chunk: chunk, output: sequence.output(ofNext: count),
                logitRows: rows.logits, promptLogprobRows: rows.promptLogprobs))
        budget.load = batcher.adding(
            count, at: sequence.computed, logitRows: rows.logits.count, to: budget.load)
        budget.tokensLeft -= count
        budget.logitRowsLeft -= rows.logits.count
        shares.charge(sequence.request.fairnessKey, tokens: count)
    }

    /// Takes a sequence's blocks away. It resumes later with the tokens it has drawn.
    mutating func preempt(_ slot: Int) {
        assert(sequences[slot].planned == 0, "a planned sequence is preempted")
        leaveList(slot)
        blocks.releaseAll(&sequences[slot])
        sequences[slot].state = .preempted
        preempted.append(slot)
        totals.preemptions += 1
    }

    /// Called if nothing could be planned. If sequences block each other, the last admitted ones
    /// are preempted until the first one can run.
    private mutating func relieve(_ plan: inout StepPlan, _ budget: inout StepBudget) {
        guard let first = running.first(where: { isPrefill($0) }) else { return }
        while plan.entries.isEmpty {
            guard let victim = running.last(where: { $0 != first }) else {
                // It is alone and cannot continue, since it shares a block that it must copy. It
                // starts again.
                preempt(first)
                return
            }
            preempt(victim)
            planChunk(first, until: budget.seconds, limit: .max, &plan, &budget)
        }
    }
}
