import CKernels
package import Compute

extension CPUBackend {
    package func route(_ logits: Tensor, _ rule: RoutingRule) -> Routes {
        precondition(rule.topK <= logits.columns, "more experts a token than there are")
        let routes = Routes(
            indices: arena.take(logits.rows, rule.topK),
            weights: arena.take(logits.rows, rule.topK))
        parallel(taskCount(rows: logits.rows)) { task, worker in
            let terms = unsafe UnsafeMutableBufferPointer(
                start: scratch(worker).assumingMemoryBound(to: Float.self), count: logits.columns)
            for row in rows(of: task, total: logits.rows) {
                let scores = unsafe UnsafeBufferPointer(
                    start: arena.floats(logits) + row * logits.columns, count: logits.columns)
                let chosen = unsafe UnsafeMutableBufferPointer(
                    start: arena.ints(routes.indices) + row * rule.topK, count: rule.topK)
                let weights = unsafe UnsafeMutableBufferPointer(
                    start: arena.floats(routes.weights) + row * rule.topK, count: rule.topK)
                unsafe chooseLargest(scores, chosen)
                unsafe weigh(scores, chosen, rule, terms: terms, weights: weights)
            }
        }
        return routes
    }

    package func routes(indices: [Int32], weights: [Float], topK: Int) -> Routes {
        precondition(indices.count == weights.count && indices.count % topK == 0)
        let rows = indices.count / topK
        let routes = Routes(indices: arena.take(rows, topK), weights: arena.take(rows, topK))
        parallel(1) { _, _ in
            for index in indices.indices {
                unsafe arena.ints(routes.indices)[index] = indices[index]
                unsafe arena.floats(routes.weights)[index] = weights[index]
            }
        }
        return routes
    }

    /// The weights of the chosen experts.
    private func weigh(
        _ scores: UnsafeBufferPointer<Float>, _ chosen: UnsafeMutableBufferPointer<Int32>,
        _ rule: RoutingRule, terms: UnsafeMutableBufferPointer<Float>,
        weights: UnsafeMutableBufferPointer<Float>
    ) {
        guard let scoresBase = scores.baseAddress, let terms = terms.baseAddress,
            let weightsBase = weights.baseAddress
        else { return }
        var largest: Float = 0
        switch rule.scoring {
        case .softmaxOfTopK:
            for place in chosen.indices {
                let expert = unsafe chosen[place]
                unsafe weights[place] = scores[Int(expert)]
            }
            let sum = unsafe kernels.softmax_terms(
                weightsBase, weights.count, weightsBase, &largest)
            for place in weights.indices { unsafe weights[place] /= sum }
        case .softmax:
            let sum = unsafe kernels.softmax_terms(scoresBase, scores.count, terms, &largest)
            for place in chosen.indices {
                let expert = unsafe chosen[place]
                unsafe weights[place] = terms[Int(expert)] / sum
            }
        }
        guard rule.renormalize else { return }
        var total: Float = 0
        for place in weights.indices { unsafe total += weights[place] }
        for place in weights.indices { unsafe weights[place] /= total }
    }
}

/// Chooses the largest scores, as many as `chosen` holds, and writes their ids ascending. Ties go to
/// the lower id; a NaN is chosen last.
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
    // Insertion sort by id: few, and it allocates nothing.
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
