/// The scheduler's bounds and targets. Each has a flag and a metric of its name.
package struct SchedulerLimits: Sendable, Equatable {
    /// The most tokens of prompt and answer together.
    package var contextMax: Int = 8192
    /// The most sequences that hold blocks at a time.
    package var sequencesMax: Int = 64
    /// The most requests, and tokens of their prompts, that wait to be admitted.
    package var waitingRequestsMax: Int = 1024
    package var waitingTokensMax: Int = 1 << 20
    /// A step's tokens: never more than the one, and a prompt gets the other whatever the model of
    /// costs says, so that it ends.
    package var stepTokensMax: Int = 2048
    package var chunkTokensMin: Int = 16
    /// A step's rows of logits: one for each sequence that draws a token, and one for each prompt
    /// token whose log-probability is wanted. At least `sequencesMax`.
    package var logitRowsMax: Int = 128
    /// What 99 of 100 tokens of running streams should take at most, one after the other.
    package var tokenLatencyMax: Duration = .milliseconds(100)
    /// How long a step may take when no stream waits for it.
    package var prefillLatencyMax: Duration = .milliseconds(400)
    /// Prompts in progress at a time, and how many of them may be longer than `shortPromptMax`.
    package var prefillsMax: Int = 8
    package var longPrefillsMax: Int = 2
    package var shortPromptMax: Int = 256
    /// Of a step's prefill time, the part that long prompts leave to short ones.
    package var shortPromptReserve: Double = 0.25
    /// Single-pass work: the most in a step, how many are worth running at once, and how long the
    /// first may wait for others.
    package var batchMax: Int = 64
    package var batchMin: Int = 8
    package var queueDelay: Duration = .milliseconds(5)
    /// How long a stream's reader may give no credit back before its request fails. A connection's own
    /// timer finds who has stopped; this is longer than one that reads at the slowest rate which that
    /// allows takes for what may wait in its buffer.
    package var stallMax: Duration = .seconds(60)
    /// How long such a stream keeps its seat and blocks while others wait for them; then it gives
    /// them up and goes on, once its reader does, from what it has drawn.
    package var pauseMax: Duration = .milliseconds(500)
    /// Sequences without seats that may be begun: beyond so many no paused one gives up its own.
    package var preemptedMax: Int = 256
    /// After waiting this long a request is equal to the best priority that waits, and no deadline
    /// overtakes it.
    package var priorityAgeMax: Duration = .seconds(60)
    /// The share of the experts that one token visits (top-k / experts); 0 for dense models. The
    /// cost of a step rises with the experts it touches.
    package var expertShare: Double = 0
    /// Whether equal beginnings of prompts are computed once.
    package var sharesPrefixes: Bool = true

    package init() {}

    /// Traps on limits that could not work together: they come from our own configuration, which
    /// checks what users give.
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
