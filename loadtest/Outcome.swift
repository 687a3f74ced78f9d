/// The outcome of one request.
struct Outcome: Sendable {
    enum Ending: Sendable, Equatable {
        case completed
        /// The server had no room: 429 or 503.
        case rejected(status: Int)
        /// The client left on purpose.
        case cancelled
        case failed(String)
    }

    var ending: Ending
    /// When the request was due (open loop) or sent (closed loop).
    var start: ContinuousClock.Instant
    var end: ContinuousClock.Instant
    var chunkTimes: [ContinuousClock.Instant] = []
    /// As counted by the server, or else as asked for.
    var promptTokens: Int
    /// As counted by the server, or else one token for each chunk.
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
