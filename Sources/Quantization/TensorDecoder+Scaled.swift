package import Checkpoints
package import Memory

extension TensorDecoder {
    /// Decodes a weight `[…, out, in]` of plain numbers (FP8 or INT8) times its scales
    /// `[…, ceil(out / block.rows), ceil(in / block.columns)]`: DeepSeek's `weight_scale_inv`
    /// with `block` from `weight_block_size`, or row scales with a block of 1 × in. The last block
    /// of a row or column may be ragged. Each number is float(weight) · scale, rounded once.
    ///
    /// `rows` (all if nil) and `output` are as for `decode`. Throws if the shapes do not match.
    package static func decodeBlocks(
        _ weight: StoredTensor, scales: StoredTensor, block: ScaleBlock, rows: Range<Int>? = nil,
        into output: UnsafeMutableBufferPointer<Float>
    ) throws(CheckpointError) {
        let rows = checked(rows, of: weight.shape.rows, weight.name)
        try checkScales(scales, of: weight, block)
        try unsafe decode(weight, rows: rows, into: output)
        let columns = weight.shape.columns
        guard !rows.isEmpty, columns > 0 else { return }
        // The rows of weights and the rows of scales of a matrix; leading dimensions count
        // matrices.
        let height = weight.shape.count > 1 ? weight.shape[weight.shape.count - 2] : 1
        let scaleHeight = blocks(height, of: block.rows)
        func scaleRow(of row: Int) -> Int {
            row / height * scaleHeight + row % height / block.rows
        }
        let first = scaleRow(of: rows.lowerBound)
        let last = scaleRow(of: rows.upperBound - 1)
        let factors = try floats(scales, rows: first..<last + 1)
        let scaleColumns = scales.shape.columns
        for row in rows {
            let factorsStart = (scaleRow(of: row) - first) * scaleColumns
            let rowStart = (row - rows.lowerBound) * columns
            for index in 0..<scaleColumns {
                let start = index * block.columns
                let end = min(columns - start, block.columns) + start
                let factor = factors[factorsStart + index]
                for column in start..<end {
                    // SAFETY: `decode` checked that output holds rows × columns floats.
                    unsafe output[rowStart + column] *= factor
                }
            }
        }
    }

    /// Decodes gpt-oss's MXFP4: `blocks` U8 `[…, groups, 16]`, 32 FP4 E2M1 numbers in each group,
    /// low nibble first; `scales` U8 `[…, groups]`, E8M0. The result is `[…, groups * 32]`, of
    /// which `rows` (all if nil) go to `output`. Throws if the tensors do not match. A scale of 255
    /// makes its group NaN (OCP Microscaling Formats 1.0 §5.4).
    package static func decodeMXFP4(
        blocks: StoredTensor, scales: StoredTensor, rows: Range<Int>? = nil,
        into output: UnsafeMutableBufferPointer<Float>
    ) throws(CheckpointError) {
        let shape = try mxfp4Shape(blocks: blocks, scales: scales)
        let rows = checked(rows, of: shape.rows, blocks.name)
        let groups = scales.shape.columns
        let count = rows.count * groups
        precondition(output.count == count * 32, "\(output.count) floats for \(count) groups")
        defer {
            extendLifetime(blocks.file)
            extendLifetime(scales.file)
        }
        guard count > 0, let target = output.baseAddress,
            let quants = unsafe blocks.bytes.baseAddress,
            let exponents = unsafe scales.bytes.baseAddress
        else { return }
        // SAFETY: `mxfp4Shape` checked that both tensors have these groups.
        let first = rows.lowerBound * groups
        let scaleBytes = unsafe BlockBytes(exponents + first, count: count)
        let levels = fp4Levels.span
        for group in 0..<count {
            let bytes = unsafe BlockBytes(quants + (first + group) * 16, count: 16)
            let numbers = unsafe BlockOutput(target + group * 32, count: 32)
            let scale = NumberFormats.float(e8m0: scaleBytes[group])
            for index in 0..<16 {
                let byte = Int(bytes[index])
                numbers[index * 2] = levels[byte & 15] * scale
                numbers[index * 2 + 1] = levels[byte >> 4] * scale
            }
        }
    }

    /// The shape `[…, groups * 32]` that MXFP4 blocks and scales decode to. Throws if they do not
    /// belong together.
    package static func mxfp4Shape(
        blocks: StoredTensor, scales: StoredTensor
    ) throws(CheckpointError) -> Shape {
        for tensor in [blocks, scales] where tensor.format != .plain(.u8) {
            throw CheckpointError(
                .wrongFormat(
                    tensor: tensor.name, found: tensor.format.description, expected: "U8"),
                in: tensor.file.path)
        }
        let expected = scales.shape.dimensions + [16]
        guard !scales.shape.isEmpty, blocks.shape.dimensions == expected else {
            throw CheckpointError(
                .malformedTensor(
                    tensor: blocks.name,
                    "is \(blocks.shape), which does not go with scales \(scales.shape)"),
                in: blocks.file.path)
        }
        var dimensions = scales.shape.dimensions
        // The file has 16 bytes for each group, so 32 numbers for each group cannot overflow.
        dimensions[dimensions.count - 1] *= 32
        do {
            return try Shape(validating: dimensions)
        } catch {
            throw CheckpointError(
                .malformedTensor(tensor: blocks.name, "is too large: \(error)"),
                in: blocks.file.path)
        }
    }

    /// FP4 E2M1 (OCP Microscaling Formats 1.0, table 5); code 8 is −0.
    private static let fp4Levels: [Float] = [
        0, 0.5, 1, 1.5, 2, 3, 4, 6, -0.0, -0.5, -1, -1.5, -2, -3, -4, -6,
    ]

    private static func blocks(_ count: Int, of size: Int) -> Int {
        count == 0 ? 0 : (count - 1) / size + 1
    }

    private static func checkScales(
        _ scales: StoredTensor, of weight: StoredTensor, _ block: ScaleBlock
    ) throws(CheckpointError) {
        var dimensions = weight.shape.dimensions
        if let last = dimensions.indices.last {
            dimensions[last] = blocks(dimensions[last], of: block.columns)
            if last > 0 { dimensions[last - 1] = blocks(dimensions[last - 1], of: block.rows) }
        }
        guard scales.shape.dimensions == dimensions else {
            throw CheckpointError(
                .wrongShape(
                    tensor: scales.name, found: scales.shape, expected: Shape(dimensions)),
                in: scales.file.path)
        }
        for tensor in [weight, scales] {
            guard case .plain = tensor.format else {
                throw CheckpointError(
                    .wrongFormat(
                        tensor: tensor.name, found: tensor.format.description,
                        expected: "plain numbers"), in: tensor.file.path)
            }
        }
    }
}
