/// Merges a long word in O(n log n), with its symbols in a linked list and its pairs in a heap.
struct LinkedMerge: Sendable {
    private var previous: [Int32] = []
    private var next: [Int32] = []
    private var heap: [UInt64] = []  // rank << 32 | position of the left symbol; the least on top

    private static let none: Int32 = -1
    private static let merged: Int32 = -1  // marks a symbol that was merged into its left neighbour

    /// Merges `symbols` in place.
    mutating func merge(_ symbols: inout [Int32], _ merges: MergeTable) {
        let count = symbols.count
        guard count <= Int(Int32.max) else { return }
        previous = (0..<count).map { Int32($0) - 1 }
        next = (0..<count).map { $0 + 1 < count ? Int32($0) + 1 : Self.none }
        heap.removeAll(keepingCapacity: true)
        for index in 0..<count - 1 { push(symbols, index, merges) }
        while let top = pop() {
            let left = Int(top & 0xFFFF_FFFF)
            guard symbols[left] != Self.merged, next[left] != Self.none else { continue }
            let right = Int(next[left])
            let merge = merges[symbols[left], symbols[right]]
            // The pair may have changed since. Then its new form has its own entry in the heap.
            guard merge != MergeTable.none, merge >> 32 == top >> 32 else { continue }
            symbols[left] = Int32(truncatingIfNeeded: merge)
            symbols[right] = Self.merged
            next[left] = next[right]
            if next[left] != Self.none { previous[Int(next[left])] = Int32(left) }
            push(symbols, left, merges)
            if previous[left] != Self.none { push(symbols, Int(previous[left]), merges) }
        }
        symbols.removeAll { $0 == Self.merged }
    }

    private mutating func push(_ symbols: [Int32], _ left: Int, _ merges: MergeTable) {
        guard next[left] != Self.none else { return }
        let merge = merges[symbols[left], symbols[Int(next[left])]]
        guard merge != MergeTable.none else { return }
        var child = heap.count
        let value = merge & ~0xFFFF_FFFF | UInt64(left)
        heap.append(value)
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[parent] > value else { break }
            heap[child] = heap[parent]
            child = parent
        }
        heap[child] = value
    }

    private mutating func pop() -> UInt64? {
        guard let top = heap.first else { return nil }
        let value = heap.removeLast()
        let count = heap.count
        guard count > 0 else { return top }
        var hole = 0
        while true {
            var child = hole * 2 + 1
            guard child < count else { break }
            if child + 1 < count, heap[child + 1] < heap[child] { child += 1 }
            guard heap[child] < value else { break }
            heap[hole] = heap[child]
            hole = child
        }
        heap[hole] = value
        return top
    }
}
