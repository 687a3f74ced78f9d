/// Remembers which blocks hold which tokens, so that equal beginnings are computed once.
///
/// It is a trie. A node stands for the 16 tokens after those of its parent, and has a block for
/// each group of layers unless that block was evicted. Keys are compared completely, so a hash
/// collision cannot give one client's text to another. Blocks that no sequence holds are kept
/// ("parked"), and the least recently used is evicted first.
struct PrefixCache: Sendable {
    /// The key of a node. Only keys of first blocks have a salt, which thereby applies to all
    /// blocks after them.
    struct Key: Hashable, Sendable {
        var parent: Int32
        var salt: UInt64
        var tokens: SIMD16<Int32>
    }

    private struct Node: Sendable {
        var key: Key
        var children: Int32 = 0
        /// How many sequences may still add children to this node.
        var pins: Int32 = 0
    }

    /// The parent of the nodes of first blocks.
    static let root: Int32 = -1

    private let groups: Int
    private let nodesMax: Int
    private var index: [Key: Int32] = [:]
    private var nodes: [Node] = []
    private var freeNodes: [Int32] = []
    private var nodeBlocks: [Int32] = []  // [nodes, groups]; -1: none
    // For each block: the node it belongs to (-1: none), and its neighbours in the list of parked
    // blocks.
    private var owner: [Int32]
    private var ownerGroup: [Int32]
    private var newer: [Int32]
    private var older: [Int32]
    private var isParked: [Bool]
    private var newest: Int32 = -1
    private var oldest: Int32 = -1

    /// How many blocks are kept although no sequence holds them.
    private(set) var parkedCount = 0

    init(blocks: Int, groups: Int) {
        self.groups = groups
        // Nodes without blocks exist only between others. The bound matters for small windows.
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

    /// The node of this key; it is made if there is none. Nil if there are too many nodes.
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

    /// Forgets the tokens of a block.
    mutating func detach(_ block: Int32) {
        let node = owner[Int(block)]
        guard node >= 0 else { return }
        if isParked[Int(block)] { unpark(block) }
        nodeBlocks[Int(node) * groups + Int(ownerGroup[Int(block)])] = -1
        owner[Int(block)] = -1
        prune(node)
    }

    /// Keeps a node while a sequence may add children to it. The root needs no pin.
    mutating func pin(_ node: Int32) {
        if node >= 0 { nodes[Int(node)].pins += 1 }
    }

    mutating func unpin(_ node: Int32) {
        guard node >= 0 else { return }
        nodes[Int(node)].pins -= 1
        prune(node)
    }

    /// Keeps a block that no sequence holds any more, as the most recently used one.
    mutating func park(_ block: Int32) {
        assert(!isParked[Int(block)], "a block is parked twice")
        isParked[Int(block)] = true
        older[Int(block)] = newest
        newer[Int(block)] = -1
        if newest >= 0 { newer[Int(newest)] = block } else { oldest = block }
        newest = block
        parkedCount += 1
    }

    /// Removes a block from the parked ones, since it is held again or about to be evicted.
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

    /// Removes nodes that are not needed any more, from `start` upwards.
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
