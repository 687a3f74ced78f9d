package import Generation

/// What one forward pass computes. Run it in this order: clear `clearedBlocks`, make `copies` one
/// after the other, compute `entries`, report the results with `Scheduler.complete`.
package struct StepPlan: Sendable {
    /// The result wanted of an entry, besides its keys and values in the cache.
    package enum Output: Sendable, Equatable {
        /// None: it is a part of a prompt.
        case none
        /// The next token, from the logits of the last row.
        case sample
        /// The logits of the last row (and those that `logitRows` names).
        case forward
    }

    /// A chunk of one sequence's consecutive tokens.
    package struct Entry: Sendable {
        package var sequence: SequenceID
        package var request: RequestID
        package var choice: Int
        /// Its place in the plan's `batch`.
        package var chunk: ForwardBatch.Chunk
        package var output: Output
        /// The rows of this chunk, counted from 0, whose logits are wanted: the last one for
        /// `sample` and `forward`, more for log-probabilities of the prompt.
        package var logitRows: Range<Int>
        /// Those of these rows that give the log-probability of the next *prompt* token: row `r`
        /// predicts position `firstPosition + r + 1`.
        package var promptLogprobRows: Range<Int>

        /// Whether this chunk has the last known token, and the next one must be drawn.
        package var wantsSample: Bool { output == .sample }
        package var count: Int { chunk.count }
        package var firstPosition: Int { chunk.firstPosition }
    }

    /// What the pass computes, a chunk for each entry.
    package internal(set) var batch = ForwardBatch()
    /// What is wanted of each chunk.
    package internal(set) var entries: [Entry] = []
    package internal(set) var copies: [BlockCopy] = []
    /// Blocks to fill with zeros, since they held numbers that were not finite.
    package internal(set) var clearedBlocks: [Int32] = []
    /// Requests that left the queue with this plan. Their permits must be returned.
    package internal(set) var admitted: [RequestID] = []
    /// Outcomes of requests that ended without being computed: deadlines, stalled readers.
    package internal(set) var outcomes: [Outcome] = []
    /// The predicted time of the step.
    package internal(set) var predicted: Duration = .zero
    /// If there are no entries: when to plan again, unless a message comes first. Nil means only
    /// when a message comes.
    package internal(set) var wakeAt: ContinuousClock.Instant?

    package init() {}

    /// Whether there is nothing to run.
    package var isEmpty: Bool { entries.isEmpty && copies.isEmpty && clearedBlocks.isEmpty }

    /// An entry's token ids.
    package func tokens(of entry: Entry) -> ArraySlice<Int32> {
        batch.tokens[entry.chunk.firstRow..<entry.chunk.firstRow + entry.count]
    }

    mutating func removeAll() {
        entries.removeAll(keepingCapacity: true)
        batch.removeAll()
        copies.removeAll(keepingCapacity: true)
        clearedBlocks.removeAll(keepingCapacity: true)
        admitted.removeAll(keepingCapacity: true)
        outcomes.removeAll(keepingCapacity: true)
        predicted = .zero
        wakeAt = nil
    }
}
