package import Checkpoints
package import Compute
import Memory
package import Models
package import Threads

/// Weights straight from a checkpoint: quantized and packed in memory, or float as they are stored.
package final class CatalogWeightStore: WeightStore {
    private let catalog: any WeightCatalog
    private let scheme: WeightScheme
    private let holder: any WeightHolder
    private let formatter: MatrixFormatter
    private let positions: Int
    /// Bytes of float32 copies that may still be made. Further weights are decoded at each use.
    private var copyBytesLeft: Int

    /// - positions: the most positions of a sequence.
    /// - copyBytesMax: bytes for float32 copies of weights that the file holds in another form.
    package init(
        _ catalog: any WeightCatalog, _ scheme: WeightScheme, on holder: any WeightHolder,
        packedBy pool: WorkerPool,
        positions: Int, copyBytesMax: Int
    ) {
        self.catalog = catalog
        self.scheme = scheme
        self.holder = holder
        self.positions = positions
        copyBytesLeft = copyBytesMax
        formatter = MatrixFormatter(catalog, scheme, on: pool)
    }

    package var location: String { catalog.location }

    package func contains(_ name: String) -> Bool { catalog.contains(name) }

    package func matrix(_ request: MatrixRequest) throws(CheckpointError) -> Matrix {
        let format = try formatter.format(request)
        if case .int8 = format.form { return install(try formatter.make(request)) }
        if scheme.precision == .int8 { return install(try formatter.make(request)) }
        return try installFloats(request)
    }

    package func vector(_ key: String, _ parts: [(name: String, count: Int)])
        throws(CheckpointError) -> Vector
    {
        var values: [Float] = []
        for part in parts { values += try catalog.vector(part.name, count: part.count) }
        return holder.install(values)
    }

    package func values(_ name: String, count: Int) throws(CheckpointError) -> [Float] {
        try catalog.vector(name, count: count)
    }

    package func rotary(_ frequencies: RotaryFrequencies) throws(CheckpointError) -> Rotary {
        try holder.install(frequencies, positions: positions, location: location)
    }

    package func separatesTiedHead(_ request: MatrixRequest) -> Bool {
        formatter.separatesTiedHead(request)
    }

    private func install(_ matrix: FormattedMatrix) -> Matrix {
        unsafe holder.install(
            matrix.format.storage { section in
                unsafe UnsafeRawBufferPointer(matrix.buffers[section].bytes)
            }, experts: matrix.format.experts, owners: matrix.buffers)
    }

    // MARK: Float

    /// Installs float weights: in place if the file's bytes can be used as they are, else as
    /// copies, else decoded at each use.
    private func installFloats(_ request: MatrixRequest) throws(CheckpointError) -> Matrix {
        var runs: [[FloatRows.Run]] = []
        var owners: [AnyObject] = []
        for parts in request.experts {
            var expert: [FloatRows.Run] = []
            for part in parts {
                let source = try catalog.matrix(part, columns: request.columns)
                let (run, owner) = try self.run(source)
                expert.append(run)
                if let owner { owners.append(owner) }
            }
            runs.append(expert)
        }
        let rows = FloatRows(outputs: request.outputs, inputs: request.columns, runs: runs)
        return holder.install(
            .float(rows), experts: request.experts.count, owners: owners)
    }

    private func run(_ source: MatrixSource) throws(CheckpointError) -> (FloatRows.Run, AnyObject?)
    {
        if let stored = source.stored, let base = unsafe stored.bytes.baseAddress {
            let address = UInt(bitPattern: base)
            if stored.format == .plain(.f32), address % 4 == 0 {
                return (
                    FloatRows.Run(
                        rows: source.rows,
                        source: unsafe .f32(base.assumingMemoryBound(to: Float.self))), stored.file
                )
            }
            if stored.format == .plain(.bf16), address % 2 == 0 {
                return (
                    FloatRows.Run(
                        rows: source.rows,
                        source: unsafe .bf16(base.assumingMemoryBound(to: UInt16.self))),
                    stored.file
                )
            }
        }
        let bytes = source.rows * source.columns * 4
        guard bytes > 0, bytes <= copyBytesLeft, let buffer = try? AlignedBuffer(count: bytes)
        else {
            return (decodedAtUse(source), nil)
        }
        copyBytesLeft -= bytes
        let target = unsafe buffer.values(of: Float.self, count: source.rows * source.columns)
        try unsafe source.decode(0..<source.rows, into: target)
        guard let base = target.baseAddress else { return (decodedAtUse(source), nil) }
        return (FloatRows.Run(rows: source.rows, source: unsafe .f32(base)), buffer)
    }

    /// Rows that are decoded at each use. Formats were checked when the matrix was found. If a
    /// decoder fails all the same it writes NaN, which the step reports as a numerical fault.
    private func decodedAtUse(_ source: MatrixSource) -> FloatRows.Run {
        FloatRows.Run(
            rows: source.rows,
            source: unsafe .decoded { rows, target in
                do throws(CheckpointError) {
                    try unsafe source.decode(rows, into: target)
                } catch {
                    unsafe target.update(repeating: .nan)
                }
            })
    }
}
