/// Says how many tokens a step may take so that running streams get theirs in time.
///
/// Primarily by the cost model: as many as are predicted to fit, with a margin that follows how far
/// predictions have missed. While the model knows too little or misses too far, by additive increase
/// and multiplicative decrease of a plain number of prefill tokens.
struct AdaptiveBatcher: Sendable {
    private(set) var model: CostModel
    private let streamSeconds: Double
    private let prefillSeconds: Double
    private let tokensMin: Int
    private let tokensMax: Int
    private let windows: [Int?]

    /// An estimate of the 99th percentile of measured over predicted time.
    private(set) var margin = 1.1
    /// The mean relative error of predictions, lately.
    private(set) var error = 1.0
    /// Lowered when a step took too long although it was predicted not to, then recovers.
    private var trust = 1.0
    /// Prefill tokens a step, while the model is of no use; one for steps with streams, one without.
    private var fallback: (streams: Double, alone: Double)

    init(limits: SchedulerLimits, windows: [Int?]) {
        model = CostModel(expertShare: limits.expertShare)
        streamSeconds = limits.tokenLatencyMax.seconds
        prefillSeconds = max(limits.prefillLatencyMax.seconds, limits.tokenLatencyMax.seconds)
        tokensMin = limits.chunkTokensMin
        tokensMax = limits.stepTokensMax
        self.windows = windows
        fallback = (Double(4 * limits.chunkTokensMin), Double(4 * limits.chunkTokensMin))
    }

    /// Whether predictions can be relied on.
    var isLearned: Bool { model.steps >= 16 && error < 0.25 }

    /// Seconds a step may be predicted to take.
    func budget(hasStreams: Bool) -> Double {
        (hasStreams ? streamSeconds : prefillSeconds) * trust / max(1, margin)
    }

    /// Prefill tokens a step may take whatever the model says.
    func prefillTokensMax(hasStreams: Bool) -> Int {
        guard !isLearned else { return tokensMax }
        return max(tokensMin, Int(hasStreams ? fallback.streams : fallback.alone))
    }

    func adding(_ count: Int, at position: Int, to load: StepLoad) -> StepLoad {
        load.adding(count, at: position, windows: windows)
    }

    /// The most tokens from `position` on, up to `limit`, that keep the step within `seconds`.
    func chunk(adding limit: Int, at position: Int, to load: StepLoad, seconds: Double) -> Int {
        guard isLearned else { return limit }
        var low = 0
        var high = max(0, limit)
        while low < high {
            let middle = (low + high + 1) / 2
            if model.seconds(adding(middle, at: position, to: load)) <= seconds {
                low = middle
            } else {
                high = middle - 1
            }
        }
        return low
    }

    /// Learns from a step. `prefillTokens` are those that the batcher had a choice about.
    mutating func observe(
        _ load: StepLoad, prefillTokens: Int, hasStreams: Bool, seconds: Double
    ) {
        guard load.tokens > 0, seconds > 0, seconds.isFinite else { return }
        let predicted = model.seconds(load)
        if model.steps > 0, predicted > 0 {
            let ratio = seconds / predicted
            error += 0.1 * (min(abs(ratio - 1), 4) - error)
            // Steps up 99 times as far as down, so that it rests where 1 in 100 is above.
            if isLearned { margin += ratio > margin ? 0.0495 : -0.0005 }
            margin = min(max(margin, 1), 2)
        }
        model.observe(load, seconds: seconds)
        let target = hasStreams ? streamSeconds : prefillSeconds
        if prefillTokens > 0 {
            let missed = seconds > target
            trust = missed && isLearned ? max(0.3, trust * 0.8) : min(1, trust + 0.02)
            let limit = hasStreams ? fallback.streams : fallback.alone
            let next = adjusted(limit, used: prefillTokens, seconds: seconds, target: target)
            if hasStreams { fallback.streams = next } else { fallback.alone = next }
        }
    }

    /// Learns from steps that were run to be measured, as if each had come a few times.
    mutating func learn(_ measured: [(load: StepLoad, seconds: Double)]) {
        for _ in 0..<4 {
            for (load, seconds) in measured {
                observe(load, prefillTokens: 0, hasStreams: false, seconds: seconds)
            }
        }
    }

    private func adjusted(
        _ limit: Double, used: Int, seconds: Double, target: Double
    ) -> Double {
        var limit = limit
        if seconds > target {
            limit = min(limit, Double(used)) / 2
        } else if Double(used) >= limit * 0.9 {
            limit = seconds < target / 4 ? limit * 2 : limit + Double(tokensMin)
        }
        return min(max(limit, Double(tokensMin)), Double(tokensMax))
    }
}

extension Duration {
    /// For arithmetic on rates; interfaces keep durations.
    var seconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
