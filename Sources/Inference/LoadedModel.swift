package import Architectures
import Checkpoints
package import Compute
import Devices
import Generation
import JSON
package import Models
import Threads
import Weights

/// A model on its backend, ready to run: weights are loaded, workspace and cache are reserved.
///
/// Not `Sendable`: it belongs to the thread that runs the steps.
package final class LoadedModel {
    package let source: ModelSource
    package let options: ModelOptions
    package let backend: any Device
    package let architecture: any Architecture
    /// The most positions of a sequence.
    package let contextMax: Int
    /// Blocks of the KV cache.
    package let cacheBlocks: Int
    /// Bytes of weights, as mapped or held.
    package let weightBytes: Int

    package var shape: ModelShape { architecture.shape }

    /// - cacheTokens: how many tokens the cache holds; nil means what is left of the memory budget.
    package init(_ source: ModelSource, _ options: ModelOptions, cacheTokens: Int? = nil)
        throws(ModelError)
    {
        self.source = source
        self.options = options
        do throws(BackendError) {
            backend = try Devices.open(
                threads: options.threadCount, isa: options.isa, pinned: options.isPinned,
                rowsMax: options.stepTokensMax)
        } catch {
            throw ModelError(error.description)
        }
        let trained = source.configuration["max_position_embeddings"]?.integerValue ?? 0
        let positions = options.contextMax ?? trained
        guard (1...ConfigurationReader.dimensionMax).contains(positions) else {
            throw ModelError(
                "\(source.configurationFile): 'max_position_embeddings' is \(trained); say the "
                    + "context with --context")
        }
        contextMax = positions
        do throws(CheckpointError) {
            architecture = try Self.build(source, options, on: backend, positions: positions)
            weightBytes = backend.weightBytes
        } catch {
            throw ModelError(error.description)
        }
        do throws(BackendError) {
            try Self.reserveWorkspace(architecture, options, backend)
        } catch {
            throw ModelError(error.description)
        }
        cacheBlocks = try Self.cacheBlocks(
            architecture.shape.cache, options, tokens: cacheTokens, backend)
        do throws(BackendError) {
            try backend.reserveCache(
                architecture.shape.cache, type: options.kvType, blocks: cacheBlocks)
        } catch {
            throw ModelError(error.description)
        }
    }

    /// Ends the compute threads.
    package func stop() {
        backend.stop()
    }

    /// Builds the architecture over the model's weights, which go to the device.
    private static func build(
        _ source: ModelSource, _ options: ModelOptions, on device: any Device, positions: Int
    ) throws(CheckpointError) -> any Architecture {
        func build(_ store: any WeightStore) throws(CheckpointError) -> any Architecture {
            try ArchitectureRegistry.build(
                source.configuration, file: source.configurationFile, from: store)
        }
        switch source.weights {
        case .catalog(let catalog):
            let pool: WorkerPool
            do throws(ThreadError) {
                pool = try WorkerPool(workers: options.threadCount, pinned: false)
            } catch {
                throw CheckpointError(.unavailable(reason: error.description), in: source.path)
            }
            defer { pool.stop() }
            return try build(
                CatalogWeightStore(
                    catalog, options.scheme, on: device, packedBy: pool, positions: positions,
                    copyBytesMax: options.memoryBudget / 4 * 3))
        case .pack(let pack):
            return try build(
                PackWeightStore(
                    pack, options.scheme.precision, on: device, positions: positions,
                    usesHugePages: options.usesHugePages))
        }
    }

    /// Reserves the memory of the largest step. A step's memory grows with its rows and its rows of
    /// logits and depends on nothing else, so no plan within both limits needs more.
    private static func reserveWorkspace(
        _ architecture: any Architecture, _ options: ModelOptions, _ backend: any Device
    ) throws(BackendError) {
        let rows = options.stepTokensMax
        var batch = ForwardBatch()
        batch.append(
            tokens: [Int32](repeating: 0, count: rows), at: 0,
            tables: architecture.shape.cache.groups.map { _ in [] },
            logits: rows - min(rows, options.logitRowsMax)..<rows)
        backend.begin(batch)
        try backend.reserveArena {
            backend.scope { _ = architecture.forward(on: backend) }
        }
    }

    private static func cacheBlocks(
        _ layout: KVCacheLayout, _ options: ModelOptions, tokens: Int?, _ backend: any Device
    ) throws(ModelError) -> Int {
        let blockBytes = max(layout.blockBytes(options.kvType), 1)
        let size = KVCacheLayout.blockTokens
        if let tokens {
            return (tokens + size - 1) / size * layout.groups.count
        }
        let budget = CacheBudget(
            memoryBytes: options.memoryBudget, weightBytes: backend.weightBytes,
            workspaceBytes: backend.workspaceBytes, blockBytes: blockBytes,
            windows: layout.groups.map(\.window))
        try budget.check(context: options.contextMax)
        let blocks = budget.blocks
        guard let wanted = options.cacheTokensWanted else { return blocks }
        return min(blocks, (wanted + size - 1) / size * layout.groups.count)
    }
}
