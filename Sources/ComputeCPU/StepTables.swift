import Compute
import Generation

/// What the operations of a step read of its batch, copied once when the step begins.
struct StepTables {
    private(set) var tokens: [Int32] = []
    private(set) var positions: [Int32] = []
    private(set) var chunks: [ForwardBatch.Chunk] = []
    private(set) var tables: [Int32] = []
    private(set) var logitRows: [Int32] = []
    private(set) var forcedRoutes: [Int: ForwardBatch.ForcedRoutes] = [:]
    /// By row; padded rows have none.
    private(set) var chunkOfRow: [Int32] = []
    /// Rows of the pass, padded ones included.
    private(set) var rows = 0
    private var runs: [AttentionRuns] = []

    /// Takes the place of the step before, in its memory.
    mutating func begin(_ batch: borrowing ForwardBatch, rows: Int) {
        tokens.replace(with: batch.tokens)
        positions.replace(with: batch.positions)
        chunks.replace(with: batch.chunks)
        tables.replace(with: batch.tables)
        logitRows.replace(with: batch.logitRows)
        if !forcedRoutes.isEmpty || !batch.forcedRoutes.isEmpty {
            forcedRoutes = batch.forcedRoutes
        }
        self.rows = rows
        chunkOfRow.removeAll(keepingCapacity: true)
        for (index, chunk) in chunks.enumerated() {
            for _ in 0..<chunk.count { chunkOfRow.append(Int32(index)) }
        }
        for index in runs.indices { runs[index].isStale = true }
    }

    /// The step's runs for attention of this kind; they are cut once a step.
    mutating func runs(tokens: Int, window: Int?) -> AttentionRuns {
        if let index = runs.firstIndex(where: { $0.tokensMax == tokens && $0.window == window }) {
            if runs[index].isStale { runs[index].cut(chunks) }
            return runs[index]
        }
        var added = AttentionRuns(tokensMax: tokens, window: window)
        added.cut(chunks)
        runs.append(added)
        return added
    }
}

/// The chunks of a step, cut into runs of tokens whose queries share readings of the cache.
struct AttentionRuns {
    /// Some consecutive tokens of one chunk.
    struct Run {
        let chunk: ForwardBatch.Chunk
        /// Counted from the chunk's first.
        let tokens: Range<Int>
        /// The spans that any of the queries sees. Span `index` begins at absolute position `512 *
        /// index`.
        let spans: ClosedRange<Int>
    }

    /// The most tokens of a run.
    let tokensMax: Int
    /// A query sees itself and `window - 1` tokens before it; nil means all.
    let window: Int?
    private(set) var runs: [Run] = []
    /// Spans that the run with the most of them sees.
    private(set) var spansMax = 0
    var isStale = false

    init(tokensMax: Int, window: Int?) {
        self.tokensMax = tokensMax
        self.window = window
    }

    mutating func cut(_ chunks: [ForwardBatch.Chunk]) {
        isStale = false
        spansMax = 0
        runs.removeAll(keepingCapacity: true)
        for chunk in chunks {
            for first in stride(from: 0, to: chunk.count, by: tokensMax) {
                let tokens = first..<min(first + tokensMax, chunk.count)
                let position = chunk.firstPosition + first
                let visible = window.map { max(0, position + 1 - $0) } ?? 0
                let last = chunk.firstPosition + tokens.upperBound - 1
                let spans = visible / AttentionWork.span...last / AttentionWork.span
                spansMax = max(spansMax, spans.count)
                runs.append(Run(chunk: chunk, tokens: tokens, spans: spans))
            }
        }
    }
}

extension Array {
    /// Takes over the elements, in the memory that this array has.
    fileprivate mutating func replace(with others: [Element]) {
        removeAll(keepingCapacity: true)
        append(contentsOf: others)
    }
}
