package import Checkpoints
import Memory
import Quantization

/// A weight matrix of a checkpoint, `[rows, columns]`, which can be read by rows.
@safe package struct MatrixSource: Sendable {
    /// Writes `rows` of the matrix as float32, row-major.
    package typealias Decoder =
        @Sendable (
            _ rows: Range<Int>, _ target: UnsafeMutableBufferPointer<Float>
        ) throws(CheckpointError) -> Void

    package let name: String
    package let rows: Int
    package let columns: Int
    /// The stored tensor whose bytes are exactly this matrix; nil if the matrix is a part of one or
    /// reordered.
    package let stored: StoredTensor?
    /// Whether bf16 holds every number of the matrix exactly.
    package let isBrainFloat: Bool
    /// The stored integers, if the checkpoint has INT8 numbers with scales that INT8 arithmetic can
    /// use; nil otherwise. `decode` writes each integer times its scale.
    package let integers: StoredIntegers?
    private let decoder: Decoder

    package init(
        name: String, rows: Int, columns: Int, stored: StoredTensor? = nil,
        isBrainFloat: Bool = false, integers: StoredIntegers? = nil, decoder: @escaping Decoder
    ) {
        self.name = name
        self.rows = rows
        self.columns = columns
        self.stored = stored
        self.isBrainFloat = isBrainFloat
        self.integers = integers
        unsafe self.decoder = unsafe decoder
    }

    /// Writes some rows as float32. `target` must hold `rows.count * columns` numbers.
    package func decode(
        _ rows: Range<Int>, into target: UnsafeMutableBufferPointer<Float>
    ) throws(CheckpointError) {
        precondition(rows.lowerBound >= 0 && rows.upperBound <= self.rows, "rows of the matrix")
        precondition(target.count == rows.count * columns, "room for the rows")
        try unsafe decoder(rows, target)
    }

    /// Some rows as float32.
    package func floats(_ rows: Range<Int>? = nil) throws(CheckpointError) -> [Float] {
        let rows = rows ?? 0..<self.rows
        var result = [Float](repeating: 0, count: rows.count * columns)
        var failure: CheckpointError?
        unsafe result.withUnsafeMutableBufferPointer { target in
            do throws(CheckpointError) {
                try unsafe decode(rows, into: target)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return result
    }
}

extension MatrixSource {
    /// Rows `first ..< first + rows` of a stored tensor. All dimensions but the last count rows.
    package init(
        name: String, _ tensor: StoredTensor, first: Int = 0, rows: Int, columns: Int
    ) {
        precondition(tensor.shape.columns == columns && first + rows <= tensor.shape.rows)
        let isWhole = first == 0 && rows == tensor.shape.rows
        unsafe self.init(
            name: name, rows: rows, columns: columns, stored: isWhole ? tensor : nil,
            isBrainFloat: tensor.format == .plain(.bf16)
        ) { range, target throws(CheckpointError) in
            try unsafe TensorDecoder.decode(
                tensor, rows: first + range.lowerBound..<first + range.upperBound, into: target)
        }
    }

    /// Rows `first ..< first + rows` of a tensor with scales. All dimensions but the last count
    /// rows.
    init(name: String, _ tensor: ScaledTensor, first: Int = 0, rows: Int, columns: Int) {
        let shape = tensor.weight.shape
        precondition(shape.columns == columns && first + rows <= shape.rows)
        unsafe self.init(
            name: name, rows: rows, columns: columns,
            integers: StoredIntegers(tensor, first: first, rows: rows)
        ) { range, target throws(CheckpointError) in
            try unsafe tensor.decode(
                first + range.lowerBound..<first + range.upperBound, into: target)
        }
    }

    /// Rows `first ..< first + rows` of gpt-oss's MXFP4: `blocks` `[…, columns / 32, 16]` and
    /// `scales` `[…, columns / 32]`. bf16 can hold every product of an FP4 number and a power of
    /// two.
    init(
        name: String, blocks: StoredTensor, scales: StoredTensor, first: Int, rows: Int,
        columns: Int
    ) {
        precondition(scales.shape.columns * 32 == columns && first + rows <= scales.shape.rows)
        unsafe self.init(name: name, rows: rows, columns: columns, isBrainFloat: true) {
            range, target throws(CheckpointError) in
            try unsafe TensorDecoder.decodeMXFP4(
                blocks: blocks, scales: scales,
                rows: first + range.lowerBound..<first + range.upperBound, into: target)
        }
    }

    /// Matrix `member` of a stack of transposed ones: `[count, columns, rows]` of plain floats.
    package init(
        name: String, transposing tensor: StoredTensor, member: Int, rows: Int, columns: Int
    ) {
        precondition(tensor.shape.columns == rows && (member + 1) * columns <= tensor.shape.rows)
        unsafe self.init(
            name: name, rows: rows, columns: columns,
            isBrainFloat: tensor.format == .plain(.bf16)
        ) { range, target throws(CheckpointError) in
            // A stored row has one column of the wanted rows.
            var stored = [Float](repeating: 0, count: rows)
            var failure: CheckpointError?
            for column in 0..<columns {
                let row = member * columns + column
                unsafe stored.withUnsafeMutableBufferPointer { values in
                    do throws(CheckpointError) {
                        try unsafe TensorDecoder.decode(tensor, rows: row..<row + 1, into: values)
                    } catch {
                        failure = error
                    }
                }
                if let failure { throw failure }
                for (index, wanted) in range.enumerated() {
                    unsafe target[index * columns + column] = stored[wanted]
                }
            }
        }
    }

    /// This matrix with its rows in another order: row `i` of the result is row `order(i)`.
    package func reordered(_ order: @escaping @Sendable (Int) -> Int) -> MatrixSource {
        let columns = columns
        return unsafe MatrixSource(
            name: name, rows: rows, columns: columns, isBrainFloat: isBrainFloat,
            integers: integers?.gathered(rows, order)
        ) { range, target throws(CheckpointError) in
            for (index, row) in range.enumerated() {
                let source = order(row)
                try unsafe decode(
                    source..<source + 1,
                    into: UnsafeMutableBufferPointer(
                        rebasing: target[index * columns..<(index + 1) * columns]))
            }
        }
    }

    /// Some rows of this matrix.
    package func slice(rows slice: Range<Int>) -> MatrixSource {
        unsafe MatrixSource(
            name: name, rows: slice.count, columns: columns, isBrainFloat: isBrainFloat,
            integers: integers?.sliced(rows: slice)
        ) { range, target throws(CheckpointError) in
            try unsafe decode(
                slice.lowerBound + range.lowerBound..<slice.lowerBound + range.upperBound,
                into: target)
        }
    }

    /// Rows `first`, `first + step`, … of this matrix.
    package func slice(from first: Int, step: Int, count: Int) -> MatrixSource {
        if step == 1 { return slice(rows: first..<first + count) }
        let columns = columns
        return unsafe MatrixSource(
            name: name, rows: count, columns: columns, isBrainFloat: isBrainFloat,
            integers: integers?.gathered(count) { first + $0 * step }
        ) { range, target throws(CheckpointError) in
            for (index, row) in range.enumerated() {
                let source = first + row * step
                try unsafe decode(
                    source..<source + 1,
                    into: UnsafeMutableBufferPointer(
                        rebasing: target[index * columns..<(index + 1) * columns]))
            }
        }
    }

    /// Some columns of this matrix, times a power of two.
    package func slice(columns slice: Range<Int>, times factor: Float = 1) -> MatrixSource {
        let width = columns
        return unsafe MatrixSource(
            name: name, rows: rows, columns: slice.count, isBrainFloat: isBrainFloat,
            integers: integers?.sliced(columns: slice, times: factor)
        ) { range, target throws(CheckpointError) in
            var row = [Float](repeating: 0, count: width)
            for (index, source) in range.enumerated() {
                row = try floats(source..<source + 1)
                for (place, column) in slice.enumerated() {
                    unsafe target[index * slice.count + place] = row[column] * factor
                }
            }
        }
    }

    /// A matrix of zeros.
    package static func zeros(name: String, rows: Int, columns: Int) -> MatrixSource {
        unsafe MatrixSource(name: name, rows: rows, columns: columns, isBrainFloat: true) {
            _, target throws(CheckpointError) in
            unsafe target.update(repeating: 0)
        }
    }
}
