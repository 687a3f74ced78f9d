/// Remembers which blocks hold which tokens, so that equal beginnings are computed once.
///
/// A trie: a node stands for 16 tokens after those of its parent, and knows a block for each group
/// of layers, if that group's is still there. Keys are compared whole, so no hash collision can
/// serve one client another's text. Blocks that no sequence holds are kept ("parked") and evicted
/// least recently used first.
struct PrefixCache: Sendable {
    /// What a node is looked up by. The salt counts in the first block and so in all after it.
    struct Key: Hashable, Sendable {
        var parent: Int32
        var salt: UInt64
        var tokens: SIMD16<Int32>
    }

    private struct Node: Sendable {
        var key: Key
        var children: Int32 = 0
        /// Sequences that will add children here.
        var pins: Int32 = 0
    }

    /// The parent of first blocks.
    static let root: Int32 = -1

    private let groups: Int
    private let nodesMax: Int
    private var index: [Key: Int32] = [:]
    private var nodes: [Node] = []
    private var freeNodes: [Int32] = []
    private var nodeBlocks: [Int32] = []  // [nodes, groups]; -1: none
    // Of each block: the node it belongs to (-1: none) and its neighbours among the parked ones.
    private var owner: [Int32]
    private var ownerGroup: [Int32]
    private var newer: [Int32]
    private var older: [Int32]
    private var isParked: [Bool]
    private var newest: Int32 = -1
    private var oldest: Int32 = -1

    /// Blocks kept though no sequence holds them.
    private(set) var parkedCount = 0

    init(blocks: Int, groups: Int) {
        self.groups = groups
        // Nodes without blocks stand only between others; the bound matters for small windows.
        nodesMax = 4 * blocks + 1024
        owner = [Int32](repeating: -1, count: blocks)
        ownerGroup = [Int32](repeating: -1, count: blocks)
        newer = [Int32](repeating: -1, count: blocks)
        older = [Int32](repeating: -1, count: blocks)
        isParked = [Bool](repeating: false, count: blocks)
    }

    var nodeCount: Int { nodes.count - freeNodes.count }

    func find(_ key: Key) -> Int32? { index[key] }

    /// The block of a node for a group, or -1.
    func block(_ node: Int32, group: Int) -> Int32 { nodeBlocks[Int(node) * groups + group] }

    func owns(_ block: Int32) -> Bool { owner[Int(block)] >= 0 }

    func parent(of node: Int32) -> Int32 { nodes[Int(node)].key.parent }

    /// The node of this key, made if need be; nil when there are too many.
    mutating func insert(_ key: Key) -> Int32? {
        if let node = index[key] { return node }
        guard nodeCount < nodesMax else { return nil }
        let node: Int32
        if let reused = freeNodes.popLast() {
            node = reused
            nodes[Int(node)] = Node(key: key)
        } else {
            node = Int32(nodes.count)
            nodes.append(Node(key: key))
            for _ in 0..<groups { nodeBlocks.append(-1) }
        }
        index[key] = node
        if key.parent >= 0 { nodes[Int(key.parent)].children += 1 }
        return node
    }

    /// Gives a node its block for a group, unless it has one already.
    mutating func attach(_ block: Int32, to node: Int32, group: Int) {
        let place = Int(node) * groups + group
        guard nodeBlocks[place] < 0, owner[Int(block)] < 0 else { return }
        nodeBlocks[place] = block
        owner[Int(block)] = node
        ownerGroup[Int(block)] = Int32(group)
    }

    /// Forgets what a block holds.
    mutating func detach(_ block: Int32) {
        let node = owner[Int(block)]
        guard node >= 0 else { return }
        if isParked[Int(block)] { unpark(block) }
        nodeBlocks[Int(node) * groups + Int(ownerGroup[Int(block)])] = -1
        owner[Int(block)] = -1
        prune(node)
    }

    /// Keeps a node while a sequence may add to it. The root needs no pin.
    mutating func pin(_ node: Int32) {
        if node >= 0 { nodes[Int(node)].pins += 1 }
    }

    mutating func unpin(_ node: Int32) {
        guard node >= 0 else { return }
        nodes[Int(node)].pins -= 1
        prune(node)
    }

    /// Keeps a block that nobody holds any more, as the most recently used.
    mutating func park(_ block: Int32) {
        assert(!isParked[Int(block)], "a block is parked twice")
        isParked[Int(block)] = true
        older[Int(block)] = newest
        newer[Int(block)] = -1
        if newest >= 0 { newer[Int(newest)] = block } else { oldest = block }
        newest = block
        parkedCount += 1
    }

    /// Takes a block out of the parked ones: it is held again, or about to be evicted.
    mutating func unpark(_ block: Int32) {
        assert(isParked[Int(block)], "a block is not parked")
        isParked[Int(block)] = false
        let (before, after) = (older[Int(block)], newer[Int(block)])
        if before >= 0 { newer[Int(before)] = after } else { oldest = after }
        if after >= 0 { older[Int(after)] = before } else { newest = before }
        parkedCount -= 1
    }

    /// Forgets the least recently used parked block and returns it; nil when none is parked.
    mutating func evict() -> Int32? {
        guard oldest >= 0 else { return nil }
        let block = oldest
        detach(block)
        return block
    }

    /// Removes nodes that nothing needs any more, from here upwards.
    private mutating func prune(_ start: Int32) {
        var node = start
        while node >= 0, nodes[Int(node)].children == 0, nodes[Int(node)].pins == 0 {
            let first = Int(node) * groups
            guard nodeBlocks[first..<first + groups].allSatisfy({ $0 < 0 }) else { return }
            let key = nodes[Int(node)].key
            index[key] = nil
            freeNodes.append(node)
            if key.parent >= 0 { nodes[Int(key.parent)].children -= 1 }
            node = key.parent
        }
    }

    /// The parked blocks, oldest first, for `invariantViolation`.
    var parkedBlocks: [Int32] {
        var blocks: [Int32] = []
        var block = oldest
        while block >= 0 {
            blocks.append(block)
            block = newer[Int(block)]
        }
        return blocks
    }
}
