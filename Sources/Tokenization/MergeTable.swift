/// The merges of a byte-pair encoding: for each pair of symbols the symbol it becomes, and its
/// rank.
struct MergeTable: Sendable {
    /// The value of a pair that does not merge.
    static let none = UInt64.max

    private struct Entry: Sendable {
        var pair: UInt64
        var merge: UInt64  // rank << 32 | id of the result
    }

    private static let free = UInt64.max  // never a pair, since ids are not negative

    private var entries: [Entry]
    private(set) var count = 0

    init(capacity: Int) {
        var size = 16
        while size < capacity * 2 { size *= 2 }
        entries = [Entry](repeating: Entry(pair: Self.free, merge: Self.none), count: size)
    }

    private static func pair(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    /// Adds a merge. A pair that is in the table keeps its rank unless `replace` says otherwise.
    mutating func insert(
        _ left: Int32, _ right: Int32, rank: UInt32, result: Int32, replace: Bool = false
    ) {
        if (count + 1) * 2 > entries.count { grow() }
        let pair = Self.pair(left, right)
        let slot = slot(of: pair)
        if entries[slot].pair == Self.free { count += 1 } else if !replace { return }
        entries[slot] = Entry(
            pair: pair, merge: UInt64(rank) << 32 | UInt64(UInt32(bitPattern: result)))
    }

    /// `rank << 32 | result`, or `none`.
    subscript(_ left: Int32, _ right: Int32) -> UInt64 {
        entries[slot(of: Self.pair(left, right))].merge
    }

    private func slot(of pair: UInt64) -> Int {
        let mask = entries.count - 1
        var slot = Int(truncatingIfNeeded: SeededHash.mix(pair, 0)) & mask
        // SAFETY: `slot` is masked to a power of two that is the table's size.
        return unsafe entries.span.withUnsafeBufferPointer { entries in
            while true {
                let found = unsafe entries[slot].pair
                if found == pair || found == Self.free { return slot }
                slot = (slot + 1) & mask
            }
        }
    }

    private mutating func grow() {
        let old = entries
        entries = [Entry](
            repeating: Entry(pair: Self.free, merge: Self.none), count: old.count * 2)
        for entry in old where entry.pair != Self.free { entries[slot(of: entry.pair)] = entry }
    }
}
