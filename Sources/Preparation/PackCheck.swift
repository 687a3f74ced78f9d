import Architectures
package import Checkpoints
import Compute
package import Models
import Threads
import Weights

/// Reads all weights of a pack and compares what the file holds twice.
package enum PackCheck {
    /// What is wrong with the pack's matrices; nothing for a model of another form, whose weights have
    /// nothing beside them that could be compared.
    package static func damage(_ source: ModelSource, threads: Int) throws(CheckpointError)
        -> [CheckpointError]
    {
        guard case .pack(let pack) = source.weights else { return [] }
        let pool: WorkerPool
        do throws(ThreadError) {
            pool = try WorkerPool(workers: threads, pinned: false)
        } catch {
            throw CheckpointError(.unavailable(reason: error.description), in: source.path)
        }
        defer { pool.stop() }
        let store = try PackWeightStore(pack, .int8, on: WeightLedger(), positions: 1)
        _ = try ArchitectureRegistry.build(
            source.configuration, file: source.configurationFile, from: store)
        return store.damage(on: pool)
    }
}
