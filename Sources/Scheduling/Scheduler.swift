package import Generation

/// Decides what each forward pass computes.
///
/// A sequence has known tokens and computed tokens; a step computes some of the difference, within
/// a budget of time and of blocks. The scheduler is a value without a clock or a thread. The engine
/// passes the time, runs the plan and reports the results:
///
///     scheduler.step(now: now, into: &plan)
///     … clear blocks, copy blocks, compute, sample …
///     scheduler.complete(results, duration: elapsed, now: now, into: &outcomes)
package struct Scheduler: Sendable {
    package let limits: SchedulerLimits
    package let layout: BlockLayout
    /// The most tokens of prompt and answer together: the configured limit, or, if less, what the
    /// cache can hold of one sequence.
    package let contextMax: Int

    var sequences: [TokenSequence] = []
    var freeSlots: [Int] = []
    // Slots. `running` is in the order of admission; the order of `preempted` has no meaning.
    var running: [Int] = []
    var waiting: WaitingQueue
    var preempted: [Int] = []
    /// The slots of each request's unfinished sequences.
    var requests: [RequestID: [Int]] = [:]
    var blocks: KVBlocks
    var batcher: AdaptiveBatcher
    var shares = FairShares()
    var totals = SchedulerFigures()
    /// Blocks to clear at the start of the next step.
    var faultyBlocks: [Int32] = []
    /// The budget of the step that is being run; nil between steps.
    var inFlight: StepBudget?
    var arrivals: UInt64 = 0
    var drainRate = DrainRate()
    var singlePassArrivals = ArrivalRate()

    package init(limits: SchedulerLimits, layout: BlockLayout) {
        limits.check()
        self.limits = limits
        self.layout = layout
        contextMax = layout.tokensMax(upTo: limits.contextMax)
        precondition(contextMax > 1, "\(layout.blocks) blocks hold no sequence of two tokens")
        blocks = KVBlocks(layout: layout, isSharing: limits.sharesPrefixes)
        waiting = WaitingQueue(shortPromptMax: limits.shortPromptMax)
        batcher = AdaptiveBatcher(limits: limits, windows: layout.windows)
    }

    /// Queues a request. Its number of new tokens is limited to what the context leaves.
    package mutating func submit(
        _ request: GenerationRequest, now: ContinuousClock.Instant
    ) throws(Rejection) {
        let limited: GenerationRequest
        do throws(Rejection) {
            limited = try request.limited(toContext: contextMax)
            try check(request, now: now)
        } catch {
            totals.requestsRejected += 1
            throw error
        }
        let slot = takeSlot(now)
        arrivals += 1
        sequences[slot].begin(limited, now: now, arrival: arrivals)
        requests[request.id] = [slot]
        if sequences[slot].due != nil {
            sequences[slot].expectedCached = blocks.prefix(of: sequences[slot]).tokens
        }
        waiting.append(slot, sequences[slot])
        shares.enter(request.fairnessKey)
        if sequences[slot].isSinglePass { singlePassArrivals.note(now) }
    }

    private func check(
        _ request: GenerationRequest, now: ContinuousClock.Instant
    ) throws(Rejection) {
        guard !request.prompt.isEmpty else {
            throw .invalid(InvalidParameter("prompt", "is empty"))
        }
        guard (1...limits.sequencesMax).contains(request.choices) else {
            throw .invalid(
                InvalidParameter("n", "is \(request.choices), must be 1 to \(limits.sequencesMax)"))
        }
        guard request.kind != .generate || request.tokensMax > 0 else {
            throw .invalid(
                InvalidParameter("max_tokens", "is \(request.tokensMax), must be 1 or more"))
        }
        guard requests[request.id] == nil else {
            throw .invalid(InvalidParameter("id", "is that of a request in progress"))
        }
        if let deadline = request.deadline, deadline <= now { throw .hopeless }
        // A prompt larger than the whole queue is accepted if the queue is empty.
        guard waiting.count < limits.waitingRequestsMax,
            waiting.isEmpty || waiting.tokens <= limits.waitingTokensMax - request.prompt.count
        else { throw .queueFull(retryAfter: retryAfter) }
    }

    /// Lets the cost model learn from steps that were run only to be measured, so that the first
    /// requests are planned with some knowledge.
    package mutating func learn(_ measured: [MeasuredStep]) {
        batcher.learn(
            measured.map { step in
                let load = batcher.adding(
                    step.tokens, at: step.position, logitRows: step.logitRows, to: StepLoad())
                return (load, step.duration.seconds)
            })
    }

    /// Ends a request and frees its blocks at once. Appends the outcomes of its choices.
    package mutating func cancel(_ id: RequestID, into outcomes: inout [Outcome]) {
        guard let slots = requests[id] else { return }
        for slot in slots {
            let sequence = sequences[slot]
            for choice in sequence.choice...(sequence.choice + sequence.forksPending) {
                outcomes.append(
                    .finished(sequence.id, id, choice: choice, .cancelled, sequence.usage))
            }
            end(slot)
        }
    }

    /// Ends one choice. Until a request with several choices has its first tokens, its choices are
    /// one sequence, and none can be cancelled alone.
    package mutating func cancel(
        _ id: RequestID, choice: Int, into outcomes: inout [Outcome]
    ) {
        guard let slot = slot(of: id, choice: choice), sequences[slot].forksPending == 0 else {
            return
        }
        let sequence = sequences[slot]
        outcomes.append(.finished(sequence.id, id, choice: choice, .cancelled, sequence.usage))
        end(slot)
    }

    /// Notes that the reader of a choice has taken `tokens` more tokens.
    package mutating func returnCredit(_ id: RequestID, choice: Int, tokens: Int) {
        guard tokens > 0, let slot = slot(of: id, choice: choice) else { return }
        let credit = sequences[slot].credit
        sequences[slot].credit = credit + min(tokens, unsentTokensMax - credit)
        sequences[slot].pausedSince = nil
    }

    /// Fails one request, for example if the engine cannot serve it.
    package mutating func fail(
        _ id: RequestID, _ failure: GenerationFailure, into outcomes: inout [Outcome]
    ) {
        guard let slots = requests[id] else { return }
        for slot in slots { end(slot) }
        outcomes.append(.failed(id, failure))
    }

    /// Fails every request, in the order of arrival.
    package mutating func failAll(
        _ failure: GenerationFailure, into outcomes: inout [Outcome]
    ) {
        let all = requests.keys.sorted { $0.rawValue < $1.rawValue }
        for id in all { fail(id, failure, into: &outcomes) }
        inFlight = nil
    }

    /// The target for the time between a stream's tokens, and whether it is the configured one. A
    /// model that cannot keep the configured target gets one that it can keep.
    package var tokenLatency: (target: Duration, isKept: Bool) {
        (.seconds(batcher.streamTarget), batcher.keepsTarget)
    }

    /// Whether there are no requests.
    package var isIdle: Bool { requests.isEmpty }

    /// How long a client that finds the queue full should wait: the time until half of the queue
    /// will be gone, by the rate at which requests were admitted lately.
    package var retryAfter: Duration {
        drainRate.time(for: Double(max(1, waiting.count / 2)))
    }

    /// All known tokens of a sequence, the prompt first; nil when it has ended.
    package func tokens(of id: SequenceID) -> [Int32]? {
        guard let slot = slot(of: id) else { return nil }
        return sequences[slot].tokens
    }
}

extension Scheduler {
    func slot(of id: SequenceID) -> Int? {
        let slot = Int(id.slot)
        guard sequences.indices.contains(slot), sequences[slot].id == id else { return nil }
        return sequences[slot].state == .free ? nil : slot
    }

    func slot(of id: RequestID, choice: Int) -> Int? {
        requests[id]?.first { sequences[$0].choice == choice }
    }

    mutating func takeSlot(_ now: ContinuousClock.Instant) -> Int {
        if let slot = freeSlots.popLast() { return slot }
        let slot = sequences.count
        sequences.append(TokenSequence(slot: slot, groups: layout.windows.count, now: now))
        return slot
    }

    /// Ends a sequence in any state. Ends its request too if this was its last sequence.
    mutating func end(_ slot: Int) {
        let wasWaiting = sequences[slot].state == .waiting
        leaveList(slot)
        blocks.releaseAll(&sequences[slot])
        let request = sequences[slot].request
        if var slots = requests[request.id] {
            slots.removeAll { $0 == slot }
            requests[request.id] = slots.isEmpty ? nil : slots
            if slots.isEmpty { shares.leave(request.fairnessKey, wasWaiting: wasWaiting) }
        }
        sequences[slot].end()
        freeSlots.append(slot)
    }

    /// Removes a sequence from the list of its state.
    mutating func leaveList(_ slot: Int) {
        switch sequences[slot].state {
        case .free: preconditionFailure("the sequence has ended")
        case .waiting: waiting.remove(slot, sequences[slot])
        case .preempted: preempted.removeAll { $0 == slot }
        case .running: running.removeAll { $0 == slot }
        }
    }
}

extension BlockLayout {
    /// The length of the longest sequence, at most `limit` tokens, that fits in the pool.
    package func tokensMax(upTo limit: Int) -> Int {
        var low = 0
        var high = limit
        while low < high {
            let middle = low + (high - low + 1) / 2
            if blocksNeeded(tokens: middle) <= blocks { low = middle } else { high = middle - 1 }
        }
        return low
    }
}
