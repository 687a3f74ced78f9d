/// The tokens of one forward pass: chunks of several sequences, one after the other.
///
/// The arrays are reused from step to step; `removeAll` keeps their memory.
package struct ForwardBatch: Sendable {
    /// One sequence's chunk of consecutive tokens.
    package struct Chunk: Sendable {
        /// The first row of this chunk in the batch.
        package var firstRow: Int
        package var count: Int
        /// The position of its first token; all before it are in the cache.
        package var firstPosition: Int
        /// Where this sequence's block tables start in `tables`, one a group.
        package var tables: [Int]

        package init(firstRow: Int, count: Int, firstPosition: Int, tables: [Int]) {
            self.firstRow = firstRow
            self.count = count
            self.firstPosition = firstPosition
            self.tables = tables
        }
    }

    /// Token ids, a row each.
    package private(set) var tokens: [Int32] = []
    /// Each row's position in its sequence.
    package private(set) var positions: [Int32] = []
    package private(set) var chunks: [Chunk] = []
    /// Block tables, back to back: entry `i` of a table is the block of positions `16 i ..< 16 i + 16`,
    /// or -1 where it fell behind the window.
    package private(set) var tables: [Int32] = []
    /// The rows whose logits are wanted, ascending.
    package private(set) var logitRows: [Int32] = []

    package init() {}

    package mutating func removeAll() {
        tokens.removeAll(keepingCapacity: true)
        positions.removeAll(keepingCapacity: true)
        chunks.removeAll(keepingCapacity: true)
        tables.removeAll(keepingCapacity: true)
        logitRows.removeAll(keepingCapacity: true)
    }

    /// Appends a chunk; `logits` says which of its tokens' logits are wanted (indices in the chunk).
    package mutating func append(
        tokens chunk: some Collection<Int32>, at position: Int, tables blockTables: [[Int32]],
        logits: Range<Int>
    ) {
        precondition(logits.isEmpty || (logits.lowerBound >= 0 && logits.upperBound <= chunk.count))
        let first = tokens.count
        var starts: [Int] = []
        for table in blockTables {
            starts.append(tables.count)
            tables.append(contentsOf: table)
        }
        chunks.append(
            Chunk(firstRow: first, count: chunk.count, firstPosition: position, tables: starts))
        tokens.append(contentsOf: chunk)
        for index in 0..<chunk.count { positions.append(Int32(position + index)) }
        for index in logits { logitRows.append(Int32(first + index)) }
    }
}
