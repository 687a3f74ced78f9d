/// The scheduler's bounds and targets. Each has a flag and a metric of its name.
package struct SchedulerLimits: Sendable, Equatable {
    /// The most tokens of prompt and answer together.
    package var contextMax: Int = 8192
    /// The most sequences that hold blocks at the same time.
    package var sequencesMax: Int = 64
    /// The most requests that wait to be admitted, and the most tokens of their prompts.
    package var waitingRequestsMax: Int = 1024
    package var waitingTokensMax: Int = 1 << 20
    /// The most tokens of a step, and the fewest that a prompt gets in a step whatever the cost
    /// model says, so that it makes progress.
    package var stepTokensMax: Int = 2048
    package var chunkTokensMin: Int = 16
    /// A step's rows of logits: one for each sequence that draws a token, and one for each prompt
    /// token whose log-probability is wanted. At least `sequencesMax`.
    package var logitRowsMax: Int = 128
    /// The time between two tokens of a stream that 99 of 100 should not exceed.
    package var tokenLatencyMax: Duration = .milliseconds(100)
    /// How long a step may take when no stream waits for it.
    package var prefillLatencyMax: Duration = .milliseconds(400)
    /// The most prompts in progress at a time, and how many of them may be longer than
    /// `shortPromptMax`.
    package var prefillsMax: Int = 8
    package var longPrefillsMax: Int = 2
    package var shortPromptMax: Int = 256
    /// The part of a step's prefill time that is reserved for short prompts.
    package var shortPromptReserve: Double = 0.25
    /// Single-pass work: the most in a step, how many are worth running at once, and how long the
    /// first may wait for others.
    package var batchMax: Int = 64
    package var batchMin: Int = 8
    package var queueDelay: Duration = .milliseconds(5)
    /// How long a stream's reader may return no credit before its request fails. It is longer than
    /// a reader at the slowest rate that the connection's timer allows takes for a full buffer;
    /// that timer finds readers that have stopped.
    package var stallMax: Duration = .seconds(60)
    /// How long such a stream keeps its place and blocks while others wait for them. Then it is
    /// preempted, and resumes with the tokens it has drawn when its reader goes on.
    package var pauseMax: Duration = .milliseconds(500)
    /// The most sequences that may be preempted at a time. Beyond it no paused stream gives up its
    /// place.
    package var preemptedMax: Int = 256
    /// A request that has waited this long counts as having the best priority that waits, and no
    /// deadline overtakes it.
    package var priorityAgeMax: Duration = .seconds(60)
    /// The share of the experts that one token visits (top-k / experts); 0 for dense models. The
    /// time of a step rises with the experts it touches.
    package var expertShare: Double = 0
    /// Whether equal beginnings of prompts are computed once.
    package var sharesPrefixes: Bool = true

    package init() {}

    /// Traps on limits that contradict each other. Limits come from our own configuration, which
    /// checks what users pass.
    func check() {
        precondition(contextMax > 1, "contextMax is \(contextMax)")
        precondition(sequencesMax > 0, "sequencesMax is \(sequencesMax)")
        precondition(waitingRequestsMax > 0, "waitingRequestsMax is \(waitingRequestsMax)")
        precondition(waitingTokensMax > 0, "waitingTokensMax is \(waitingTokensMax)")
        precondition(chunkTokensMin > 0, "chunkTokensMin is \(chunkTokensMin)")
        precondition(
            logitRowsMax >= sequencesMax,
            "logitRowsMax \(logitRowsMax) holds no row for each of \(sequencesMax) sequences")
        precondition(
            stepTokensMax >= sequencesMax + chunkTokensMin,
            "stepTokensMax \(stepTokensMax) holds no token for each of \(sequencesMax) sequences"
                + " and \(chunkTokensMin) of a prompt")
        precondition(prefillsMax > 0 && longPrefillsMax > 0, "no prompt could be computed")
        precondition(batchMax > 0, "batchMax is \(batchMax)")
        precondition((0...1).contains(shortPromptReserve), "shortPromptReserve is a share")
        precondition((0...1).contains(expertShare), "expertShare is a share")
    }
}
