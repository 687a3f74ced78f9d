/// How one request went.
struct Outcome: Sendable {
    enum Ending: Sendable, Equatable {
        case completed
        /// The server had no room: 429 or 503.
        case rejected(status: Int)
        /// The client went away on purpose.
        case cancelled
        case failed(String)
    }

    var ending: Ending
    /// When it was due (open loop) or sent (closed loop).
    var start: ContinuousClock.Instant
    var end: ContinuousClock.Instant
    var chunkTimes: [ContinuousClock.Instant] = []
    /// As the server counted, or else as asked for.
    var promptTokens: Int
    /// As the server counted, or else a token a chunk.
    var outputTokens: Int

    var latency: Duration { end - start }

    /// Time to the first token.
    var timeToFirstToken: Duration? { chunkTimes.first.map { $0 - start } }

    /// Gaps between pieces of text.
    var gaps: [Duration] { zip(chunkTimes, chunkTimes.dropFirst()).map { $1 - $0 } }

    /// Mean time for each output token after the first.
    var timePerOutputToken: Duration? {
        guard outputTokens > 1, chunkTimes.count > 1, let first = chunkTimes.first,
            let last = chunkTimes.last
        else { return nil }
        return (last - first) / (outputTokens - 1)
    }
}
