package import Checkpoints
import Memory
import Quantization

/// The weights of safetensors files, under the files' own names. Matrices are floats, integers or
/// FP8 with scales in tensors of their own, or gpt-oss's MXFP4.
package struct SafetensorsCatalog: WeightCatalog {
    private let source: any TensorSource
    private let quantization: StoredQuantization

    package init(_ source: any TensorSource, _ quantization: StoredQuantization? = nil) {
        self.source = source
        self.quantization = quantization ?? StoredQuantization(none: source.location)
    }

    package var location: String { source.location }
    package var byteCount: Int { source.byteCount }
    package var stored: [StoredTensor] { source.names.compactMap { source.tensor($0) } }

    package func storedNames(of published: String) -> [String] {
        ["", "_scale", "_scale_inv", "_blocks", "_scales"].map { published + $0 }
    }

    package func contains(_ name: String) -> Bool {
        source.tensor(name) != nil || source.tensor(name + "_blocks") != nil
    }

    package func matrix(_ name: String, rows: Int, columns: Int) throws(CheckpointError)
        -> MatrixSource
    {
        let tensor = try require(name, [rows, columns])
        if let scaled = try ScaledTensor(tensor, in: source, quantization) {
            return MatrixSource(name: name, scaled, rows: rows, columns: columns)
        }
        return MatrixSource(name: name, tensor, rows: rows, columns: columns)
    }

    package func matrix(
        _ index: Int, of count: Int, in name: String, rows: Int, columns: Int, isTransposed: Bool
    ) throws(CheckpointError) -> MatrixSource {
        let first = index * rows
        if source.tensor(name) == nil, let blocks = source.tensor(name + "_blocks") {
            let scales = try scales(of: blocks, name, [count, rows], columns: columns)
            return MatrixSource(
                name: name, blocks: blocks, scales: scales, first: first, rows: rows,
                columns: columns)
        }
        let tensor = try require(
            name, isTransposed ? [count, columns, rows] : [count, rows, columns])
        let scaled = try ScaledTensor(tensor, in: source, quantization)
        guard isTransposed else {
            if let scaled {
                return MatrixSource(
                    name: name, scaled, first: first, rows: rows, columns: columns)
            }
            return MatrixSource(name: name, tensor, first: first, rows: rows, columns: columns)
        }
        guard scaled == nil else {
            throw CheckpointError(
                .wrongFormat(
                    tensor: name, found: tensor.format.description,
                    expected: "F32, F16 or BF16 (it holds transposed matrices)"),
                in: tensor.file.path)
        }
        return MatrixSource(
            name: name, transposing: tensor, member: index, rows: rows, columns: columns)
    }

    package func vector(_ name: String, count: Int) throws(CheckpointError) -> [Float] {
        var dimensions = [count]
        if let found = source.tensor(name)?.shape, found.dimensions.count == 2,
            found.elementCount == count
        {
            dimensions = found.dimensions
        }
        let tensor = try require(name, dimensions)
        guard tensor.format.isFloat else {
            throw CheckpointError(
                .wrongFormat(
                    tensor: name, found: tensor.format.description, expected: "F32, F16 or BF16"),
                in: tensor.file.path)
        }
        return try TensorDecoder.floats(tensor)
    }

    /// The scales `[…, columns / 32]` of MXFP4's blocks, which must be `[…, columns / 32, 16]`.
    private func scales(
        of blocks: StoredTensor, _ name: String, _ leading: [Int], columns: Int
    ) throws(CheckpointError) -> StoredTensor {
        guard columns % 32 == 0 else {
            throw CheckpointError(
                .configuration("asks for '\(name)' with \(columns) columns in blocks of 32"),
                in: location)
        }
        let blocks = try require(blocks.name, leading + [columns / 32, 16])
        let scales = try require(name + "_scales", leading + [columns / 32])
        _ = try TensorDecoder.mxfp4Shape(blocks: blocks, scales: scales)
        return scales
    }

    /// The tensor `name`, which must be of the shape that a configuration asks for.
    private func require(_ name: String, _ dimensions: [Int]) throws(CheckpointError)
        -> StoredTensor
    {
        let shape: Shape
        do throws(MemoryError) {
            shape = try Shape(validating: dimensions)
        } catch {
            throw CheckpointError(.configuration("asks for a tensor of \(error)"), in: location)
        }
        if source.tensor(name) == nil, let packed = source.tensor(name + "_packed") {
            throw CheckpointError(
                .unsupported(
                    "tensor '\(packed.name)' holds packed integers, which are not supported",
                    remedy: "use a checkpoint with 8 bits a weight, or its floats"),
                in: packed.file.path)
        }
        return try source.require(name, shape: shape)
    }
}
