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
    /// The vector `name`, which must have `count` elements, as float32.
    func vector(_ name: String, count: Int) throws(CheckpointError) -> [Float]
    /// Bytes of all tensors as stored.
    var byteCount: Int { get }
    /// Names as stored, their formats and shapes, for `inspect`.
    var stored: [StoredTensor] { get }
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
        let tensor = try source.require(name, shape: [rows, columns])
        try requireFloats(tensor)
        return MatrixSource(name: name, tensor, rows: rows, columns: columns)
    }

    package func vector(_ name: String, count: Int) throws(CheckpointError) -> [Float] {
        let tensor = try source.require(name, shape: [count])
        try requireFloats(tensor)
        return try TensorDecoder.floats(tensor)
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
