package import Checkpoints

/// A checkpoint's weights by the names of published safetensors checkpoints, whatever names the
/// file format uses.
package protocol WeightCatalog: Sendable {
    /// The file or folder, for messages.
    var location: String { get }
    func contains(_ name: String) -> Bool
    /// The matrix `name`, which must be `[rows, columns]`.
    func matrix(_ name: String, rows: Int, columns: Int) throws(CheckpointError) -> MatrixSource
    /// Matrix `index`, `[rows, columns]`, of the stacked tensor `name`, which must be `[count,
    /// rows, columns]`, or `[count, columns, rows]` if matrices are stored transposed.
    func matrix(
        _ index: Int, of count: Int, in name: String, rows: Int, columns: Int, isTransposed: Bool
    ) throws(CheckpointError) -> MatrixSource
    /// The vector `name` as float32; it must have `count` elements. The rows of a stack of vectors
    /// follow each other.
    func vector(_ name: String, count: Int) throws(CheckpointError) -> [Float]
    /// Bytes of all tensors as stored.
    var byteCount: Int { get }
    /// Names as stored, their formats and shapes, for `inspect`.
    var stored: [StoredTensor] { get }
    /// The names of the stored tensors that are read for a published name; only those that exist.
    func storedNames(of published: String) -> [String]
}

extension WeightCatalog {
    package func storedNames(of published: String) -> [String] { [published] }

    package func matrix(
        _ index: Int, of count: Int, in name: String, rows: Int, columns: Int, isTransposed: Bool
    ) throws(CheckpointError) -> MatrixSource {
        throw CheckpointError(
            .unsupported(
                "'\(name)' holds \(count) matrices, which this format never stacks",
                remedy: "use the safetensors checkpoint"), in: location)
    }
}
