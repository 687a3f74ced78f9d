import Checkpoints
import Memory
import Quantization

/// DeepSeek's `kv_b_proj` as newer GGUF files store it: `keys` `[heads, latent, plain]`,
/// transposed, and `values` `[heads, valueDim, latent]`. Published checkpoints have, for each head,
/// the rows of its keys and then those of its values.
struct SplitLatent {
    let keys: StoredTensor
    let values: StoredTensor

    /// The published matrix `[rows, columns]`.
    func joined(_ name: String, rows: Int, columns: Int, in location: String)
        throws(CheckpointError) -> MatrixSource
    {
        let (keyShape, valueShape) = (keys.shape.dimensions, values.shape.dimensions)
        guard keyShape.count == 3, valueShape.count == 3, keyShape[0] == valueShape[0],
            keyShape[1] == columns, valueShape[2] == columns,
            keyShape[0] * (keyShape[2] + valueShape[1]) == rows
        else {
            throw CheckpointError(
                .malformedTensor(
                    tensor: keys.name,
                    "is \(keys.shape) and '\(values.name)' \(values.shape), which do not make "
                        + "[\(rows), \(columns)]"), in: location)
        }
        let plain = keyShape[2]
        let height = plain + valueShape[1]
        let keyHeads = (0..<keyShape[0]).map {
            MatrixSource(
                name: name, transposing: keys, member: $0, rows: plain, columns: columns)
        }
        let valueRows = MatrixSource(
            name: name, values, rows: values.shape.rows, columns: columns)
        return unsafe MatrixSource(
            name: name, rows: rows, columns: columns,
            isBrainFloat: keyHeads[0].isBrainFloat
                && valueRows.isBrainFloat
        ) { range, target throws(CheckpointError) in
            var row = range.lowerBound
            while row < range.upperBound {
                let (head, place) = (row / height, row % height)
                let end = min(range.upperBound, (head + 1) * height)
                let count: Int
                let source: MatrixSource
                let first: Int
                if place < plain {
                    (source, first, count) = (keyHeads[head], place, min(plain - place, end - row))
                } else {
                    source = valueRows
                    first = head * (height - plain) + place - plain
                    count = end - row
                }
                let offset = (row - range.lowerBound) * columns
                try unsafe source.decode(
                    first..<first + count,
                    into: UnsafeMutableBufferPointer(
                        rebasing: target[offset..<offset + count * columns]))
                row += count
            }
        }
    }
}
