/// The tokens of one forward pass: chunks of one or more sequences, one after the other.
///
/// This is what a step is planned as and what a device gets. The arrays are reused from step to
/// step; `removeAll` keeps their memory.
package struct ForwardBatch: Sendable {
    /// One sequence's chunk of consecutive tokens.
    package struct Chunk: Sendable, Equatable {
        /// The first row of this chunk in the batch.
        package let firstRow: Int
        package let count: Int
        /// The position of its first token. All positions before it are in the cache.
        package let firstPosition: Int
        /// Where this sequence's block tables begin in `tables`: one for each group of layers, of
        /// `tableLength` entries each.
        package let firstTable: Int
        package let tableLength: Int

        /// Where the table of a group of layers begins.
        package func table(_ group: Int) -> Int { firstTable + group * tableLength }
    }

    /// Experts and weights to use in place of a router's own: `[tokens, topK]` each.
    package typealias ForcedRoutes = (indices: [Int32], weights: [Float], topK: Int)

    /// Token ids, one for each row.
    package private(set) var tokens: [Int32] = []
    /// Each row's position in its sequence.
    package private(set) var positions: [Int32] = []
    package private(set) var chunks: [Chunk] = []
    /// Block tables, one after the other. Entry `i` of a table is the block of positions `16 i ..<
    /// 16 i + 16`, or -1 if the window has moved past them; such a block is never read.
    package private(set) var tables: [Int32] = []
    /// The rows whose logits are wanted, ascending.
    package private(set) var logitRows: [Int32] = []
    /// By layer; empty unless routes are replayed.
    package var forcedRoutes: [Int: ForcedRoutes] = [:]

    package init() {}

    package mutating func removeAll() {
        tokens.removeAll(keepingCapacity: true)
        positions.removeAll(keepingCapacity: true)
        chunks.removeAll(keepingCapacity: true)
        tables.removeAll(keepingCapacity: true)
        logitRows.removeAll(keepingCapacity: true)
        if !forcedRoutes.isEmpty { forcedRoutes = [:] }
    }

    /// Appends a chunk and returns it. `logits` has the indices, within the chunk, of tokens whose
    /// logits are wanted; `blockTables` has a table for each group of layers, all of one length.
    @discardableResult package mutating func append(
        tokens chunk: some Collection<Int32>, at position: Int, tables blockTables: [[Int32]],
        logits: Range<Int>
    ) -> Chunk {
        precondition(logits.isEmpty || (logits.lowerBound >= 0 && logits.upperBound <= chunk.count))
        let length = blockTables.first?.count ?? 0
        let added = Chunk(
            firstRow: tokens.count, count: chunk.count, firstPosition: position,
            firstTable: tables.count, tableLength: length)
        for table in blockTables {
            precondition(table.count == length, "the tables of a sequence have one length")
            tables.append(contentsOf: table)
        }
        chunks.append(added)
        tokens.append(contentsOf: chunk)
        for index in 0..<chunk.count { positions.append(Int32(position + index)) }
        for index in logits { logitRows.append(Int32(added.firstRow + index)) }
        return added
    }
}
