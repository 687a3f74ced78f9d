package import Memory

/// Tensors by name, whatever the file format.
package protocol TensorSource: Sendable {
    /// The path of the file or folder, for messages.
    var location: String { get }

    /// All names, in file order.
    var names: [String] { get }

    /// The tensor called `name`; nil if there is none.
    func tensor(_ name: String) -> StoredTensor?
}

extension TensorSource {
    /// The file of the first tensor, if the source has no better location.
    package var location: String {
        names.first.flatMap { tensor($0) }?.file.path ?? "the checkpoint"
    }

    /// The tensor called `name`; its absence is an error that names it.
    package func require(_ name: String) throws(CheckpointError) -> StoredTensor {
        guard let tensor = tensor(name) else {
            throw CheckpointError(.missingTensor(name), in: location)
        }
        return tensor
    }

    /// The tensor called `name`, which must have the shape `shape`.
    package func require(
        _ name: String, shape: Shape
    ) throws(CheckpointError) -> StoredTensor {
        let tensor = try require(name)
        guard tensor.shape == shape else {
            throw CheckpointError(
                .wrongShape(tensor: name, found: tensor.shape, expected: shape),
                in: tensor.file.path)
        }
        return tensor
    }

    /// Bytes of all tensors together.
    package var byteCount: Int {
        names.reduce(0) { $0 + (tensor($1)?.byteCount ?? 0) }
    }
}
