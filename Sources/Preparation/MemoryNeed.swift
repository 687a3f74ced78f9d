import Architectures
package import Checkpoints
package import Compute
import ComputeCPU
package import Models

/// The memory that a model takes, found without making its weights.
package struct MemoryNeed: Sendable {
    /// Weights in the form that the CPU computes with.
    package let weightBytes: Int
    /// Keys and values of one token, in all layers that keep them.
    package let cacheBytesPerToken: Int
    /// The rotary angles of one of a step's tokens.
    package let rotaryBytesPerStepToken: Int

    package init(_ source: ModelSource, _ scheme: WeightScheme, kvType: KVType)
        throws(CheckpointError)
    {
        let backend: CPUBackend
        do throws(BackendError) {
            backend = try CPUBackend(threads: 1, isa: nil, pinned: false, rowsMax: 1)
        } catch {
            throw CheckpointError(.unavailable(reason: error.description), in: source.path)
        }
        defer { backend.stop() }
        let layout: KVCacheLayout
        switch source.weights {
        case .catalog(let catalog):
            let plan = PackPlan(catalog, MatrixFormatter(catalog, scheme, on: backend), backend)
            layout = try ArchitectureRegistry.build(
                source.configuration, file: source.configurationFile, from: plan
            ).shape.cache
            weightBytes = plan.items.reduce(0) { $0 + $1.byteCount }
        case .pack(let pack):
            let store = try PackWeightStore(pack, scheme.precision, on: backend, positions: 1)
            layout = try ArchitectureRegistry.build(
                source.configuration, file: source.configurationFile, from: store
            ).shape.cache
            weightBytes = backend.weightBytes
        }
        rotaryBytesPerStepToken = backend.rotaryBytes
        cacheBytesPerToken =
            layout.blockBytes(kvType) * layout.groups.count / KVCacheLayout.blockTokens
    }
}
