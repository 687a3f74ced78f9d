import Checkpoints
import Memory
import Models
import Quantization

/// Does what a user of a checkpoint does with its tensors.
enum Tensors {
    /// Larger tensors are not decoded, since the time for it says nothing about the parser.
    private static let elementsMax = 1 << 14

    /// Reads every byte of every tensor, and decodes the small ones.
    static func touch(_ source: some TensorSource) {
        for name in source.names {
            guard let tensor = source.tensor(name) else {
                preconditionFailure("'\(name)' is listed")
            }
            tensor.withBytes { bytes in
                precondition(bytes.byteCount == tensor.byteCount, "the tensor's own bytes")
                var sum: UInt8 = 0
                for index in 0..<bytes.byteCount {
                    // SAFETY: any byte of the span is a `UInt8`.
                    sum &+= unsafe bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)
                }
                _ = sum
            }
            guard tensor.shape.elementCount <= elementsMax else { continue }
            _ = try? TensorDecoder.floats(tensor)
            _ = try? TensorDecoder.floats(tensor, rows: 0..<min(1, tensor.shape.rows))
        }
        _ = source.byteCount
    }

    /// Looks each tensor up as the matrix or vector that it may be for a model, with the scales
    /// beside it, and decodes the small ones.
    static func touch(_ catalog: some WeightCatalog) {
        _ = StoredForm.forms(of: catalog.stored)
        for tensor in catalog.stored {
            let shape = tensor.shape
            guard shape.elementCount <= elementsMax else { continue }
            _ = try? catalog.vector(tensor.name, count: shape.elementCount)
            let (rows, columns) = (shape.rows, shape.columns)
            if let matrix = try? catalog.matrix(tensor.name, rows: rows, columns: columns) {
                _ = try? matrix.floats()
            }
            guard shape.count == 3, shape[0] > 0 else { continue }
            for isTransposed in [false, true] {
                let (height, width) = isTransposed ? (shape[2], shape[1]) : (shape[1], shape[2])
                let matrix = try? catalog.matrix(
                    shape[0] - 1, of: shape[0], in: tensor.name, rows: height, columns: width,
                    isTransposed: isTransposed)
                _ = try? matrix?.floats()
            }
        }
    }
}
