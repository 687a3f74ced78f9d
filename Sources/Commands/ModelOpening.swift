import Compute
import ComputeCPU
import Inference
import Models
import Preparation

/// Opens a model for running: a large checkpoint is packed once, and the pack is used from then on.
enum ModelOpening {
    static func open(_ path: ModelPath, _ compute: ComputeArguments) throws -> ModelSource {
        let source = try path.open()
        let scheme = compute.options().scheme
        guard case .catalog(let catalog) = source.weights, scheme.precision == .int8,
            catalog.byteCount >= PackCache.sourceBytesMin,
            let cached = PackCache.path(
                for: source, scheme, splitExperts: nil, layout: MatrixFormat.layoutTag)
        else { return source }
        if let pack = try? ModelSource(path: cached) { return pack.renamed(source.name) }
        do {
            try PackCommand.write(source, compute, splitExperts: nil, to: cached)
            return try ModelSource(path: cached).renamed(source.name)
        } catch {
            StandardError.line("switchyard: no pack kept, preparing in memory: \(error)")
            return source
        }
    }
}
