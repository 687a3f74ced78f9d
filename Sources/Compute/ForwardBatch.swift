/// The tokens of one forward pass: chunks of one or more sequences, one after the other.
///
/// The arrays are reused from step to step; `removeAll` keeps their memory.
package struct ForwardBatch: Sendable {
    /// One sequence's chunk of consecutive tokens.
    package struct Chunk: Sendable {
        /// The first row of this chunk in the batch.
        package var firstRow: Int
        package var count: Int
        /// The position of its first token. All positions before it are in the cache.
        package var firstPosition: Int
        /// The start of this sequence's block tables in `tables`, one for each group of layers.
        package var tables: [Int]

        package init(firstRow: Int, count: Int, firstPosition: Int, tables: [Int]) {
            self.firstRow = firstRow
            self.count = count
            self.firstPosition = firstPosition
            self.tables = tables
        }
    }

    /// Token ids, one for each row.
    package private(set) var tokens: [Int32] = []
    /// Each row's position in its sequence.
    package private(set) var positions: [Int32] = []
    package private(set) var chunks: [Chunk] = []
    /// Block tables, one after the other. Entry `i` of a table is the block of positions `16 i ..<
    /// 16 i + 16`, or -1 if the window has moved past them.
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

    /// Appends a chunk. `logits` has the indices, within the chunk, of tokens whose logits are
    /// wanted.
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
