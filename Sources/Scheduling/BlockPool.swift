/// The KV cache's blocks: how many holders each has, and which are free. Blocks are numbered from
/// 0.
struct BlockPool: Sendable {
    let count: Int
    /// The number of holders of each block. A block without holders is free, or kept by the prefix
    /// cache.
    private(set) var references: [Int32]
    private var free: [Int32]  // a stack; at first the lowest block is on top

    init(count: Int) {
        precondition(count >= 0 && count <= Int(Int32.max), "count is \(count)")
        self.count = count
        references = [Int32](repeating: 0, count: count)
        free = (0..<count).reversed().map { Int32($0) }
    }

    var freeCount: Int { free.count }

    /// Takes a free block, which then has one holder.
    mutating func take() -> Int32? {
        guard let block = free.popLast() else { return nil }
        assert(references[Int(block)] == 0, "a free block is held")
        references[Int(block)] = 1
        return block
    }

    mutating func retain(_ block: Int32) {
        references[Int(block)] += 1
    }

    /// Removes a holder. Returns true if it was the last one; the caller then passes the block to
    /// `giveBack` or keeps it cached.
    mutating func release(_ block: Int32) -> Bool {
        precondition(references[Int(block)] > 0, "block \(block) is released twice")
        references[Int(block)] -= 1
        return references[Int(block)] == 0
    }

    /// Frees a block without holders.
    mutating func giveBack(_ block: Int32) {
        assert(references[Int(block)] == 0, "a held block is freed")
        free.append(block)
    }

    /// The free blocks, for `invariantViolation`.
    var freeBlocks: [Int32] { free }
}
