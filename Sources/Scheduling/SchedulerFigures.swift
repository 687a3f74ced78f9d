/// The scheduler's state and totals, for metrics.
package struct SchedulerFigures: Sendable, Equatable {
    /// Requests that have not begun, and the tokens of their prompts.
    package var waitingRequests = 0
    package var waitingTokens = 0
    /// Sequences that lost their blocks and wait to resume.
    package var preemptedSequences = 0
    /// Admitted sequences, and those of them that wait for their readers.
    package var runningSequences = 0
    package var pausedSequences = 0
    /// Blocks: all, those held by sequences, those kept only by the prefix cache, and those free.
    package var blocks = 0
    package var blocksUsed = 0
    package var blocksCached = 0
    package var blocksFree = 0
    /// Totals since the start.
    package var steps: UInt64 = 0
    package var tokensComputed: UInt64 = 0
    package var tokensDrawn: UInt64 = 0
    package var preemptions: UInt64 = 0
    /// Tokens of admitted prompts, and how many of them came from the cache.
    package var promptTokens: UInt64 = 0
    package var promptTokensCached: UInt64 = 0
    /// Tokens of prompts that were computed completely, however their requests end.
    package var promptTokensDone: UInt64 = 0
    package var requestsAdmitted: UInt64 = 0
    package var requestsRejected: UInt64 = 0
    /// Requests that ended because their deadline passed or could not be met.
    package var deadlinesExceeded: UInt64 = 0
    package var numericalFaults: UInt64 = 0
    package var blockCopies: UInt64 = 0
    /// Figures of the last step that had entries.
    package var batchSequences = 0
    package var batchTokens = 0
    package var stepPredicted: Duration = .zero
    /// The current target for the time between a stream's tokens, and whether it is the configured
    /// one. A model that cannot keep the configured target gets one that it can keep.
    package var tokenLatencyTarget: Duration = .zero
    package var keepsTokenLatency = true
    package var stepMeasured: Duration = .zero

    package init() {}

    /// The share of prompt tokens that came from the cache.
    package var reuseRate: Double {
        promptTokens == 0 ? 0 : Double(promptTokensCached) / Double(promptTokens)
    }
}
