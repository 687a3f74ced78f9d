/// How the model's layers use the KV cache. Layers with equal window and shape form a group. A
/// sequence has a block table for each group, and all groups take their blocks from one pool.
package struct BlockLayout: Sendable, Equatable {
    /// Blocks in the pool.
    package let blocks: Int
    /// Each group's sliding window in tokens (a query sees itself and `window - 1` tokens before
    /// it); nil if there is none.
    package let windows: [Int?]

    package init(blocks: Int, windows: [Int?] = [nil]) {
        precondition(blocks > 0, "blocks is \(blocks)")
        precondition(!windows.isEmpty, "a model has a group of layers at least")
        precondition(windows.allSatisfy { $0.map { $0 > 0 } ?? true }, "windows are positive")
        self.blocks = blocks
        self.windows = windows
    }

    /// The most blocks that a sequence of this many tokens holds if it is computed in the smallest
    /// chunks. The result saturates.
    package func blocksNeeded(tokens: Int) -> Int {
        let whole = tokens / blockTokens + (tokens % blockTokens > 0 ? 1 : 0)
        var sum = 0
        for window in windows {
            // A window of w tokens touches (w + 14) / 16 + 1 blocks at the worst alignment.
            let inWindow = window.map { ($0 - 1) / blockTokens + 2 } ?? whole
            let (result, overflow) = sum.addingReportingOverflow(min(whole, inWindow))
            if overflow { return .max }
            sum = result
        }
        return sum
    }
}
