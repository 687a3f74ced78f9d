/// Words of bytes, found along a text byte by byte; each has an index.
struct ByteTrie: Sendable {
    /// Where every word begins.
    static let root: Int32 = 0

    private var edges: [UInt64: Int32] = [:]  // node << 8 | byte -> node
    private var ends: [Int32] = [-1]  // by node: the index of the word that ends there, or -1

    /// Adds a word, of equal ones only the first; false for one that is empty or there already.
    @discardableResult
    mutating func insert(_ word: some Sequence<UInt8>, index: Int32) -> Bool {
        var node = Self.root
        for byte in word {
            let edge = UInt64(node) << 8 | UInt64(byte)
            if let child = edges[edge] {
                node = child
            } else {
                node = Int32(ends.count)
                ends.append(-1)
                edges[edge] = node
            }
        }
        guard node != Self.root, ends[Int(node)] < 0 else { return false }
        ends[Int(node)] = index
        return true
    }

    /// The node after one more byte; nil if no word goes on so.
    func child(of node: Int32, _ byte: UInt8) -> Int32? { edges[UInt64(node) << 8 | UInt64(byte)] }

    /// The index of the word that ends at a node, or -1.
    func end(at node: Int32) -> Int32 { ends[Int(node)] }
}
