package import Architectures
import Compute
import ComputeCPU

/// Runs one sequence alone, without a scheduler, for `forward`, `eval` and tests. The cache's
/// blocks are used in order; `restart` begins a new sequence.
package final class SequenceRunner {
    private let model: LoadedModel
    private let pass: ForwardPass
    private var position = 0

    package init(_ model: LoadedModel) {
        self.model = model
        pass = ForwardPass()
    }

    /// Sets the observer of the following passes.
    package func observe(_ observer: (any ForwardObserver)?) {
        pass.observer = observer
    }

    /// Routes to replay in the next calls, by layer. Each holds a row for every position of the
    /// sequence, from position 0 on.
    package var replay: [Int: (indices: [Int32], weights: [Float], topK: Int)] = [:]

    package func restart() {
        position = 0
    }

    /// Appends tokens and passes each wanted row of logits to `body`, with the row's index in
    /// `tokens`. `logits` says whether all rows are wanted or only the last.
    package func append(
        _ tokens: some RandomAccessCollection<Int32>, allLogits: Bool,
        _ body: (Int, UnsafeMutableBufferPointer<Float>) -> Void
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
            unsafe try run(chunk, wanted: wanted) { row, values in unsafe body(done + row, values) }
            done += count
        }
    }

    private func run(
        _ chunk: [Int32], wanted: Range<Int>,
        _ body: (Int, UnsafeMutableBufferPointer<Float>) -> Void
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
        pass.batch.removeAll()
        pass.batch.append(
            tokens: chunk, at: position,
            tables: (0..<groups).map { group in
                (0..<blocks).map { Int32(group * perGroup + $0) }
            }, logits: wanted)
        let first = position
        pass.replay = replay.mapValues { routes in
            let rows = first * routes.topK..<(first + chunk.count) * routes.topK
            return (Array(routes.indices[rows]), Array(routes.weights[rows]), routes.topK)
        }
        backend.beginStep()
        backend.scope {
            let logits = model.architecture.forward(pass, on: backend)
            for (row, index) in wanted.enumerated() {
                unsafe body(index, backend.row(row, of: logits))
            }
        }
        position += chunk.count
        for row in 0..<chunk.count where backend.isFaulty(row: row) {
            throw ModelError("position \(first + row) gave a NaN or an infinity")
        }
    }
}
