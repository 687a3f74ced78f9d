package import Architectures
import Compute
package import Generation

/// Runs one sequence alone, without a scheduler, for `forward`, `eval` and tests. The cache's
/// blocks are used in order; `restart` begins a new sequence.
package final class SequenceRunner {
    private let model: LoadedModel
    private var batch = ForwardBatch()
    private var results = StepResults()
    private var observer: (any ForwardObserver)?
    private var position = 0

    package init(_ model: LoadedModel) {
        self.model = model
    }

    /// Sets the observer of the following passes.
    package func observe(_ observer: (any ForwardObserver)?) {
        self.observer = observer
    }

    /// Routes to replay in the next calls, by layer. Each holds a row for every position of the
    /// sequence, from position 0 on.
    package var replay: [Int: ForwardBatch.ForcedRoutes] = [:]

    package func restart() {
        position = 0
    }

    /// Appends tokens and passes each wanted row of logits to `body`, with the row's index in
    /// `tokens`. `logits` says whether all rows are wanted or only the last.
    package func append(
        _ tokens: some RandomAccessCollection<Int32>, allLogits: Bool,
        _ body: (Int, [Float]) -> Void
    ) throws(ModelError) {
        guard position + tokens.count <= model.contextMax else {
            throw ModelError(
                "\(position + tokens.count) tokens do not fit the context of \(model.contextMax)")
        }
        if let wrong = tokens.first(where: { $0 < 0 || Int($0) >= model.shape.vocabulary }) {
            throw ModelError(
                "token \(wrong) is not in the model's vocabulary of \(model.shape.vocabulary)")
        }
        let step =
            allLogits
            ? min(model.options.stepTokensMax, model.options.logitRowsMax)
            : model.options.stepTokensMax
        var done = 0
        while done < tokens.count {
            let count = min(step, tokens.count - done)
            let chunk = Array(tokens.dropFirst(done).prefix(count))
            let isLast = done + count == tokens.count
            let wanted = allLogits ? 0..<count : (isLast ? count - 1..<count : 0..<0)
            try run(chunk, wanted: wanted) { row, values in body(done + row, values) }
            done += count
        }
    }

    private func run(
        _ chunk: [Int32], wanted: Range<Int>,
        _ body: (Int, [Float]) -> Void
    ) throws(ModelError) {
        let backend = model.backend
        let blocks =
            (position + chunk.count + KVCacheLayout.blockTokens - 1)
            / KVCacheLayout.blockTokens
        let groups = model.shape.cache.groups.count
        let perGroup = model.cacheBlocks / groups
        guard blocks <= perGroup else {
            throw ModelError("the cache holds \(perGroup * KVCacheLayout.blockTokens) tokens")
        }
        batch.removeAll()
        batch.append(
            tokens: chunk, at: position,
            tables: (0..<groups).map { group in
                (0..<blocks).map { Int32(group * perGroup + $0) }
            }, logits: wanted)
        let first = position
        batch.forcedRoutes = replay.mapValues { routes in
            let rows = first * routes.topK..<(first + chunk.count) * routes.topK
            return (Array(routes.indices[rows]), Array(routes.weights[rows]), routes.topK)
        }
        backend.begin(batch)
        backend.scope {
            let logits = model.architecture.forward(on: backend, observer: observer)
            for (row, index) in wanted.enumerated() {
                body(index, backend.read(logits, row: row))
            }
        }
        position += chunk.count
        backend.finish(into: &results)
        if let row = results.faultyRows.first {
            throw ModelError("position \(first + Int(row)) gave a NaN or an infinity")
        }
    }
}
