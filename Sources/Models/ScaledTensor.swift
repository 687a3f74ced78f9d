import Checkpoints
import Memory
import Quantization

/// A stored tensor of INT8 or FP8 numbers with its scales. The code that makes one has checked that
/// shapes and number types match.
struct ScaledTensor: Sendable {
    /// `[…, out, in]`.
    let weight: StoredTensor
    /// `[…, ceil(out / block.rows), ceil(in / block.columns)]`.
    let scales: StoredTensor
    let block: ScaleBlock

    /// Writes rows as float32: each number times its scale, rounded once. All dimensions but the
    /// last count rows.
    func decode(_ rows: Range<Int>, into target: UnsafeMutableBufferPointer<Float>)
        throws(CheckpointError)
    {
        try unsafe TensorDecoder.decodeBlocks(
            weight, scales: scales, block: block, rows: rows, into: target)
    }

    /// Rows of an INT8 tensor, with a scale for each row or for each of its groups of 128.
    func integers(_ rows: Range<Int>) throws(CheckpointError) -> IntegerRows {
        precondition(weight.format == .plain(.i8), "integers")
        let columns = weight.shape.columns
        // SAFETY: the buffer checks that the rows are inside it, and `weight` keeps its file
        // mapped.
        let bytes = unsafe UnsafeRawBufferPointer(
            rebasing: weight.bytes[rows.lowerBound * columns..<rows.upperBound * columns])
        var result = IntegerRows(
            values: unsafe bytes.withMemoryRebound(to: Int8.self) { unsafe Array($0) }, scales: [])
        extendLifetime(weight.file)
        let groups = block.columns >= columns ? 1 : StoredIntegers.groups(columns)
        let scaleColumns = scales.shape.columns
        let groupsPerScale = groups == 1 ? 1 : block.columns / StoredIntegers.group
        for row in rows {
            let place = scaleRow(of: row)
            let stored = try TensorDecoder.floats(scales, rows: place..<place + 1)
            guard stored.allSatisfy(\.isFinite) else {
                throw CheckpointError(
                    .malformedTensor(tensor: scales.name, "holds a NaN or an infinity"),
                    in: scales.file.path)
            }
            for group in 0..<groups {
                result.scales.append(stored[min(group / groupsPerScale, scaleColumns - 1)])
            }
        }
        return result
    }

    private func scaleRow(of row: Int) -> Int {
        let dimensions = weight.shape.dimensions
        let height = dimensions.count > 1 ? dimensions[dimensions.count - 2] : 1
        let scaleHeight = (height + block.rows - 1) / block.rows
        return row / height * scaleHeight + row % height / block.rows
    }
}

extension ScaledTensor {
    /// `weight` with its scales from `source`; nil if it has plain floats. Throws if `quantization`
    /// does not allow its numbers, or if scales are missing or have a wrong shape.
    init?(
        _ weight: StoredTensor, in source: any TensorSource, _ quantization: StoredQuantization
    ) throws(CheckpointError) {
        let inverse = source.tensor(weight.name + "_scale_inv")
        let plain = source.tensor(weight.name + "_scale")
        if weight.format.isFloat {
            guard let beside = inverse ?? plain else { return nil }
            throw Self.wrongFormat(weight, "I8 or F8_E4M3 (its scales are in '\(beside.name)')")
        }
        for suffix in ["_zero_point", "_g_idx"] {
            guard let beside = source.tensor(weight.name + suffix) else { continue }
            throw CheckpointError(
                .unsupported(
                    "tensor '\(beside.name)' would not be read: weights that are not symmetric, or "
                        + "whose groups are out of order, are not supported",
                    remedy: "use a checkpoint with symmetric weights, or its floats"),
                in: beside.file.path)
        }
        let isModule = weight.name.hasSuffix(".weight")
        let module = isModule ? String(weight.name.dropLast(".weight".count)) : weight.name
        switch try quantization.expectation(of: module) {
        case .floats(let reason):
            throw Self.wrongFormat(weight, "F32, F16 or BF16 (\(reason))")
        case .numbers(let types, let known):
            guard types.contains(where: { weight.format == .plain($0) }) else {
                let names = types.map(\.description).joined(separator: " or ")
                throw Self.wrongFormat(weight, "\(names) with scales, or floats")
            }
            let usesBlocks =
                known == nil && (inverse != nil || plain == nil && quantization.hasBlocks)
            let name = weight.name + (usesBlocks ? "_scale_inv" : "_scale")
            let scales = try source.require(name)
            let shared =
                known ?? (usesBlocks ? .block(quantization.block) : Self.seen(scales, weight))
            try self.init(weight, scales, shared)
        }
    }

    /// FP8 that is not in blocks has one scale for each row, or one for all; INT8 has one for each
    /// row.
    private static func seen(_ scales: StoredTensor, _ weight: StoredTensor)
        -> StoredQuantization.Scales
    {
        weight.format != .plain(.i8) && scales.shape.elementCount == 1 ? .tensor : .row
    }

    private init(
        _ weight: StoredTensor, _ scales: StoredTensor, _ shared: StoredQuantization.Scales
    ) throws(CheckpointError) {
        guard scales.format.isFloat else { throw Self.wrongFormat(scales, "F32, F16 or BF16") }
        var dimensions = weight.shape.dimensions
        precondition(dimensions.count >= 2, "a matrix")
        let (height, width) = (dimensions.count - 2, dimensions.count - 1)
        let block: ScaleBlock =
            switch shared {
            case .tensor:
                ScaleBlock(rows: max(dimensions[height], 1), columns: max(dimensions[width], 1))
            case .row: ScaleBlock(rows: 1, columns: max(dimensions[width], 1))
            case .block(let block): block
            }
        for (index, size) in [(height, block.rows), (width, block.columns)] {
            dimensions[index] = dimensions[index] == 0 ? 0 : (dimensions[index] - 1) / size + 1
        }
        // No dimension is larger than the weight's, so the shape is one.
        let expected = Shape(dimensions)
        guard Self.isSame(scales.shape, expected) else {
            throw CheckpointError(
                .wrongShape(tensor: scales.name, found: scales.shape, expected: expected),
                in: scales.file.path)
        }
        self.weight = weight
        self.scales = StoredTensor(
            name: scales.name, format: scales.format, shape: expected, file: scales.file,
            offset: scales.offset)
        self.block = block
    }

    /// Whether two shapes are the same except for ones at their ends.
    private static func isSame(_ a: Shape, _ b: Shape) -> Bool {
        func trimmed(_ shape: Shape) -> ArraySlice<Int> {
            var rest = shape.dimensions[...]
            while rest.last == 1 { rest = rest.dropLast() }
            return rest
        }
        return trimmed(a) == trimmed(b)
    }

    private static func wrongFormat(_ tensor: StoredTensor, _ expected: String) -> CheckpointError {
        CheckpointError(
            .wrongFormat(
                tensor: tensor.name, found: tensor.format.description, expected: expected),
            in: tensor.file.path)
    }
}

extension StorageFormat {
    /// Whether numbers of this type are weights without scales.
    var isFloat: Bool {
        switch self {
        case .plain(.f32), .plain(.f16), .plain(.bf16), .plain(.f64), .ggml: true
        case .plain: false
        }
    }
}
