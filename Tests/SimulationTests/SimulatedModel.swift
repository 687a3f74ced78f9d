import Generation
import Scheduling
import TestSupport

/// A model whose keys and values are fingerprints of all tokens up to their own, and whose next
/// token is a function of the last fingerprint. So a block with wrong contents shows at once.
enum SimulatedModel {
    static let vocabulary: UInt64 = 50
    static let stopToken: Int32 = 7

    static func fingerprint(after previous: UInt64, token: Int32) -> UInt64 {
        mixed(previous ^ (UInt64(UInt32(bitPattern: token)) &* 0x2545_F491_4F6C_DD1D) &+ 1)
    }

    static func next(after fingerprint: UInt64, choice: Int) -> Int32 {
        Int32(mixed(fingerprint &+ UInt64(choice) &* 977) % vocabulary)
    }

    /// What a choice of this request draws if nothing interferes: the tokens delivered, and why it
    /// ends.
    static func answer(
        _ request: GenerationRequest, choice: Int, contextMax: Int
    ) -> (tokens: [Int32], reason: FinishReason) {
        guard request.kind == .generate else { return ([], .stop) }
        var state = request.cacheSalt
        for token in request.prompt { state = fingerprint(after: state, token: token) }
        var tokens: [Int32] = []
        let limit = min(request.tokensMax, contextMax - request.prompt.count)
        while true {
            let token = next(after: state, choice: choice)
            if request.stopTokens.contains(token), tokens.count >= request.tokensMin {
                return (tokens, .stop)
            }
            tokens.append(token)
            if tokens.count == limit { return (tokens, .length) }
            state = fingerprint(after: state, token: token)
        }
    }
}

/// The KV cache of the simulated model: `[block][16]` fingerprints.
struct SimulatedCache {
    private var cells: [UInt64]
    private let windows: [Int?]
    private var lastWriter: [Int]  // per cell, the step that wrote it last
    private(set) var problems: [String] = []

    init(_ layout: BlockLayout) {
        cells = [UInt64](repeating: 0, count: layout.blocks * blockTokens)
        lastWriter = [Int](repeating: -1, count: layout.blocks * blockTokens)
        windows = layout.windows
    }

    mutating func clear(_ blocks: [Int32]) {
        for block in blocks {
            for slot in 0..<blockTokens { cells[Int(block) * blockTokens + slot] = 0 }
        }
    }

    mutating func copy(_ copies: [BlockCopy]) {
        for copy in copies {
            for slot in 0..<blockTokens {
                cells[Int(copy.to) * blockTokens + slot] =
                    cells[Int(copy.from) * blockTokens + slot]
            }
        }
    }

    /// Writes an entry's fingerprints; `state` is the one before its first token.
    mutating func write(
        _ entry: StepPlan.Entry, of plan: StepPlan, state: UInt64, step: Int
    ) {
        let tables = plan.tables(of: entry)
        var state = state
        for (offset, token) in plan.tokens(of: entry).enumerated() {
            state = SimulatedModel.fingerprint(after: state, token: token)
            for table in tables {
                guard let cell = cell(table, entry.firstPosition + offset) else {
                    problems.append("position \(entry.firstPosition + offset) has no block")
                    continue
                }
                if lastWriter[cell] == step { problems.append("cell \(cell) is written twice") }
                lastWriter[cell] = step
                cells[cell] = state
            }
        }
    }

    /// Checks what a chunk's first and last token can see: all of it if the sequence enters a new
    /// block, else its two ends.
    mutating func check(_ entry: StepPlan.Entry, of plan: StepPlan, truth: [UInt64]) {
        let tables = plan.tables(of: entry)
        for position in Set([entry.firstPosition, entry.firstPosition + entry.count - 1]) {
            for (table, window) in zip(tables, windows) {
                let first = window.map { max(0, position - $0 + 1) } ?? 0
                let isWhole = position % blockTokens == 0 || entry.count > 1
                for visible in first...position {
                    if !isWhole, visible > first + 20, visible < position - 20 { continue }
                    guard let cell = cell(table, visible), cells[cell] == truth[visible] else {
                        problems.append(
                            "\(entry.request) sees a wrong key \(visible) from \(position)")
                        return
                    }
                }
            }
        }
    }

    private func cell(_ table: [Int32], _ position: Int) -> Int? {
        let index = position / blockTokens
        guard index < table.count, table[index] >= 0 else { return nil }
        return Int(table[index]) * blockTokens + position % blockTokens
    }
}

extension StepPlan {
    /// An entry's block tables, one for each group of layers.
    func tables(of entry: Entry) -> [[Int32]] {
        // The next chunk's tables begin where these end.
        let end =
            batch.chunks.first { $0.firstTable > entry.chunk.firstTable }?.firstTable
            ?? batch.tables.count
        let length = entry.chunk.tableLength
        return stride(from: entry.chunk.firstTable, to: end, by: length).map {
            Array(batch.tables[$0..<$0 + length])
        }
    }
}
