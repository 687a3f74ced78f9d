import CKernels
package import Compute
import Generation

extension CPUBackend {
    package func route(_ logits: Tensor, _ rule: RoutingRule, layer: Int) -> Routes {
        precondition(rule.topK <= logits.columns, "more experts a token than there are")
        precondition(
            logits.columns <= MatrixLimits.routedExpertsMax, "more experts than scratch holds")
        if let forced = step.forcedRoutes[layer] { return routes(forced) }
        let routes = Routes(
            indices: arena.take(logits.rows, rule.topK),
            weights: arena.take(logits.rows, rule.topK))
        let scores = arena.rows(logits)
        let (indices, weights) = (arena.integers(routes.indices), arena.rows(routes.weights))
        let (experts, topK) = (logits.columns, rule.topK)
        var bias: StoredVector?
        if case .sigmoid(let vector) = rule.scoring {
            precondition(vector.count == experts, "a bias for each expert")
            bias = vectors[vector.index]
        }
        let (kernels, scratch) = unsafe (kernels, scratch)
        parallel(logits.rows, nanoseconds: experts * 4) { rows, worker in
            let work = unsafe RouterWork(
                kernels, rule, experts: experts, bias: bias,
                memory: scratch.values(of: Float.self, worker))
            for row in rows {
                unsafe work.route(
                    UnsafeBufferPointer(start: scores[row], count: experts),
                    chosen: UnsafeMutableBufferPointer(start: indices[row], count: topK),
                    weights: UnsafeMutableBufferPointer(start: weights[row], count: topK))
            }
        }
        return routes
    }

    private func routes(_ forced: ForwardBatch.ForcedRoutes) -> Routes {
        let (ids, factors, topK) = forced
        precondition(
            ids.count == factors.count && ids.count == step.tokens.count * topK, "routes a token")
        let routes = Routes(
            indices: arena.take(step.rows, topK), weights: arena.take(step.rows, topK))
        guard !arena.isMeasuring else { return routes }
        let (indices, weights) = (arena.integers(routes.indices), arena.rows(routes.weights))
        for index in ids.indices {
            unsafe indices.base[index] = ids[index]
            unsafe weights.base[index] = factors[index]
        }
        // Padded rows visit some experts for nothing.
        for index in ids.count..<step.rows * topK {
            unsafe indices.base[index] = Int32(index % topK)
            unsafe weights.base[index] = 0
        }
        return routes
    }
}

/// One worker's routing: chooses a token's experts and weighs them.
@safe private struct RouterWork {
    private let kernels: sw_kernels
    private let rule: RoutingRule
    private let experts: Int
    /// For `sigmoid`: added to the scores when experts are chosen.
    private let bias: StoredVector?
    /// `[experts]`: the values that become the chosen experts' weights.
    private let terms: UnsafeMutableBufferPointer<Float>
    /// `[experts]`: the values that experts are chosen by, if these are not the logits.
    private let choices: UnsafeMutableBufferPointer<Float>
    /// `[groups]` each.
    private let groupScores: UnsafeMutableBufferPointer<Float>
    private let groupIDs: UnsafeMutableBufferPointer<Int32>

    init(
        _ kernels: sw_kernels, _ rule: RoutingRule, experts: Int, bias: StoredVector?,
        memory: UnsafeMutablePointer<Float>
    ) {
        unsafe self.kernels = unsafe kernels
        self.rule = rule
        self.experts = experts
        self.bias = bias
        let groups = rule.groups?.count ?? 0
        precondition(groups <= experts, "a group has an expert")
        unsafe terms = UnsafeMutableBufferPointer(start: memory, count: experts)
        unsafe choices = UnsafeMutableBufferPointer(start: memory + experts, count: experts)
        unsafe groupScores = UnsafeMutableBufferPointer(start: memory + 2 * experts, count: groups)
        let ids = unsafe UnsafeMutableRawPointer(memory + 3 * experts)
        unsafe groupIDs = UnsafeMutableBufferPointer(
            start: ids.assumingMemoryBound(to: Int32.self), count: groups)
    }

    func route(
        _ logits: UnsafeBufferPointer<Float>, chosen: UnsafeMutableBufferPointer<Int32>,
        weights: UnsafeMutableBufferPointer<Float>
    ) {
        switch rule.scoring {
        case .softmaxOfTopK:
            unsafe chooseLargest(logits, chosen)
            for place in chosen.indices {
                let expert = unsafe chosen[place]
                unsafe weights[place] = logits[Int(expert)]
            }
            unsafe softmax(UnsafeBufferPointer(weights), into: weights)
        case .softmax:
            unsafe softmax(logits, into: terms)
            unsafe choose(unsafe UnsafeBufferPointer(terms), chosen)
            unsafe gather(chosen, into: weights)
        case .sigmoid:
            unsafe sigmoid(logits)
            guard let bias else { preconditionFailure("a bias for each expert") }
            for expert in 0..<experts {
                unsafe choices[expert] = terms[expert] + bias.base[expert]
            }
            unsafe choose(unsafe UnsafeBufferPointer(choices), chosen)
            unsafe gather(chosen, into: weights)
        }
        if rule.renormalize {
            var total: Float = 0
            for place in weights.indices { unsafe total += weights[place] }
            // Weights that are all zero stay zero.
            for place in weights.indices { unsafe weights[place] /= total + 1e-20 }
        }
        if rule.factor != 1 {
            for place in weights.indices { unsafe weights[place] *= rule.factor }
        }
    }

    /// Chooses the experts with the largest scores; if there are groups, among the best groups.
    private func choose(
        _ scores: UnsafeBufferPointer<Float>, _ chosen: UnsafeMutableBufferPointer<Int32>
    ) {
        guard let groups = rule.groups, groups.kept < groups.count else {
            unsafe chooseLargest(scores, chosen)
            return
        }
        let size = experts / groups.count
        for group in 0..<groups.count {
            let members = unsafe UnsafeBufferPointer(
                rebasing: scores[group * size..<(group + 1) * size])
            unsafe groupScores[group] = score(members, groups.score)
        }
        let kept = unsafe UnsafeMutableBufferPointer(rebasing: groupIDs[..<groups.kept])
        unsafe chooseLargest(UnsafeBufferPointer(groupScores), kept)
        var next = 0
        for group in 0..<groups.count {
            let isKept = unsafe next < kept.count && Int(kept[next]) == group
            if isKept { next += 1 }
            for expert in group * size..<(group + 1) * size {
                unsafe choices[expert] = isKept ? scores[expert] : -.infinity
            }
        }
        unsafe chooseLargest(UnsafeBufferPointer(choices), chosen)
    }

    /// A group's score. NaN counts as the least.
    private func score(_ members: UnsafeBufferPointer<Float>, _ score: RoutingRule.Groups.Score)
        -> Float
    {
        var first = -Float.infinity
        var second = -Float.infinity
        for index in members.indices {
            let member = unsafe members[index]
            if member > first {
                second = first
                first = member
            } else if member > second {
                second = member
            }
        }
        return score == .largest ? first : first + second
    }

    private func softmax(
        _ scores: UnsafeBufferPointer<Float>, into target: UnsafeMutableBufferPointer<Float>
    ) {
        guard let from = scores.baseAddress, let to = target.baseAddress else { return }
        var largest: Float = 0
        let sum = unsafe kernels.softmax_terms(from, scores.count, to, &largest)
        for place in target.indices { unsafe target[place] /= sum }
    }

    /// Writes the sigmoids of all logits to `terms`.
    private func sigmoid(_ logits: UnsafeBufferPointer<Float>) {
        for expert in logits.indices { unsafe terms[expert] = -logits[expert] }
        unsafe kernels.exp(terms.baseAddress, terms.count, terms.baseAddress)
        for expert in unsafe terms.indices { unsafe terms[expert] = 1 / (1 + terms[expert]) }
    }

    private func gather(
        _ chosen: UnsafeMutableBufferPointer<Int32>, into weights: UnsafeMutableBufferPointer<Float>
    ) {
        for place in chosen.indices {
            let expert = unsafe chosen[place]
            unsafe weights[place] = terms[Int(expert)]
        }
    }
}

/// Chooses the largest scores, as many as `chosen` holds, and writes their ids in ascending order.
/// Ties go to the lower id; a NaN is chosen last.
func chooseLargest(
    _ scores: UnsafeBufferPointer<Float>, _ chosen: UnsafeMutableBufferPointer<Int32>
) {
    // The ids chosen so far, best first.
    var count = 0
    for id in scores.indices {
        let score = unsafe scores[id].isNaN ? -Float.infinity : scores[id]
        var place = count
        while place > 0 {
            let before = unsafe scores[Int(chosen[place - 1])]
            if before.isNaN ? score > -Float.infinity : score > before { place -= 1 } else { break }
        }
        guard place < chosen.count else { continue }
        var move = min(count, chosen.count - 1)
        while move > place {
            unsafe chosen[move] = chosen[move - 1]
            move -= 1
        }
        unsafe chosen[place] = Int32(id)
        count = min(count + 1, chosen.count)
    }
    // An insertion sort by id: there are few, and it allocates nothing.
    for index in 1..<max(count, 1) {
        let id = unsafe chosen[index]
        var place = index
        while unsafe place > 0 && chosen[place - 1] > id {
            unsafe chosen[place] = chosen[place - 1]
            place -= 1
        }
        unsafe chosen[place] = id
    }
}
