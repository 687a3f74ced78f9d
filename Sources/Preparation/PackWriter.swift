import Architectures
package import Checkpoints
package import Compute
import JSON
import Memory
package import Models
package import Threads
import Weights

/// Writes a pack: everything a model needs in one file, weights in the form that backends compute with.
///
/// A model is built twice over a store that holds nothing: once to learn what the file will hold,
/// once to make each matrix and write it. No more than one matrix is in memory at a time.
package struct PackWriter {
    private let source: ModelSource
    private let scheme: WeightScheme
    private let pool: WorkerPool

    package init(_ source: ModelSource, _ scheme: WeightScheme, on pool: WorkerPool) {
        self.source = source
        self.scheme = scheme
        self.pool = pool
    }

    /// The file's bytes, found without making weights. Of a checkpoint that is yet to be smoothed a little
    /// less than it takes then: routers that are scaled are kept in float32.
    package func byteCount(at path: String) throws(CheckpointError) -> Int {
        try contents(path).layout.fileBytes
    }

    /// Writes the pack aside and gives it its name at the end; `progress` hears the bytes written
    /// and those of the whole file, and may throw to stop; nothing is left then.
    package func write(
        to path: String,
        progress: (_ written: Int, _ total: Int) throws(CheckpointError) -> Void
    ) throws(CheckpointError) {
        let (catalog, plan, texts, layout) = try contents(path)
        var stream = try SafetensorsStream(layout, to: path)
        var written = 0
        for (name, bytes) in texts {
            try unsafe stream.append(bytes.span.bytes, to: PackFile.textPrefix + name)
            written += bytes.count
        }
        let formatter = MatrixFormatter(catalog, scheme, on: pool)
        for item in plan.items {
            try write(item, formatter, to: &stream)
            written += item.byteCount
            try progress(written, layout.fileBytes)
        }
        try stream.finish()
    }

    private typealias Contents = (
        catalog: any WeightCatalog, plan: PackPlan, texts: [(key: String, value: [UInt8])],
        layout: SafetensorsLayout
    )

    /// What the file will hold.
    private func contents(_ path: String) throws(CheckpointError) -> Contents {
        guard case .catalog(let catalog) = source.weights else {
            throw CheckpointError(
                .unsupported("a pack cannot be packed again", remedy: "pack its checkpoint"),
                in: source.path)
        }
        let plan = PackPlan(catalog, MatrixFormatter(catalog, scheme, on: pool))
        _ = try ArchitectureRegistry.build(
            source.configuration, file: source.configurationFile, from: plan)
        let texts = source.files.texts.sorted { $0.key < $1.key }
        var entries: [SafetensorsLayout.Entry] = texts.map {
            .init(
                name: PackFile.textPrefix + $0.key, dtype: .u8, shape: Shape([$0.value.count]))
        }
        entries += plan.items.flatMap(\.sections)
        let layout = try SafetensorsLayout(
            entries,
            metadata: PackFile.metadata(
                configuration: source.configuration, layout: MatrixFormat.layoutTag,
                scheme: scheme.description), alignment: 64, path: path)
        return (catalog, plan, texts, layout)
    }

    private func write(
        _ item: PackPlan.Item, _ formatter: MatrixFormatter, to stream: inout SafetensorsStream
    ) throws(CheckpointError) {
        switch item.content {
        case .vector(let values):
            try unsafe stream.append(values.span.bytes, to: item.sections[0].name)
        case .matrix(let request):
            let matrix = try formatter.make(request)
            for (section, buffer) in zip(item.sections, matrix.buffers) {
                let count = section.shape.elementCount * section.dtype.byteCount
                let bytes = unsafe UnsafeRawBufferPointer(rebasing: buffer.bytes[..<count])
                try unsafe stream.append(RawSpan(_unsafeBytes: bytes), to: section.name)
            }
        }
    }
}

extension WeightScheme {
    /// In words, for `inspect`.
    package var description: String {
        switch precision {
        case .f32: "float32"
        case .int8:
            "W8A8, a scale a \(scales == .row ? "row" : "row and 128 inputs"), "
                + "head \(head.rawValue), "
                + (smoothing == 0 ? "not smoothed" : "smoothed by \(smoothing)")
                + (rotatesProjections ? ", rotated" : "")
        }
    }
}
