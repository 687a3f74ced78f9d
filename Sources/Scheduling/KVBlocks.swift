/// Tokens in a block.
package let blockTokens = 16

/// The operations of sequences on blocks and on the prefix cache.
struct KVBlocks: Sendable {
    let layout: BlockLayout
    /// Whether requests share the blocks of equal beginnings.
    let isSharing: Bool
    private(set) var pool: BlockPool
    private(set) var cache: PrefixCache

    init(layout: BlockLayout, isSharing: Bool) {
        self.layout = layout
        self.isSharing = isSharing
        pool = BlockPool(count: layout.blocks)
        cache = PrefixCache(blocks: layout.blocks, groups: layout.windows.count)
    }

    private var groups: Int { layout.windows.count }

    /// Blocks that can be taken now.
    var available: Int { pool.freeCount + cache.parkedCount }

    /// How many more tokens of a sequence would fit in this many additional blocks.
    func tokensFitting(_ sequence: TokenSequence, blocks: Int) -> Int {
        let left = blocks - (mustCopy(sequence) ? groups : 0)
        guard left >= 0 else { return 0 }
        let room = sequence.tableCount * blockTokens - sequence.computed
        return room + left / groups * blockTokens
    }

    /// Makes the slots of the next `count` tokens writable. They must fit in the available blocks.
    /// A block that others can see is copied first.
    mutating func extend(
        _ sequence: inout TokenSequence, by count: Int, copies: inout [BlockCopy]
    ) {
        if mustCopy(sequence) {
            let index = sequence.computed / blockTokens
            for group in 0..<groups {
                let shared = sequence.tables[group][index]
                let own = take()
                copies.append(BlockCopy(group: group, from: shared, to: own))
                sequence.tables[group][index] = own
                release(shared)
            }
        }
        let last = (sequence.computed + count - 1) / blockTokens
        while sequence.tableCount <= last {
            for group in 0..<groups { sequence.tables[group].append(take()) }
        }
    }

    /// Whether the next token goes to a block that other sequences or the cache can see.
    private func mustCopy(_ sequence: TokenSequence) -> Bool {
        let index = sequence.computed / blockTokens
        guard index < sequence.tableCount else { return false }
        return (0..<groups).contains { group in
            let block = sequence.tables[group][index]
            return pool.references[Int(block)] > 1 || cache.owns(block)
        }
    }

    private mutating func take() -> Int32 {
        if let block = pool.take() { return block }
        if let block = cache.evict() {
            pool.giveBack(block)
            if let block = pool.take() { return block }
        }
        preconditionFailure("blocks were counted before they were taken")
    }

    private mutating func release(_ block: Int32) {
        guard pool.release(block) else { return }
        if cache.owns(block) { cache.park(block) } else { pool.giveBack(block) }
    }

    private mutating func retain(_ block: Int32) {
        if pool.references[Int(block)] == 0 { cache.unpark(block) }
        pool.retain(block)
    }

    /// Releases all blocks. Those at the end of the sequence will be evicted first.
    mutating func releaseAll(_ sequence: inout TokenSequence) {
        for index in stride(from: sequence.tableCount - 1, through: 0, by: -1) {
            for group in 0..<groups {
                let block = sequence.tables[group][index]
                if block >= 0 { release(block) }
            }
        }
        cache.unpin(sequence.chain)
        sequence.forgetBlocks()
    }

    /// Like `releaseAll`, for a sequence with numbers that are not finite. Blocks that only it
    /// could see are appended to `cleared`.
    mutating func releaseFaulty(_ sequence: inout TokenSequence, cleared: inout [Int32]) {
        for table in sequence.tables {
            for block in table where block >= 0 {
                if pool.references[Int(block)] == 1, !cache.owns(block) { cleared.append(block) }
            }
        }
        releaseAll(&sequence)
    }

    /// Releases the blocks that each group's window has passed completely. Their table entries
    /// become -1.
    mutating func trim(_ sequence: inout TokenSequence) {
        for (group, window) in layout.windows.enumerated() {
            guard let window else { continue }
            let first = min(
                max(0, sequence.computed - window + 1) / blockTokens, sequence.tableCount)
            while sequence.trimmed[group] < first {
                let index = sequence.trimmed[group]
                let block = sequence.tables[group][index]
                if block >= 0 { release(block) }
                sequence.tables[group][index] = -1
                sequence.trimmed[group] += 1
            }
        }
    }
}

extension KVBlocks {
    /// Registers the full blocks computed since the last call with the prefix cache.
    mutating func register(_ sequence: inout TokenSequence) {
        guard isSharing else { return }
        while sequence.mayRegister, sequence.registered < sequence.computed / blockTokens {
            let key = sequence.key(ofBlock: sequence.registered, parent: sequence.chain)
            guard let node = cache.insert(key) else {
                sequence.mayRegister = false
                return
            }
            for group in 0..<groups {
                let block = sequence.tables[group][sequence.registered]
                if block >= 0 { cache.attach(block, to: node, group: group) }
            }
            cache.pin(node)
            cache.unpin(sequence.chain)
            sequence.chain = node
            sequence.registered += 1
        }
    }

    /// Gives a sequence without blocks the longest cached beginning that every group still has. Its
    /// last token always remains to be computed.
    mutating func adoptPrefix(_ sequence: inout TokenSequence) {
        assert(sequence.tableCount == 0 && sequence.computed == 0)
        let path = usablePath(sequence)
        let count = path.count
        guard count > 0 else { return }
        sequence.computed = count * blockTokens
        for (group, window) in layout.windows.enumerated() {
            let first = firstNeeded(blocks: count, window: window)
            for index in 0..<count {
                let block = index < first ? -1 : cache.block(path[index], group: group)
                if block >= 0 { retain(block) }
                sequence.tables[group].append(block)
            }
            sequence.trimmed[group] = first
        }
        sequence.chain = path[count - 1]
        sequence.registered = count
        cache.pin(sequence.chain)
    }

    /// Makes `child` a copy of a sequence that has computed its prompt. It shares all blocks, and
    /// the prompt's last token is computed again.
    mutating func fork(_ parent: TokenSequence, into child: inout TokenSequence) {
        child.computed = parent.promptCount - 1
        let count = (child.computed + blockTokens - 1) / blockTokens
        for group in 0..<groups {
            for block in parent.tables[group].prefix(count) {
                if block >= 0 { retain(block) }
                child.tables[group].append(block)
            }
            child.trimmed[group] = min(parent.trimmed[group], count)
        }
        child.registered = parent.registered
        child.chain = parent.chain
        while child.registered > child.computed / blockTokens {
            child.chain = cache.parent(of: child.chain)
            child.registered -= 1
        }
        cache.pin(child.chain)
    }

    /// What a sequence without blocks would get from the cache: how many of its first tokens, and
    /// how many of their blocks are held by others and hence take nothing from `available`.
    func prefix(of sequence: TokenSequence) -> (tokens: Int, heldBlocks: Int) {
        let path = usablePath(sequence)
        var held = 0
        for (group, window) in layout.windows.enumerated() {
            for node in path[firstNeeded(blocks: path.count, window: window)...] {
                let block = cache.block(node, group: group)
                if block >= 0, pool.references[Int(block)] > 0 { held += 1 }
            }
        }
        return (path.count * blockTokens, held)
    }

    /// The nodes of the longest cached beginning that every group still has; it does not include
    /// the last token.
    private func usablePath(_ sequence: TokenSequence) -> ArraySlice<Int32> {
        guard isSharing, sequence.mayAdopt else { return [] }
        var path: [Int32] = []
        var parent = PrefixCache.root
        while path.count < (sequence.tokens.count - 1) / blockTokens,
            let node = cache.find(sequence.key(ofBlock: path.count, parent: parent))
        {
            path.append(node)
            parent = node
        }
        return path.prefix(longestUsable(path))
    }

    /// The largest number of blocks of `path` for which every group has all blocks that a query
    /// right after them can see.
    private func longestUsable(_ path: [Int32]) -> Int {
        var best = path.count
        while best > 0 {
            var next = best
            for (group, window) in layout.windows.enumerated() {
                let visible = firstNeeded(blocks: best, window: window)..<best
                let isLacking = { (index: Int) in cache.block(path[index], group: group) < 0 }
                // As long as the window contains the last missing block nothing helps but an
                // earlier end, so continue before that block. Without a window this is so for the
                // first missing block.
                let lacking =
                    window == nil ? visible.first(where: isLacking) : visible.last(where: isLacking)
                next = min(next, lacking ?? best)
            }
            if next == best { return best }
            best = next
        }
        return 0
    }

    /// The first block that a query right after `blocks` full blocks can see.
    private func firstNeeded(blocks: Int, window: Int?) -> Int {
        guard let window else { return 0 }
        return max(0, blocks * blockTokens - window + 1) / blockTokens
    }
}
