import Architectures
package import Checkpoints
import Compute
import ComputeCPU
package import Models

/// Reads all weights of a pack and compares what the file holds twice.
package enum PackCheck {
    /// What is wrong with the pack's matrices; nothing for a model of another form, whose weights have
    /// nothing beside them that could be compared.
    package static func damage(_ source: ModelSource, threads: Int) throws(CheckpointError)
        -> [CheckpointError]
    {
        guard case .pack(let pack) = source.weights else { return [] }
        let backend: CPUBackend
        do throws(BackendError) {
            backend = try CPUBackend(threads: threads, isa: nil, pinned: false, rowsMax: 1)
        } catch {
            throw CheckpointError(.unavailable(reason: error.description), in: source.path)
        }
        defer { backend.stop() }
        let store = try PackWeightStore(pack, .int8, on: backend, positions: 1)
        _ = try ArchitectureRegistry.build(
            source.configuration, file: source.configurationFile, from: store)
        return store.damage()
    }
}
