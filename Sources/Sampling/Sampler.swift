import CKernels
package import Generation

/// Draws tokens from logits.
///
/// The same logits, plan and history give the same token and the same bits on any CPU. The order of
/// operations is: repetition, frequency and presence penalty, bias, mask, temperature, top-k,
/// top-p, min-p, typical-p. Log-probabilities are those of the unchanged logits. Scratch memory is
/// reserved at the start and reused.
package struct Sampler: ~Copyable {
    package let vocabularySize: Int

    private let kernels: SamplingKernels
    private var scaled: [Float]  // [vocabulary]: logits divided by the temperature
    private var weights: [Float]  // [vocabulary]: their exponentials; the largest is 1
    private var candidates: [Candidate] = []
    private var edits: [(id: Int, original: Float)] = []

    /// - isa: the name of the row of the kernel table, which this CPU must support; nil means the
    ///   best one.
    package init(vocabularySize: Int, isa: String?) {
        precondition(
            vocabularySize > 0 && vocabularySize <= Int(Int32.max), "size is \(vocabularySize)")
        self.vocabularySize = vocabularySize
        kernels = SamplingKernels(isa: isa)
        scaled = [Float](repeating: 0, count: vocabularySize)
        weights = [Float](repeating: 0, count: vocabularySize)
    }

    /// Draws a token; nil if a logit is not finite. `logits` are `[vocabulary]`; they are changed
    /// during the call and restored. `history` may be nil if the parameters need none.
    package mutating func draw(
        _ logits: inout MutableSpan<Float>, _ plan: SamplingPlan, history: TokenHistory? = nil
    ) -> Draw? {
        precondition(logits.count == vocabularySize, "logits are \(logits.count)")
        precondition(
            history != nil || !plan.parameters.needsHistory, "penalties need the history")
        guard kernels.allFinite(logits.span) else { return nil }
        edit(&logits, plan, history)
        let id = plan.parameters.isGreedy ? best(logits.span) : drawn(logits.span, plan)
        restore(&logits)
        guard let id else { return nil }
        guard let top = plan.logprobs else { return Draw(id: id, logprobs: nil) }
        return Draw(id: id, logprobs: logprobs(of: id, in: logits.span, top: top))
    }

    /// The log-probability of a token, and those of the `top` most likely ones. The logits must be
    /// finite.
    package mutating func logprobs(
        of id: Int32, in logits: Span<Float>, top: Int
    ) -> TokenLogprobs {
        precondition(logits.count == vocabularySize, "logits are \(logits.count)")
        precondition(id >= 0 && Int(id) < vocabularySize, "token \(id) is not in the vocabulary")
        let normalizer = kernels.logSumOfExponentials(logits, scratch: &weights)
        return TokenLogprobs(
            id: id, logprob: Float(Double(logits[Int(id)]) - normalizer),
            top: best(top, of: logits, normalizer: normalizer))
    }

    /// The most likely tokens, best first.
    package mutating func top(_ count: Int, in logits: Span<Float>) -> [TokenLogprob] {
        precondition(logits.count == vocabularySize, "logits are \(logits.count)")
        let normalizer = kernels.logSumOfExponentials(logits, scratch: &weights)
        return best(count, of: logits, normalizer: normalizer)
    }

    /// Whether no logit is NaN or infinite.
    package func isFinite(_ logits: Span<Float>) -> Bool { kernels.allFinite(logits) }

    private mutating func best(
        _ count: Int, of logits: Span<Float>, normalizer: Double
    ) -> [TokenLogprob] {
        guard count > 0 else { return [] }
        candidates.gatherBest(count, of: logits)
        candidates.sort { $0.isBetter(than: $1) }
        return candidates.map {
            TokenLogprob(id: $0.id, logprob: Float(Double($0.key) - normalizer))
        }
    }

    /// The token with the largest logit, of equal ones the lowest id; nil if all are -inf.
    private func best(_ logits: Span<Float>) -> Int32? {
        var best = 0
        var value = logits[0]
        for index in 1..<max(1, logits.count) where logits[index] > value {
            best = index
            value = logits[index]
        }
        return value > -.infinity ? Int32(best) : nil
    }
}

// Changes logits for a draw, and restores them.
extension Sampler {
    private mutating func edit(
        _ logits: inout MutableSpan<Float>, _ plan: SamplingPlan, _ history: TokenHistory?
    ) {
        edits.removeAll(keepingCapacity: true)
        let parameters = plan.parameters
        if let history, parameters.needsHistory {
            for entry in history.entries where isInVocabulary(entry.id) {
                let value = logits[Int(entry.id)]
                set(&logits, entry.id, to: penalized(value, entry.drawn, parameters))
            }
        }
        // The order of a dictionary varies from run to run, which does not matter, since each id
        // occurs once.
        for (id, bias) in parameters.logitBias where isInVocabulary(id) {
            set(&logits, id, to: logits[Int(id)] + bias)
        }
        for id in plan.masked where isInVocabulary(id) { set(&logits, id, to: -.infinity) }
    }

    private func penalized(
        _ value: Float, _ drawn: Int32, _ parameters: SamplingParameters
    ) -> Float {
        var value = value
        let repetition = parameters.repetitionPenalty
        value = value > 0 ? value / repetition : value * repetition
        guard drawn > 0 else { return value }
        value -= parameters.frequencyPenalty * Float(drawn)
        return value - parameters.presencePenalty
    }

    private func isInVocabulary(_ id: Int32) -> Bool { id >= 0 && Int(id) < vocabularySize }

    private mutating func set(_ logits: inout MutableSpan<Float>, _ id: Int32, to value: Float) {
        edits.append((Int(id), logits[Int(id)]))
        logits[Int(id)] = value
    }

    private mutating func restore(_ logits: inout MutableSpan<Float>) {
        // In reverse order, so that a token changed twice gets its original value.
        for edit in edits.reversed() { logits[edit.id] = edit.original }
    }
}

// Draws tokens.
extension Sampler {
    private mutating func drawn(_ logits: Span<Float>, _ plan: SamplingPlan) -> Int32? {
        let uniform = Philox.uniform(
            seed: plan.parameters.seed, choice: plan.choice, position: plan.position)
        switch select(logits, plan.parameters) {
        case .nothing: return nil
        case .all(let sum): return pick(uniform * sum)
        case .candidates: return pickCandidate(uniform)
        }
    }

    /// The tokens that are left to draw from.
    private enum Selection {
        /// The numbers were not finite.
        case nothing
        /// All tokens, by `weights`, which add up to `sum`.
        case all(sum: Double)
        /// `candidates`.
        case candidates
    }

    private mutating func select(
        _ logits: Span<Float>, _ parameters: SamplingParameters
    ) -> Selection {
        guard
            let largest = kernels.softmaxTerms(
                logits, factor: 1 / parameters.temperature, scaled: &scaled, weights: &weights)
        else { return .nothing }
        let isCut = parameters.topK > 0 && parameters.topK < vocabularySize
        var sum = 0.0
        if isCut {
            sum = keepTop(parameters.topK)
        } else {
            for weight in weights { sum += Double(weight) }
            if parameters.topP >= 1, parameters.minP <= 0, parameters.typicalP >= 1 {
                return .all(sum: sum)
            }
            // All tokens below this have less than 1 - topP together, so none of them is in the
            // nucleus.
            let tail = (1 - Double(parameters.topP)) * sum / Double(vocabularySize) * 0.99
            gather(from: max(Float(tail), parameters.minP))
        }
        if parameters.topP < 1 { candidates.keepBest(mass: Double(parameters.topP) * sum) }
        if parameters.minP > 0 {
            // The best token has weight 1. It is kept even if rounding puts it a little below the
            // threshold.
            let largestLeft = candidates.reduce(0) { max($0, $1.weight) }
            let floor = min(parameters.minP, largestLeft)
            candidates.removeAll { $0.weight < floor }
        }
        if parameters.typicalP < 1 { keepTypical(parameters.typicalP, largest: largest) }
        return candidates.isEmpty ? .nothing : .candidates
    }

    /// Makes the `count` largest scaled logits the candidates and returns the sum of their weights.
    private mutating func keepTop(_ count: Int) -> Double {
        // The array is moved out of `self` meanwhile, since the span borrows `self`.
        var kept: [Candidate] = []
        swap(&kept, &candidates)
        kept.gatherBest(count, of: scaled.span)
        var sum = 0.0
        for index in kept.indices {
            kept[index].weight = weights[Int(kept[index].id)]
            sum += Double(kept[index].weight)
        }
        swap(&kept, &candidates)
        return sum
    }

    /// Collects the candidates whose weight is not zero and at least `weightMin`.
    private mutating func gather(from weightMin: Float) {
        candidates.removeAll(keepingCapacity: true)
        for index in 0..<vocabularySize {
            let weight = weights[index]
            if weight >= weightMin, weight > 0 {
                candidates.append(
                    Candidate(key: scaled[index], id: Int32(index), weight: weight))
            }
        }
    }

    /// Locally typical sampling (arXiv:2202.00666 §4): keeps the candidates whose information
    /// content is nearest to the entropy, until they have `mass` of the probability.
    private mutating func keepTypical(_ mass: Float, largest: Float) {
        var sum = 0.0
        for candidate in candidates { sum += Double(candidate.weight) }
        let normalizer = Double(largest) + sw_log(sum)
        var entropy = 0.0
        for candidate in candidates {
            entropy -= Double(candidate.weight) / sum * (Double(candidate.key) - normalizer)
        }
        for index in candidates.indices {
            let surprise = normalizer - Double(candidates[index].key)
            candidates[index].key = Float(-abs(surprise - entropy))
        }
        candidates.keepBest(mass: Double(mass) * sum)
    }

    /// The token at which the sum of weights, taken by ascending id, exceeds `target`.
    private func pick(_ target: Double) -> Int32? {
        var reached = 0.0
        var last: Int32?
        for index in 0..<vocabularySize where weights[index] > 0 {
            reached += Double(weights[index])
            last = Int32(index)
            if reached > target { return last }
        }
        return last
    }

    private func pickCandidate(_ uniform: Double) -> Int32? {
        var sum = 0.0
        for candidate in candidates { sum += Double(candidate.weight) }
        var reached = 0.0
        for candidate in candidates {
            reached += Double(candidate.weight)
            if reached > uniform * sum { return candidate.id }
        }
        return candidates.last?.id
    }

    /// The probabilities with which `draw` draws, `[vocabulary]`, for tests and tools; nil if a
    /// logit is not finite.
    package mutating func probabilities(
        _ logits: inout MutableSpan<Float>, _ plan: SamplingPlan, history: TokenHistory? = nil
    ) -> [Double]? {
        guard kernels.allFinite(logits.span) else { return nil }
        edit(&logits, plan, history)
        defer { restore(&logits) }
        var result = [Double](repeating: 0, count: vocabularySize)
        if plan.parameters.isGreedy {
            guard let id = best(logits.span) else { return nil }
            result[Int(id)] = 1
            return result
        }
        switch select(logits.span, plan.parameters) {
        case .nothing: return nil
        case .all(let sum):
            for index in result.indices { result[index] = Double(weights[index]) / sum }
        case .candidates:
            let sum = candidates.reduce(0) { $0 + Double($1.weight) }
            for candidate in candidates {
                result[Int(candidate.id)] = Double(candidate.weight) / sum
            }
        }
        return result
    }
}
