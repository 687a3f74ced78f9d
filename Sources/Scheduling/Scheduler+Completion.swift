import Generation

extension Scheduler {
    /// Takes in the results of the planned step, one for each entry, in any order. If an entry has
    /// no result, or no token although one was wanted, its request fails. Sequences that ended
    /// meanwhile are skipped. The cost model learns from `duration`, the time that the step took.
    package mutating func complete(
        _ results: [StepResult], duration: Duration, now: ContinuousClock.Instant,
        into outcomes: inout [Outcome]
    ) {
        if let budget = inFlight {
            batcher.observe(
                budget.load, streams: budget.streams, prefillTokens: budget.prefillTokens,
                hasStreams: budget.hasStreams, seconds: duration.seconds)
            totals.stepMeasured = duration
        }
        inFlight = nil
        for result in results {
            guard let slot = slot(of: result.sequence), sequences[slot].planned > 0 else {
                continue
            }
            if result.isFaulty {
                failFaulty(slot, into: &outcomes)
            } else {
                advance(slot, token: result.token, now, into: &outcomes)
            }
        }
        failUnreported(into: &outcomes)
        assertInvariants()
    }

    /// Takes in the results of the planned step and returns the outcomes.
    package mutating func complete(
        _ results: [StepResult], duration: Duration, now: ContinuousClock.Instant
    ) -> [Outcome] {
        var outcomes: [Outcome] = []
        complete(results, duration: duration, now: now, into: &outcomes)
        return outcomes
    }

    /// Advances a sequence whose planned tokens have been computed.
    private mutating func advance(
        _ slot: Int, token: Int32?, _ now: ContinuousClock.Instant, into outcomes: inout [Outcome]
    ) {
        sequences[slot].computed += sequences[slot].planned
        sequences[slot].planned = 0
        sequences[slot].promptLogprobsDone = max(
            sequences[slot].promptLogprobsDone,
            min(sequences[slot].computed, sequences[slot].promptCount))
        blocks.register(&sequences[slot])
        guard sequences[slot].gap == 0 else {
            blocks.trim(&sequences[slot])
            return
        }
        if sequences[slot].choice == 0, sequences[slot].drawn == 0 {
            totals.promptTokensDone += UInt64(sequences[slot].promptCount)
        }
        guard sequences[slot].request.kind == .generate else {
            finish(slot, .stop, into: &outcomes)
            return
        }
        guard let token else {
            let failure = GenerationFailure(.internal, "the step drew no token")
            fail(sequences[slot].request.id, failure, into: &outcomes)
            return
        }
        forkPending(slot, now)  // Before `trim`: forks start one token earlier.
        blocks.trim(&sequences[slot])
        accept(token, slot, into: &outcomes)
    }

    /// Starts the other choices of a request whose prompt has been computed.
    private mutating func forkPending(_ slot: Int, _ now: ContinuousClock.Instant) {
        let count = sequences[slot].forksPending
        guard count > 0 else { return }
        sequences[slot].forksPending = 0
        for choice in 1...count {
            let child = takeSlot(now)
            sequences[child].begin(choice: choice, of: sequences[slot])
            let parent = sequences[slot]
            blocks.fork(parent, into: &sequences[child])
            running.append(child)
            requests[parent.request.id, default: []].append(child)
        }
    }

    private mutating func accept(_ token: Int32, _ slot: Int, into outcomes: inout [Outcome]) {
        sequences[slot].tokens.append(token)
        totals.tokensDrawn += 1
        let request = sequences[slot].request
        if request.stopTokens.contains(token), sequences[slot].drawn > request.tokensMin {
            finish(slot, .stop, into: &outcomes)
            return
        }
        sequences[slot].credit -= 1
        outcomes.append(
            .token(sequences[slot].id, request.id, choice: sequences[slot].choice, token))
        if sequences[slot].drawn >= request.tokensMax {
            finish(slot, .length, into: &outcomes)
        }
    }

    private mutating func finish(
        _ slot: Int, _ reason: FinishReason, into outcomes: inout [Outcome]
    ) {
        let sequence = sequences[slot]
        outcomes.append(
            .finished(
                sequence.id, sequence.request.id, choice: sequence.choice, reason, sequence.usage))
        end(slot)
    }

    /// Fails the request. Blocks that only it could see are cleared before they are used again.
    private mutating func failFaulty(_ slot: Int, into outcomes: inout [Outcome]) {
        totals.numericalFaults += 1
        blocks.releaseFaulty(&sequences[slot], cleared: &faultyBlocks)
        let failure = GenerationFailure(
            .numerical,
            "the model's numbers were not finite for this request; the checkpoint or its quantization may be at fault"
        )
        fail(sequences[slot].request.id, failure, into: &outcomes)
    }

    private mutating func failUnreported(into outcomes: inout [Outcome]) {
        while let slot = running.first(where: { sequences[$0].planned > 0 }) {
            let failure = GenerationFailure(.internal, "the step has no result for the request")
            fail(sequences[slot].request.id, failure, into: &outcomes)
        }
    }
}
