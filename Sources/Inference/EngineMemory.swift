import Compute

/// Memory by owner, in bytes.
package struct EngineMemory: Sendable {
    package let weights: Int
    package let cache: Int
    package let workspace: Int

    init(_ model: LoadedModel) {
        weights = model.weightBytes
        cache = model.backend.cacheBytes
        workspace = model.backend.workspaceBytes
    }
}
