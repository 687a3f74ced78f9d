import Generation

extension Scheduler {
    /// The current state and totals.
    package var figures: SchedulerFigures {
        var figures = totals
        figures.waitingRequests = waiting.count
        figures.waitingTokens = waiting.tokens
        (figures.tokenLatencyTarget, figures.keepsTokenLatency) = tokenLatency
        figures.preemptedSequences = preempted.count
        figures.runningSequences = running.count
        figures.pausedSequences = running.count { !sequences[$0].hasCredit }
        figures.blocks = layout.blocks
        figures.blocksFree = blocks.pool.freeCount
        figures.blocksCached = blocks.cache.parkedCount
        figures.blocksUsed = layout.blocks - figures.blocksFree - figures.blocksCached
        return figures
    }

    /// In debug builds, traps if an invariant is broken. If the check would take long it is made
    /// only now and then.
    func assertInvariants() {
        assert(
            (layout.blocks > 512 && totals.steps % 64 != 0) || invariantViolation() == nil,
            invariantViolation() ?? "")
    }

    /// Which invariant of the scheduler is broken; nil if none is. For debug builds and tests,
    /// since it examines every block.
    package func invariantViolation() -> String? {
        var holders = [Int32](repeating: 0, count: layout.blocks)
        for (slot, sequence) in sequences.enumerated() {
            if let problem = violation(in: sequence, slot: slot) { return problem }
            for table in sequence.tables {
                for block in table where block >= 0 { holders[Int(block)] += 1 }
            }
        }
        for (block, count) in holders.enumerated() where blocks.pool.references[block] != count {
            return "block \(block) is in \(count) tables, counted \(blocks.pool.references[block])"
        }
        return violationInPool(holders) ?? violationInLists()
    }

    private func violation(in sequence: TokenSequence, slot: Int) -> String? {
        let isRunning = sequence.state == .running
        if !isRunning, sequence.tableCount > 0 || sequence.computed > 0 {
            return "sequence \(slot) holds blocks while \(sequence.state)"
        }
        for (group, table) in sequence.tables.enumerated() {
            if table.count != sequence.tableCount { return "tables of \(slot) differ in length" }
            let end = sequence.computed + sequence.planned
            if isRunning, table.count * blockTokens < end {
                return "sequence \(slot) has computed \(end) tokens in \(table.count) blocks"
            }
            // Every block that the next token can see must be there.
            let first = layout.windows[group].map { max(0, sequence.computed - $0 + 1) } ?? 0
            for index in table.indices.dropFirst(first / blockTokens) where table[index] < 0 {
                return "sequence \(slot) can see block \(index) of group \(group), released"
            }
        }
        if isRunning, sequence.computed + sequence.planned > sequence.tokens.count {
            return "sequence \(slot) computes tokens that nobody knows"
        }
        if sequence.credit < 0 || sequence.credit > unsentTokensMax {
            return "credit is \(sequence.credit)"
        }
        return nil
    }

    private func violationInPool(_ holders: [Int32]) -> String? {
        var seen = [Bool](repeating: false, count: layout.blocks)
        for block in blocks.pool.freeBlocks + blocks.cache.parkedBlocks {
            if seen[Int(block)] { return "block \(block) is free twice" }
            if holders[Int(block)] > 0 { return "block \(block) is free and held" }
            seen[Int(block)] = true
        }
        for (block, count) in holders.enumerated() where count == 0 && !seen[block] {
            return "block \(block) is lost"
        }
        for block in blocks.pool.freeBlocks where blocks.cache.owns(block) {
            return "block \(block) is free and cached"
        }
        return nil
    }

    private func violationInLists() -> String? {
        let lists: [(slots: [Int], state: TokenSequence.State)] = [
            (running, .running), (waiting.slots, .waiting), (preempted, .preempted),
            (freeSlots, .free),
        ]
        for list in lists {
            for slot in list.slots where sequences[slot].state != list.state {
                return "sequence \(slot) is \(sequences[slot].state), listed as \(list.state)"
            }
        }
        let listed = lists.reduce(0) { $0 + $1.slots.count }
        if listed != sequences.count { return "\(sequences.count) sequences, \(listed) listed" }
        if running.count > limits.sequencesMax { return "\(running.count) sequences run" }
        if waiting.count > limits.waitingRequestsMax { return "\(waiting.count) requests wait" }
        let tokens = waiting.slots.reduce(0) { $0 + sequences[$1].promptCount }
        if tokens != waiting.tokens { return "\(tokens) tokens wait, counted \(waiting.tokens)" }
        if waiting.slots.count != waiting.count { return "\(waiting.count) do not wait" }
        let dues = waiting.slots.count { sequences[$0].due != nil }
        if dues != waiting.dues.count { return "\(dues) are due, listed \(waiting.dues.count)" }
        if shares.clientCount > requests.count {
            return "\(shares.clientCount) clients have \(requests.count) requests"
        }
        if requests.isEmpty, shares.rememberedCount > 0 {
            return "\(shares.rememberedCount) clients are remembered, and there are no requests"
        }
        let known = requests.values.reduce(0) { $0 + $1.count }
        let alive = sequences.count - freeSlots.count
        return known == alive ? nil : "\(alive) sequences, requests know \(known)"
    }
}
