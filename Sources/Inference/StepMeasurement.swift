import Architectures
import Compute
import Generation
import Scheduling

/// Runs a few steps of different sizes before the first request and reports how long they took.
///
/// A cost model that has seen only single tokens knows nothing of prompts: without this, the first
/// prompts of a server are cut into chunks that are far too small. It takes a fraction of a second;
/// a model whose single step takes longer than that is measured by that step alone.
struct StepMeasurement {
    private let model: LoadedModel
    private let clock = ContinuousClock()

    /// A step is begun only if it is expected to end within this time from the start.
    private static let limit = Duration.milliseconds(300)

    init(_ model: LoadedModel) {
        self.model = model
    }

    func run() -> [MeasuredStep] {
        let groups = model.shape.cache.groups.count
        let size = KVCacheLayout.blockTokens
        let held = model.cacheBlocks / groups * size
        let positions = min(model.contextMax, held)
        let start = clock.now
        var measured: [MeasuredStep] = []
        // The first step also loads the weights into memory, so it says nothing about later ones.
        var expected = step(1, at: 0, logitRows: 1)
        let sizes = [
            (1, 0, 1), (1, 1024, 1), (16, 0, 1), (16, 0, 16), (64, 0, 1), (64, 0, 64), (256, 0, 1),
            (512, 0, 1),
        ]
        for (tokens, position, logitRows) in sizes {
            guard position + tokens <= positions, tokens <= model.options.stepTokensMax,
                logitRows <= model.options.logitRowsMax
            else { continue }
            guard clock.now - start + expected < Self.limit else { break }
            let duration = step(tokens, at: position, logitRows: logitRows)
            measured.append(
                MeasuredStep(
                    tokens: tokens, position: position, logitRows: logitRows, duration: duration))
            // No size takes more than this many times as long as the one before it.
            expected = duration * 4
        }
        return measured
    }

    /// The duration of a step with one sequence. Its earlier tokens are whatever the cache
    /// contains.
    private func step(_ tokens: Int, at position: Int, logitRows: Int) -> Duration {
        let groups = model.shape.cache.groups.count
        let blocks = (position + tokens + KVCacheLayout.blockTokens - 1) / KVCacheLayout.blockTokens
        let perGroup = model.cacheBlocks / groups
        var batch = ForwardBatch()
        batch.append(
            tokens: (0..<tokens).map { Int32($0 % model.shape.vocabulary) }, at: position,
            tables: (0..<groups).map { group in
                (0..<blocks).map { Int32(group * perGroup + $0) }
            }, logits: tokens - logitRows..<tokens)
        var results = StepResults()
        let start = clock.now
        model.backend.begin(batch)
        model.backend.scope { _ = model.architecture.forward(on: model.backend) }
        model.backend.finish(into: &results)
        return clock.now - start
    }
}
