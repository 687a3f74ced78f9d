import Generation

extension TokenSequence {
    /// What the next `count` tokens are computed for.
    func output(ofNext count: Int) -> StepPlan.Output {
        guard count == gap else { return .none }
        return switch request.kind {
        case .generate: .sample
        case .forward: .forward
        case .embed: .embedding
        }
    }

    /// Of the next `count` tokens, counted from 0, those whose logits are wanted, and those of them
    /// that tell of a prompt token not told of yet: row `r` predicts position `computed + r + 1`.
    func rows(ofNext count: Int) -> (logits: Range<Int>, promptLogprobs: Range<Int>) {
        let output = output(ofNext: count)
        let last = output == .sample || output == .forward ? count - 1..<count : 0..<0
        guard request.promptLogprobs != nil else { return (last, 0..<0) }
        let first = max(promptLogprobsDone - computed, 0)
        let end = min(count, promptCount - 1 - computed)
        guard first < end else { return (last, 0..<0) }
        return (first..<max(end, last.upperBound), first..<end)
    }

    /// The most of the next tokens, up to `count`, that want no more rows of logits than so many.
    func tokens(upTo count: Int, withLogitRows rowsMax: Int) -> Int {
        let rows = rows(ofNext: count).logits
        guard rows.count > rowsMax else { return count }
        // Without its last token a chunk draws none, and ends with the prompt's rows at most.
        return max(0, min(count - 1, rows.lowerBound + rowsMax))
    }
}
