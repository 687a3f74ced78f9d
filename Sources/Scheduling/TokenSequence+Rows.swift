import Generation

extension TokenSequence {
    /// The result wanted of the next `count` tokens.
    func output(ofNext count: Int) -> StepPlan.Output {
        guard count == gap else { return .none }
        return switch request.kind {
        case .generate: .sample
        case .forward: .forward
        }
    }

    /// Of the next `count` tokens, counted from 0: the rows whose logits are wanted, and those of
    /// them that give the log-probability of a prompt token not reported yet. Row `r` predicts
    /// position `computed + r + 1`.
    func rows(ofNext count: Int) -> (logits: Range<Int>, promptLogprobs: Range<Int>) {
        let output = output(ofNext: count)
        let last = output == .sample || output == .forward ? count - 1..<count : 0..<0
        guard request.promptLogprobs != nil else { return (last, 0..<0) }
        let first = max(promptLogprobsDone - computed, 0)
        let end = min(count, promptCount - 1 - computed)
        guard first < end else { return (last, 0..<0) }
        return (first..<max(end, last.upperBound), first..<end)
    }

    /// How many of the next tokens, at most `count`, can be computed with at most `rowsMax` rows of
    /// logits.
    func tokens(upTo count: Int, withLogitRows rowsMax: Int) -> Int {
        let rows = rows(ofNext: count).logits
        guard rows.count > rowsMax else { return count }
        // A chunk without the last token draws none, so it has at most the prompt's rows.
        return max(0, min(count - 1, rows.lowerBound + rowsMax))
    }
}
