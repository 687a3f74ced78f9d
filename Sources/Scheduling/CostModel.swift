/// The work of a step, in the terms that its time depends on.
struct StepLoad: Sendable, Equatable {
    /// Tokens computed.
    var tokens = 0
    /// Keys read, summed over the tokens; the mean over the groups of layers.
    var keys = 0.0
    /// Rows whose logits are computed.
    var logitRows = 0

    /// The load with a further chunk of `count` tokens from `position` on. Logits of `logitRows` of
    /// them are wanted.
    func adding(_ count: Int, at position: Int, logitRows rows: Int, windows: [Int?]) -> StepLoad {
        var sum = 0.0
        for window in windows {
            sum += Self.keys(count, at: position, window: window ?? .max)
        }
        return StepLoad(
            tokens: tokens + count, keys: keys + sum / Double(windows.count),
            logitRows: logitRows + rows)
    }

    /// The token at position p reads min(p + 1, window) keys.
    private static func keys(_ count: Int, at position: Int, window: Int) -> Double {
        let rising = min(max(window - position, 0), count)  // tokens before the window is full
        let first = Double(position) + 1
        let n = Double(rising)
        return n * first + n * (n - 1) / 2 + Double(count - rising) * Double(window)
    }
}

/// Predicts a step's time from its load, and learns from every step.
///
/// The model is linear: seconds = w · x with x = (1, tokens, keys, share of the experts touched,
/// rows of logits), and no weight is negative. It is fitted by least squares, in which older steps
/// count less. Weights that recent steps do not determine stay as they are.
struct CostModel: Sendable {
    /// Steps observed.
    private(set) var steps = 0

    private let expertShare: Double
    private var weights = Terms(repeating: 0)
    // Normal equations of the decaying sum: moments · w = target.
    private var moments = [Terms](repeating: Terms(repeating: 0), count: termCount)
    private var target = Terms(repeating: 0)

    /// The first `termCount` elements are used.
    private typealias Terms = SIMD8<Double>
    private static let termCount = 5
    private static let decay = 0.99
    /// Scales the terms to sizes near 1, so that one ridge suits all.
    private static let scale = Terms(1, 1.0 / 256, 1.0 / 65536, 1, 1.0 / 64, 0, 0, 0)
    /// Pulls each weight towards its last value, so that noise does not change weights that recent
    /// steps do not determine.
    private static let ridge = 1e-3
    private static let sweeps = 24

    init(expertShare: Double) {
        self.expertShare = expertShare
    }

    func seconds(_ load: StepLoad) -> Double {
        load.tokens == 0 ? 0 : (weights * terms(load)).sum()
    }

    mutating func observe(_ load: StepLoad, seconds: Double) {
        guard load.tokens > 0, seconds > 0, seconds.isFinite else { return }
        steps += 1
        // Relative errors matter, so a step's weight is the inverse square of its time.
        let weight = 1 / (seconds * seconds)
        let x = terms(load)
        for row in 0..<Self.termCount {
            moments[row] = moments[row] * Self.decay + x * (x[row] * weight)
        }
        target = target * Self.decay + x * (seconds * weight)
        solve()
    }

    /// Coordinate descent with weights clamped at zero. It converges, since the function is a
    /// convex quadratic.
    private mutating func solve() {
        var w = weights
        for _ in 0..<Self.sweeps {
            for i in 0..<Self.termCount {
                let pull = Self.ridge * moments[i][i]
                let diagonal = moments[i][i] + pull
                guard diagonal > 0 else { continue }
                let others = (moments[i] * w).sum() - moments[i][i] * w[i]
                w[i] = max(0, (target[i] + pull * weights[i] - others) / diagonal)
            }
        }
        weights = w
    }

    private func terms(_ load: StepLoad) -> Terms {
        Terms(
            1, Double(load.tokens), load.keys, touchedShare(load.tokens), Double(load.logitRows),
            0, 0, 0) * Self.scale
    }

    /// The share of experts that n tokens touch if each picks a share s at random: 1 - (1 - s)^n.
    private func touchedShare(_ tokens: Int) -> Double {
        var power = 1.0
        var base = 1 - expertShare
        var exponent = tokens
        while exponent > 0 {
            if exponent & 1 == 1 { power *= base }
            base *= base
            exponent >>= 1
        }
        return 1 - power
    }
}
