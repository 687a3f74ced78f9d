import ArgumentParser
import Checkpoints
import Compute
import Inference
import Memory
import Models
import Preparation
import Weights

/// Where packs made on first use are kept.
struct CacheArguments: ParsableArguments {
    @Option(
        """
        Where packs made on first use are kept; default: $XDG_CACHE_HOME/switchyard, or \
        ~/.cache/switchyard.
        """, .path)
    var cacheDir: String?
}

/// Opens a model for running: a large checkpoint is packed once, and the pack is used from then on.
struct ModelOpening {
    let compute: ComputeArguments
    let cache: CacheArguments
    /// Hears how far the preparation is, in words.
    var report: (String) -> Void = { _ in }

    /// The model to load with `options`: a pack, or a checkpoint, smoothed if they say so.
    func open(_ path: ModelPath) throws -> (source: ModelSource, options: ModelOptions) {
        let source = try path.openWeights()
        let options = try compute.options(for: source)
        guard case .catalog(let catalog) = source.weights, options.scheme.precision == .int8,
            catalog.byteCount >= PackCache.sourceBytesMin,
            let key = PackCache.key(
                for: source, options.scheme, splitExperts: nil,
                calibration: try compute.smoothing.calibrationKey(),
                layout: MatrixFormat.layoutTag)
        else {
            if options.scheme.precision != .int8 { try checkMemory(source, options) }
            return (try smoothed(source, options), options)
        }
        guard let folder = PackCache.folder(cache.cacheDir) else {
            if let given = cache.cacheDir {
                throw CommandError("--cache-dir \(given): give a folder that can be written")
            }
            StandardError.warning(
                "no folder to keep packs in ($XDG_CACHE_HOME or $HOME, writable), so "
                    + "\(source.name) is prepared in memory at each start; give --cache-dir")
            try checkMemory(source, options)
            return (try smoothed(source, options), options)
        }
        let pack = "\(folder)/\(source.name)-\(key).switchyard"
        if let found = try? ModelSource(path: pack) { return (found.renamed(source.name), options) }
        try checkMemory(source, options)
        return (try packed(source, options, in: folder, as: pack), options)
    }

    /// Throws if the weights alone do not fit: calibrating, packing or converting may take long. What
    /// takes no time is found when the model is loaded, which says what would be enough.
    private func checkMemory(_ source: ModelSource, _ options: ModelOptions) throws {
        let need = try MemoryNeed(source, options.scheme, kvType: options.kvType).weightBytes
        guard need > options.memoryBudget else { return }
        throw CommandError(
            "the weights of \(source.path) alone take \(ByteSize(need).roundedUp), the memory budget "
                + "is \(ByteSize(options.memoryBudget).roundedDown); give more than --memory "
                + "\(ByteSize(need).argument), as workspace and KV cache come on top, or use a "
                + "smaller model")
    }

    private func smoothed(_ source: ModelSource, _ options: ModelOptions) throws -> ModelSource {
        try Smoothed.model(source, compute.smoothing, options, report: report)
    }

    /// The pack of a model that is used for the first time. Of several processes one makes it.
    private func packed(
        _ source: ModelSource, _ options: ModelOptions, in folder: String, as pack: String
    ) throws -> ModelSource {
        let lock = PackCache.Lock(folder) {
            let text = "waiting for another process that packs into \(folder)"
            StandardError.line(text)
            report(text)
        }
        defer { lock?.release() }
        if let found = try? ModelSource(path: pack) { return found.renamed(source.name) }
        // Nobody else packs into the folder meanwhile.
        if lock != nil { FileReplacement.removeAbandoned(in: folder) }
        do {
            try PackCommand.check(source, options, pack)
        } catch {
            StandardError.warning("no pack is kept, preparing in memory: \(error)")
            return try smoothed(source, options)
        }
        StandardError.line(
            "first use of \(source.name): it is quantized and packed into \(pack); "
                + "later starts use the pack")
        let smoothed = try smoothed(source, options)
        do {
            try PackCommand.write(smoothed, options, to: pack, report: report)
            return try ModelSource(path: pack).renamed(source.name)
        } catch {
            StandardError.warning("no pack is kept, preparing in memory: \(error)")
            return smoothed
        }
    }
}
