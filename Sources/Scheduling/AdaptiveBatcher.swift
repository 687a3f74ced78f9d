/// Decides how many tokens a step may have so that running streams get theirs in time.
///
/// Normally it uses the cost model: as many tokens as are predicted to fit, with a margin that
/// follows the errors of past predictions. While the model has seen too few steps, or its errors
/// are too large, it uses additive increase and multiplicative decrease of the number of prefill
/// tokens.
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
    /// The mean relative error of recent predictions.
    private(set) var error = 1.0
    /// Lowered when a prompt made a step take too long against the prediction. It then recovers.
    private(set) var trust = 1.0
    /// Whether the streams' target can be kept at all.
    private(set) var keepsTarget = true
    /// What a step with streams may take, in seconds, if the target cannot be kept; 0 while it can.
    private var floorSeconds = 0.0
    /// Prefill tokens per step while the model cannot be used, for steps with streams and for steps
    /// without.
    private var fallback: (streams: Double, alone: Double)

    /// The target is given up if it leaves no room for `least` streams and a smallest chunk.
    /// Instead, a step may then take as long as one with `usual` streams and a smallest chunk. More
    /// streams cost a step little as long as it reads the same weights, and with only one at a time
    /// all others would wait.
    private static let streams = (least: 2, usual: 8)
    /// A target that was given up is restored only when a step takes less than this share of it.
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

    /// The most seconds that a step with streams should take: the target, or, if it cannot be kept,
    /// what comes nearest to it.
    var streamTarget: Double { max(streamSeconds, floorSeconds * max(1, margin)) }

    /// The predicted time that a step may have, in seconds.
    func budget(hasStreams: Bool) -> Double {
        let seconds = (hasStreams ? streamSeconds : prefillSeconds) * trust / max(1, margin)
        return hasStreams ? max(seconds, floorSeconds) : seconds
    }

    /// Decides whether the target can be kept with running streams such as these.
    mutating func judgeTarget(beside streams: StepLoad) {
        guard isLearned, streams.tokens > 0 else { return }
        let needed = seconds(ofStreams: Self.streams.least, like: streams) * max(1, margin)
        keepsTarget = needed <= streamSeconds * (keepsTarget ? 1 : Self.returnShare)
        floorSeconds = keepsTarget ? 0 : seconds(ofStreams: Self.streams.usual, like: streams)
    }

    /// The predicted time of a step with `count` streams and the smallest chunk.
    private func seconds(ofStreams count: Int, like streams: StepLoad) -> Double {
        let count = min(count, sequencesMax)
        let keys = streams.keys / Double(streams.tokens) * Double(count)
        let load = StepLoad(tokens: count, keys: keys, logitRows: count)
        return model.seconds(adding(tokensMin, at: 0, logitRows: 0, to: load))
    }

    /// The most prefill tokens of a step, independent of the model.
    func prefillTokensMax(hasStreams: Bool) -> Int {
        guard !isLearned else { return tokensMax }
        return max(tokensMin, Int(hasStreams ? fallback.streams : fallback.alone))
    }

    func adding(
        _ count: Int, at position: Int, logitRows: Int, to load: StepLoad
    ) -> StepLoad {
        load.adding(count, at: position, logitRows: logitRows, windows: windows)
    }

    /// The most tokens, up to `limit`, that keep the step within `seconds`. `adding` returns the
    /// load with the given number of tokens more.
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

    /// Learns from a step that was run.
    ///
    /// - streams: the part of its load that belongs to running streams.
    /// - prefillTokens: the tokens whose number the batcher chose.
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
            // A step up is 99 times as large as a step down, so it settles where 1 in 100 ratios is
            // above.
            if isLearned { margin += ratio > margin ? 0.0495 : -0.0005 }
            margin = min(max(margin, 1), 2)
        }
        model.observe(load, seconds: seconds)
        let target = hasStreams ? streamTarget : prefillSeconds
        if seconds <= target {
            trust = min(1, trust + 0.02)
        } else if prefillTokens > 0, isLearned, alone <= target {
            // If the streams alone are late, that says nothing about prompts.
            trust = max(0.3, trust * 0.8)
        }
        if prefillTokens > 0 {
            let limit = hasStreams ? fallback.streams : fallback.alone
            let next = adjusted(limit, used: prefillTokens, seconds: seconds, target: target)
            if hasStreams { fallback.streams = next } else { fallback.alone = next }
        }
    }

    /// Learns from steps that were run only to be measured, as if each had been run a few times.
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
    /// Seconds, for arithmetic on rates. Interfaces use durations.
    var seconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
