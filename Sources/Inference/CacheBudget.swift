import Memory
import Scheduling

/// What a memory budget leaves for the KV cache, and what it must be if that is too little.
struct CacheBudget {
    let memoryBytes: Int
    let weightBytes: Int
    let workspaceBytes: Int
    let blockBytes: Int
    /// The window of each group of layers; see `BlockLayout`.
    let windows: [Int?]

    /// The blocks that there is room for. A tenth of the rest stays free for connections and the other
    /// parts of the process.
    var blocks: Int { max(0, memoryBytes - used) / 10 * 9 / blockBytes }

    /// The smallest budget with room for so many blocks.
    func memoryBytes(for blocks: Int) -> Int { used + (blocks * blockBytes + 8) / 9 * 10 }

    private var used: Int { weightBytes + workspaceBytes }

    /// With fewer no two sequences could take turns.
    private var blocksMin: Int { 4 * windows.count }

    /// Throws if there is no room for a cache, or none for a sequence of so many tokens.
    ///
    /// - context: nil if nobody asked for a certain one.
    func check(context: Int?) throws(ModelError) {
        let needed = max(blocksMin, context.map { layout(1).blocksNeeded(tokens: $0) } ?? 0)
        guard blocks < needed else { return }
        // Rounded apart, so that the two never look alike.
        let enough = "--memory \(ByteSize(memoryBytes(for: needed)).argument)"
        let budget = ByteSize(memoryBytes).roundedDown
        guard blocks >= blocksMin, let context else {
            let smaller = weightBytes < memoryBytes ? ", or a smaller --step-tokens" : ""
            throw ModelError(
                "weights take \(ByteSize(weightBytes)) and the workspace \(ByteSize(workspaceBytes)), "
                    + "which leaves no room for the KV cache in a memory budget of \(budget); give "
                    + "\(enough) at least\(smaller)")
        }
        throw ModelError(
            "--context \(context) needs \(ByteSize(needed * blockBytes).roundedUp) of KV cache, the "
                + "memory budget of \(budget) leaves \(ByteSize(blocks * blockBytes).roundedDown); "
                + "give \(enough) at least, or --context "
                + "\(layout(blocks).tokensMax(upTo: context)) at most")
    }

    private func layout(_ blocks: Int) -> BlockLayout {
        BlockLayout(blocks: blocks, windows: windows)
    }
}
