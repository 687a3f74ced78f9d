/// The scheduler's state and totals, for metrics.
package struct SchedulerFigures: Sendable, Equatable {
    /// Requests not begun, and the tokens of their prompts.
    package var waitingRequests = 0
    package var waitingTokens = 0
    /// Sequences stripped of their blocks that wait to go on.
    package var preemptedSequences = 0
    /// Sequences admitted, and those of them that their readers hold up.
    package var runningSequences = 0
    package var pausedSequences = 0
    /// Blocks: all, held by sequences, kept by the prefix cache alone, empty.
    package var blocks = 0
    package var blocksUsed = 0
    package var blocksCached = 0
    package var blocksFree = 0
    /// Totals since the start.
    package var steps: UInt64 = 0
    package var tokensComputed: UInt64 = 0
    package var tokensDrawn: UInt64 = 0
    package var preemptions: UInt64 = 0
    /// Tokens of admitted prompts, and those of them that the cache had.
    package var promptTokens: UInt64 = 0
    package var promptTokensCached: UInt64 = 0
    /// Tokens of prompts whose computation has ended, however their requests end.
    package var promptTokensDone: UInt64 = 0
    package var requestsAdmitted: UInt64 = 0
    package var requestsRejected: UInt64 = 0
    /// Requests that ended by their deadline, or because it could not be met.
    package var deadlinesExceeded: UInt64 = 0
    package var numericalFaults: UInt64 = 0
    package var blockCopies: UInt64 = 0
    /// Of the last step with entries.
    package var batchSequences = 0
    package var batchTokens = 0
    package var stepPredicted: Duration = .zero
    /// What tokens of streams should be apart now, and whether that is what was asked for; a model
    /// that cannot keep the target gets one it can.
    package var tokenLatencyTarget: Duration = .zero
    package var keepsTokenLatency = true
    package var stepMeasured: Duration = .zero

    package init() {}

    /// Tokens served from the cache per token needed.
    package var reuseRate: Double {
        promptTokens == 0 ? 0 : Double(promptTokensCached) / Double(promptTokens)
    }
}
