package import Checkpoints
import Memory
import Quantization

/// A checkpoint's weights by the names that published safetensors checkpoints use, whatever the file
/// format calls them.
package protocol WeightCatalog: Sendable {
    /// The file or folder, for messages.
    var location: String { get }
    func contains(_ name: String) -> Bool
    /// The matrix `name`, which must be `[rows, columns]`.
    func matrix(_ name: String, rows: Int, columns: Int) throws(CheckpointError) -> MatrixSource
    /// Matrix `index`, `[rows, columns]`, of the stacked tensor `name`, which must be
    /// `[count, rows, columns]`, or `[count, columns, rows]` where matrices are stored transposed.
    func matrix(
        _ index: Int, of count: Int, in name: String, rows: Int, columns: Int, isTransposed: Bool
    ) throws(CheckpointError) -> MatrixSource
    /// The vector `name`, which must have `count` elements, as float32; the rows of a stack of
    /// vectors stand one after the other.
    func vector(_ name: String, count: Int) throws(CheckpointError) -> [Float]
    /// Bytes of all tensors as stored.
    var byteCount: Int { get }
    /// Names as stored, their formats and shapes, for `inspect`.
    var stored: [StoredTensor] { get }
}

extension WeightCatalog {
    package func matrix(
        _ index: Int, of count: Int, in name: String, rows: Int, columns: Int, isTransposed: Bool
    ) throws(CheckpointError) -> MatrixSource {
        throw CheckpointError(
            .unsupported(
                "'\(name)' holds \(count) matrices, which this format never stacks",
                remedy: "use the safetensors checkpoint"), in: location)
    }
}

/// Safetensors: the names are the file's own.
package struct SafetensorsCatalog: WeightCatalog {
    private let source: any TensorSource

    package init(_ source: any TensorSource) {
        self.source = source
    }

    package var location: String { source.location }
    package var byteCount: Int { source.byteCount }
    package var stored: [StoredTensor] { source.names.compactMap { source.tensor($0) } }

    package func contains(_ name: String) -> Bool {
        source.tensor(name) != nil
    }

    package func matrix(_ name: String, rows: Int, columns: Int) throws(CheckpointError)
        -> MatrixSource
    {
        let tensor = try source.require(name, shape: shape([rows, columns]))
        try requireFloats(tensor)
        return MatrixSource(name: name, tensor, rows: rows, columns: columns)
    }

    package func matrix(
        _ index: Int, of count: Int, in name: String, rows: Int, columns: Int, isTransposed: Bool
    ) throws(CheckpointError) -> MatrixSource {
        let shape = try shape(isTransposed ? [count, columns, rows] : [count, rows, columns])
        let tensor = try source.require(name, shape: shape)
        try requireFloats(tensor)
        if isTransposed {
            return MatrixSource(
                name: name, transposing: tensor, member: index, rows: rows, columns: columns)
        }
        return MatrixSource(name: name, tensor, first: index * rows, rows: rows, columns: columns)
    }

    package func vector(_ name: String, count: Int) throws(CheckpointError) -> [Float] {
        var shape = try shape([count])
        if let found = source.tensor(name)?.shape, found.dimensions.count == 2,
            found.elementCount == count
        {
            shape = found
        }
        let tensor = try source.require(name, shape: shape)
        try requireFloats(tensor)
        return try TensorDecoder.floats(tensor)
    }

    /// A shape that a configuration asks for.
    private func shape(_ dimensions: [Int]) throws(CheckpointError) -> Shape {
        do throws(MemoryError) {
            return try Shape(validating: dimensions)
        } catch {
            throw CheckpointError(.configuration("asks for a tensor of \(error)"), in: location)
        }
    }

    /// Integers without their scales are not weights.
    private func requireFloats(_ tensor: StoredTensor) throws(CheckpointError) {
        switch tensor.format {
        case .plain(.f32), .plain(.f16), .plain(.bf16), .plain(.f64), .ggml: return
        case .plain:
            throw CheckpointError(
                .wrongFormat(
                    tensor: tensor.name, found: tensor.format.description,
                    expected: "F32, F16 or BF16 (this checkpoint's quantization is not supported)"),
                in: tensor.file.path)
        }
    }
}
