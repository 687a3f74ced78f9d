import CKernels
package import Checkpoints
package import Compute
import Memory
package import Models
import Quantization
import Synchronization
package import Threads

/// Converts checkpoint matrices to the CPU's form, on the workers of a backend.
package struct MatrixFormatter {
    private let catalog: any WeightCatalog
    private let scheme: WeightScheme
    private let pool: WorkerPool

    package init(_ catalog: any WeightCatalog, _ scheme: WeightScheme, on pool: WorkerPool) {
        self.catalog = catalog
        self.scheme = scheme
        self.pool = pool
    }

    /// The form that the scheme gives to a request's matrix. All of its parts are looked up first,
    /// so that the sizes are those of existing tensors, and the sizes are checked against the
    /// kernels' limits.
    package func format(_ request: MatrixRequest) throws(CheckpointError) -> MatrixFormat {
        try MatrixLimits.check(request, in: catalog.location)
        let sources = try sources(request)
        let isRotated =
            (isRotatedHead(request) || isRotatedProjection(request)) && !areIntegers(sources)
        let form: MatrixFormat.Form =
            switch request.role {
            case .projection where scheme.precision == .int8:
                .int8(hasGroupScales: hasGroupScales(sources))
            case .head where scheme.precision == .int8 && areIntegers(sources):
                .int8(hasGroupScales: hasGroupScales(sources))
            case .head where isRotated: .int8(hasGroupScales: scheme.scales == .group)
            case .absorbed where scheme.precision == .int8: .bf16
            case .embedding where scheme.head != .float, .head where scheme.head != .float: .bf16
            case .projection, .router, .absorbed, .embedding, .head:
                sources.joined().allSatisfy(\.isBrainFloat) ? .bf16 : .f32
            }
        return MatrixFormat(
            form: form, experts: request.experts.count, outputs: request.outputs,
            inputs: request.columns, isRotated: isRotated)
    }

    /// Whether the head of a model whose head is its embedding table differs from the table.
    package func separatesTiedHead(_ request: MatrixRequest) -> Bool {
        isRotatedHead(request)
    }

    private func isRotatedHead(_ request: MatrixRequest) -> Bool {
        request.role == .head && scheme.precision == .int8 && scheme.head == .int8
            && BlockRotation(width: request.columns) != nil
    }

    private func isRotatedProjection(_ request: MatrixRequest) -> Bool {
        request.role == .projection && scheme.rotatesProjections
            && BlockRotation(width: request.columns) != nil
    }

    /// Stored integers keep their scales: one for each row, unless a part has more. Floats get
    /// scales as the scheme says.
    private func hasGroupScales(_ sources: [[MatrixSource]]) -> Bool {
        if sources.joined().contains(where: { $0.integers?.hasGroupScales ?? false }) {
            return true
        }
        return !areIntegers(sources) && scheme.scales == .group
    }

    private func areIntegers(_ sources: [[MatrixSource]]) -> Bool {
        sources.joined().allSatisfy { $0.integers != nil }
    }

    /// Decodes, quantizes and packs a whole matrix.
    package func make(_ request: MatrixRequest) throws(CheckpointError) -> FormattedMatrix {
        let format = try format(request)
        let buffers = try allocate(format.sections(request.key))
        switch format.form {
        case .int8(let hasGroupScales):
            try quantize(request, format, hasGroupScales: hasGroupScales, into: buffers)
        case .f32, .bf16:
            try convert(request, format, into: buffers[0])
        }
        return FormattedMatrix(format: format, buffers: buffers)
    }

    private func allocate(_ sections: [SafetensorsLayout.Entry]) throws(CheckpointError)
        -> [AlignedBuffer]
    {
        var buffers: [AlignedBuffer] = []
        for section in sections {
            let count = section.shape.elementCount * section.dtype.byteCount
            do throws(MemoryError) {
                buffers.append(try AlignedBuffer(count: max(count, 1)))
            } catch {
                throw CheckpointError(
                    .unavailable(reason: "\(section.name): \(error)"), in: catalog.location)
            }
        }
        return buffers
    }

    private func sources(_ request: MatrixRequest) throws(CheckpointError) -> [[MatrixSource]] {
        var result: [[MatrixSource]] = []
        for parts in request.experts {
            var matrices: [MatrixSource] = []
            for part in parts {
                matrices.append(try catalog.matrix(part, columns: request.columns))
            }
            result.append(matrices)
        }
        return result
    }

    /// Packs 32 outputs, the rows of a panel, at a time. Rows are used as stored, or decoded to
    /// float32 and quantized.
    private func quantize(
        _ request: MatrixRequest, _ format: MatrixFormat, hasGroupScales: Bool,
        into buffers: [AlignedBuffer]
    ) throws(CheckpointError) {
        var sources = try sources(request)
        if format.isRotated, let rotation = BlockRotation(width: format.inputs) {
            sources = sources.map { $0.map { $0.rotated(rotation) } }
        }
        let parts = sources
        let width = Int(SW_PANEL)
        let inputs = format.inputs
        let scaleGroups = hasGroupScales ? format.groups : 1
        let failure = Mutex<CheckpointError?>(nil)
        pool.run(format.experts * format.panels) { task, _ in
            let first = task % format.panels * width
            let rows = min(width, format.outputs - first)
            do throws(CheckpointError) {
                let panel = try integers(
                    parts[task / format.panels], first..<first + rows, columns: inputs,
                    hasGroupScales: hasGroupScales)
                let scales = unsafe buffers[1].values(
                    of: Float.self, at: task * scaleGroups * width * 4, count: scaleGroups * width)
                for row in 0..<rows {
                    for group in 0..<scaleGroups {
                        unsafe scales[group * width + row] = panel.scales[row * scaleGroups + group]
                    }
                }
                let weights = unsafe buffers[0].values(
                    of: Int8.self, at: task * format.slices * 4 * width,
                    count: format.slices * 4 * width)
                let sums = unsafe buffers[2].values(
                    of: Int32.self, at: task * format.groups * width * 4,
                    count: format.groups * width)
                unsafe sw_pack_panel(
                    panel.values, inputs, rows, inputs, weights.baseAddress, sums.baseAddress)
            } catch {
                failure.withLock { $0 = $0 ?? error }
            }
        }
        if let failure = failure.withLock({ $0 }) { throw failure }
    }

    /// Writes rows as float32 or bf16, 32 at a time.
    private func convert(
        _ request: MatrixRequest, _ format: MatrixFormat, into buffer: AlignedBuffer
    ) throws(CheckpointError) {
        let sources = try sources(request)
        let step = Int(SW_PANEL)
        let inputs = format.inputs
        let failure = Mutex<CheckpointError?>(nil)
        pool.run(format.experts * format.panels) { task, _ in
            let first = task % format.panels * step
            let rows = min(step, format.outputs - first)
            let start = (task / format.panels * format.outputs + first) * inputs
            do throws(CheckpointError) {
                let floats = try joined(
                    sources[task / format.panels], first..<first + rows, columns: inputs)
                if format.form == .f32 {
                    let target = unsafe buffer.values(
                        of: Float.self, at: start * 4, count: rows * inputs)
                    for index in floats.indices { unsafe target[index] = floats[index] }
                } else {
                    let target = unsafe buffer.values(
                        of: UInt16.self, at: start * 2, count: rows * inputs)
                    for index in floats.indices {
                        unsafe target[index] = sw_f32_to_bf16(floats[index])
                    }
                }
            } catch {
                failure.withLock { $0 = $0 ?? error }
            }
        }
        if let failure = failure.withLock({ $0 }) { throw failure }
    }

    /// Rows of matrices that follow each other, in INT8; integers are used as stored.
    private func integers(
        _ matrices: [MatrixSource], _ rows: Range<Int>, columns: Int, hasGroupScales: Bool
    ) throws(CheckpointError) -> IntegerRows {
        var result = IntegerRows(values: [], scales: [])
        result.values.reserveCapacity(rows.count * columns)
        var first = 0
        for matrix in matrices {
            let wanted = rows.clamped(to: first..<first + matrix.rows)
            if !wanted.isEmpty {
                let part = try integers(
                    matrix, wanted.lowerBound - first..<wanted.upperBound - first,
                    hasGroupScales: hasGroupScales)
                result.values += part.values
                result.scales += part.scales
            }
            first += matrix.rows
        }
        return result
    }

    private func integers(
        _ matrix: MatrixSource, _ rows: Range<Int>, hasGroupScales: Bool
    ) throws(CheckpointError) -> IntegerRows {
        let group = Int(SW_GROUP)
        if let stored = matrix.integers {
            var part = try stored.read(rows)
            if hasGroupScales && !stored.hasGroupScales {
                // All groups of a row have its scale.
                let groups = Int8Rows.groups(columns: matrix.columns, group: group)
                part.scales = part.scales.flatMap { [Float](repeating: $0, count: groups) }
            }
            return part
        }
        let quantized = Int8Rows(
            quantizing: try matrix.floats(rows), rows: rows.count, columns: matrix.columns,
            group: hasGroupScales ? group : nil)
        guard quantized.isFinite else {
            throw CheckpointError(
                .malformedTensor(tensor: matrix.name, "holds a NaN or an infinity"),
                in: catalog.location)
        }
        return IntegerRows(values: quantized.values, scales: quantized.scales)
    }

    /// Rows of matrices that follow each other.
    private func joined(
        _ matrices: [MatrixSource], _ rows: Range<Int>, columns: Int
    ) throws(CheckpointError) -> [Float] {
        var result: [Float] = []
        result.reserveCapacity(rows.count * columns)
        var first = 0
        for matrix in matrices {
            let wanted = rows.clamped(to: first..<first + matrix.rows)
            if !wanted.isEmpty {
                result += try matrix.floats(wanted.lowerBound - first..<wanted.upperBound - first)
            }
            first += matrix.rows
        }
        return result
    }
}

extension WeightCatalog {
    /// The rows that a part consists of.
    package func matrix(_ part: MatrixRequest.Part, columns: Int)
        throws(CheckpointError) -> MatrixSource
    {
        guard let member = part.member else {
            return try matrix(part.name, rows: part.rows, columns: columns)
        }
        precondition(
            member.first + (part.rows - 1) * member.step < member.rows, "rows of the member")
        return try matrix(
            member.index, of: member.count, in: part.name, rows: member.rows, columns: columns,
            isTransposed: member.isTransposed
        ).slice(from: member.first, step: member.step, count: part.rows)
    }
}
