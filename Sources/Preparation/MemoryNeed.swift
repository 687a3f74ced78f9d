import Architectures
package import Checkpoints
package import Compute
package import Models
import Threads
import Weights

/// The memory that a model takes, found without making its weights.
package struct MemoryNeed: Sendable {
    /// Weights in the form that backends compute with.
    package let weightBytes: Int
    /// Keys and values of one token, in all layers that keep them.
    package let cacheBytesPerToken: Int
    /// The rotary angles of one of a step's tokens.
    package let rotaryBytesPerStepToken: Int

    package init(_ source: ModelSource, _ scheme: WeightScheme, kvType: KVType)
        throws(CheckpointError)
    {
        let layout: KVCacheLayout
        switch source.weights {
        case .catalog(let catalog):
            let pool: WorkerPool
            do throws(ThreadError) {
                pool = try WorkerPool(workers: 1, pinned: false)
            } catch {
                throw CheckpointError(.unavailable(reason: error.description), in: source.path)
            }
            defer { pool.stop() }
            let plan = PackPlan(catalog, MatrixFormatter(catalog, scheme, on: pool))
            layout = try Self.layout(of: source, from: plan)
            weightBytes = plan.items.reduce(0) { $0 + $1.byteCount }
            rotaryBytesPerStepToken = plan.rotaryBytesPerRow
        case .pack(let pack):
            let ledger = WeightLedger()
            layout = try Self.layout(
                of: source,
                from: PackWeightStore(pack, scheme.precision, on: ledger, positions: 1))
            weightBytes = ledger.weightBytes
            rotaryBytesPerStepToken = ledger.rotaryBytesPerRow
        }
        cacheBytesPerToken =
            layout.blockBytes(kvType) * layout.groups.count / KVCacheLayout.blockTokens
    }

    private static func layout(of source: ModelSource, from store: any WeightStore)
        throws(CheckpointError) -> KVCacheLayout
    {
        try ArchitectureRegistry.build(
            source.configuration, file: source.configurationFile, from: store
        ).shape.cache
    }
}
