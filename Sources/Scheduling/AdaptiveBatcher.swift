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
    private let sequencesMax: Int
    private let windows: [Int?]

    /// An estimate of the 99th percentile of measured over predicted time.
    private(set) var margin = 1.1
    /// The mean relative error of predictions, lately.
    private(set) var error = 1.0
    /// Lowered when a prompt made a step take too long although it was predicted not to, then
    /// recovers.
    private(set) var trust = 1.0
    /// Whether the streams' target can be kept at all.
    private(set) var keepsTarget = true
    /// What a step with streams may take although the target is less; 0 while that can be kept.
    private var floorSeconds = 0.0
    /// Prefill tokens a step, while the model is of no use; one for steps with streams, one without.
    private var fallback: (streams: Double, alone: Double)

    /// A target is given up when it leaves no room for so many streams and a smallest chunk; what is
    /// kept in its place is the time of a step of the latter number. More streams cost a step little
    /// as long as it reads the same weights, and one at a time would make all others wait.
    private static let streams = (least: 2, usual: 8)
    /// A target that was given up is taken up again with so much room to spare.
    private static let returnShare = 0.95

    init(limits: SchedulerLimits, windows: [Int?]) {
        model = CostModel(expertShare: limits.expertShare)
        streamSeconds = limits.tokenLatencyMax.seconds
        prefillSeconds = max(limits.prefillLatencyMax.seconds, limits.tokenLatencyMax.seconds)
        tokensMin = limits.chunkTokensMin
        tokensMax = limits.stepTokensMax
        sequencesMax = limits.sequencesMax
        self.windows = windows
        fallback = (Double(4 * limits.chunkTokensMin), Double(4 * limits.chunkTokensMin))
    }

    /// Whether predictions can be relied on.
    var isLearned: Bool { model.steps >= 16 && error < 0.25 }

    /// What a step with streams should take at most, in seconds: the target, or what comes nearest.
    var streamTarget: Double { max(streamSeconds, floorSeconds * max(1, margin)) }

    /// Seconds a step may be predicted to take.
    func budget(hasStreams: Bool) -> Double {
        let seconds = (hasStreams ? streamSeconds : prefillSeconds) * trust / max(1, margin)
        return hasStreams ? max(seconds, floorSeconds) : seconds
    }

    /// Sees whether the target can be kept beside running streams such as these.
    mutating func judgeTarget(beside streams: StepLoad) {
        guard isLearned, streams.tokens > 0 else { return }
        let needed = seconds(ofStreams: Self.streams.least, like: streams) * max(1, margin)
        keepsTarget = needed <= streamSeconds * (keepsTarget ? 1 : Self.returnShare)
        floorSeconds = keepsTarget ? 0 : seconds(ofStreams: Self.streams.usual, like: streams)
    }

    /// What a step of so many streams and the smallest chunk takes.
    private func seconds(ofStreams count: Int, like streams: StepLoad) -> Double {
        let count = min(count, sequencesMax)
        let keys = streams.keys / Double(streams.tokens) * Double(count)
        let load = StepLoad(tokens: count, keys: keys, logitRows: count)
        return model.seconds(adding(tokensMin, at: 0, logitRows: 0, to: load))
    }

    /// Prefill tokens a step may take whatever the model says.
    func prefillTokensMax(hasStreams: Bool) -> Int {
        guard !isLearned else { return tokensMax }
        return max(tokensMin, Int(hasStreams ? fallback.streams : fallback.alone))
    }

    func adding(
        _ count: Int, at position: Int, logitRows: Int, to load: StepLoad
    ) -> StepLoad {
        load.adding(count, at: position, logitRows: logitRows, windows: windows)
    }

    /// The most tokens, up to `limit`, that keep the step within `seconds`; `adding` makes the load
    /// with so many more of them.
    func chunk(
        adding limit: Int, to load: StepLoad, seconds: Double,
        _ adding: (StepLoad, Int) -> StepLoad
    ) -> Int {
        guard isLearned else { return limit }
        var low = 0
        var high = max(0, limit)
        while low < high {
            let middle = (low + high + 1) / 2
            if model.seconds(adding(load, middle)) <= seconds {
                low = middle
            } else {
                high = middle - 1
            }
        }
        return low
    }

    /// Learns from a step.
    ///
    /// - streams: the part of it that running streams are.
    /// - prefillTokens: those that the batcher had a choice about.
    mutating func observe(
        _ load: StepLoad, streams: StepLoad = StepLoad(), prefillTokens: Int, hasStreams: Bool,
        seconds: Double
    ) {
        guard load.tokens > 0, seconds > 0, seconds.isFinite else { return }
        let predicted = model.seconds(load)
        let alone = model.seconds(streams)
        if model.steps > 0, predicted > 0 {
            let ratio = seconds / predicted
            error += 0.1 * (min(abs(ratio - 1), 4) - error)
            // Steps up 99 times as far as down, so that it rests where 1 in 100 is above.
            if isLearned { margin += ratio > margin ? 0.0495 : -0.0005 }
            margin = min(max(margin, 1), 2)
        }
        model.observe(load, seconds: seconds)
        let target = hasStreams ? streamTarget : prefillSeconds
        if seconds <= target {
            trust = min(1, trust + 0.02)
        } else if prefillTokens > 0, isLearned, alone <= target {
            // Streams that are late by themselves say nothing about prompts.
            trust = max(0.3, trust * 0.8)
        }
        if prefillTokens > 0 {
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
