/// The KV cache's blocks: who holds each, and which are free. Blocks are numbered from 0.
struct BlockPool: Sendable {
    let count: Int
    /// Holders of each block. A block with none is free, or kept by the prefix cache.
    private(set) var references: [Int32]
    private var free: [Int32]  // a stack; the lowest block on top at first

    init(count: Int) {
        precondition(count >= 0 && count <= Int(Int32.max), "count is \(count)")
        self.count = count
        references = [Int32](repeating: 0, count: count)
        free = (0..<count).reversed().map { Int32($0) }
    }

    var freeCount: Int { free.count }

    /// A free block, now held once.
    mutating func take() -> Int32? {
        guard let block = free.popLast() else { return nil }
        assert(references[Int(block)] == 0, "a free block is held")
        references[Int(block)] = 1
        return block
    }

    mutating func retain(_ block: Int32) {
        references[Int(block)] += 1
    }

    /// True when this was the last holder; the block then goes to `giveBack` or stays cached.
    mutating func release(_ block: Int32) -> Bool {
        precondition(references[Int(block)] > 0, "block \(block) is released twice")
        references[Int(block)] -= 1
        return references[Int(block)] == 0
    }

    /// Makes a block that nobody holds free.
    mutating func giveBack(_ block: Int32) {
        assert(references[Int(block)] == 0, "a held block is freed")
        free.append(block)
    }

    /// The free blocks, for `invariantViolation`.
    var freeBlocks: [Int32] { free }
}
