import Compute
import ComputeCPU
import Inference
import Models
import Preparation

/// Opens a model for running: a large checkpoint is packed once, and the pack is used from then on.
enum ModelOpening {
    /// The model to load with `options`: a pack, or a checkpoint, smoothed where they say so.
    static func open(_ path: ModelPath, _ compute: ComputeArguments) throws
        -> (source: ModelSource, options: ModelOptions)
    {
        let source = try path.openWeights()
        let options = try compute.options(for: source)
        guard case .catalog(let catalog) = source.weights, options.scheme.precision == .int8,
            catalog.byteCount >= PackCache.sourceBytesMin,
            let cached = PackCache.path(
                for: source, options.scheme, splitExperts: nil,
                calibration: try compute.smoothing.calibrationKey(),
                layout: MatrixFormat.layoutTag)
        else { return (try Smoothed.model(source, compute.smoothing, options), options) }
        if let pack = try? ModelSource(path: cached) {
            return (pack.renamed(source.name), options)
        }
        let smoothed = try Smoothed.model(source, compute.smoothing, options)
        do {
            try PackCommand.write(smoothed, options, to: cached)
            return (try ModelSource(path: cached).renamed(source.name), options)
        } catch {
            StandardError.line("switchyard: no pack kept, preparing in memory: \(error)")
            return (smoothed, options)
        }
    }
}
