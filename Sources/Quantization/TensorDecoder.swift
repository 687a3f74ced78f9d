package import Checkpoints
import Memory

/// Decodes stored tensors to floats: any plain number type and the ggml types in common use, to the
/// same bits as the reference decoders. It works on ranges of rows, so that a large tensor never
/// has to be decoded at once. A row is `shape.columns` numbers, and all dimensions but the last
/// count rows.
package enum TensorDecoder {
    /// Whether `format` can be decoded; ggml's 1- to 3-bit "IQ" and ternary types cannot.
    package static func canDecode(_ format: StorageFormat) -> Bool {
        switch format {
        case .plain: return true
        case .ggml(let type):
            switch type {
            case .f32, .f16, .bf16, .f64, .i8, .i16, .i32, .i64, .q4_0, .q4_1, .q5_0, .q5_1,
                .q8_0, .q2_K, .q3_K, .q4_K, .q5_K, .q6_K, .iq4_nl, .iq4_xs, .mxfp4:
                return true
            case .q8_1, .q8_K, .iq2_xxs, .iq2_xs, .iq3_xxs, .iq1_s, .iq3_s, .iq2_s, .iq1_m,
                .tq1_0, .tq2_0, .nvfp4, .q1_0:
                return false
            }
        }
    }

    /// Decodes `rows` of `tensor` (all if nil) into `output`, which has exactly
    /// `rows.count * tensor.shape.columns` elements. Throws if the format cannot be decoded.
    package static func decode(
        _ tensor: StoredTensor, rows: Range<Int>? = nil,
        into output: UnsafeMutableBufferPointer<Float>
    ) throws(CheckpointError) {
        let rows = checked(rows, of: tensor.shape.rows, tensor.name)
        let count = rows.count * tensor.shape.columns
        precondition(output.count == count, "\(output.count) floats for \(count) of the tensor")
        guard canDecode(tensor.format) else {
            throw CheckpointError(
                .wrongFormat(
                    tensor: tensor.name, found: tensor.format.description,
                    expected: "a type that can be decoded (Q2_K to Q8_0, IQ4, MXFP4 or plain)"),
                in: tensor.file.path)
        }
        defer { extendLifetime(tensor.file) }
        let rowBytes = tensor.rowBytes
        guard count > 0, let target = output.baseAddress,
            let start = unsafe tensor.bytes.baseAddress
        else { return }
        let source = unsafe start + rows.lowerBound * rowBytes
        switch tensor.format {
        case .plain(let dtype):
            unsafe PlainDecoder.decode(dtype, source, count, target)
        case .ggml(let type):
            if let dtype = type.dtype {
                unsafe PlainDecoder.decode(dtype, source, count, target)
            } else {
                unsafe decodeBlocks(type, source, count / type.blockElements, target)
            }
        }
    }

    /// Decodes `rows` of `tensor` (all if nil) into a new array.
    package static func floats(
        _ tensor: StoredTensor, rows: Range<Int>? = nil
    ) throws(CheckpointError) -> [Float] {
        let count = checked(rows, of: tensor.shape.rows, tensor.name).count * tensor.shape.columns
        return try unsafe filled(count) { output throws(CheckpointError) in
            try unsafe decode(tensor, rows: rows, into: output)
        }
    }

    /// A new array of `count` floats, all of which `fill` must write.
    static func filled(
        _ count: Int,
        _ fill: (UnsafeMutableBufferPointer<Float>) throws(CheckpointError) -> Void
    ) throws(CheckpointError) -> [Float] {
        var failure: CheckpointError?
        let floats = unsafe [Float](unsafeUninitializedCapacity: count) { buffer, filled in
            do throws(CheckpointError) {
                // The capacity may be larger than asked for.
                try unsafe fill(UnsafeMutableBufferPointer(rebasing: buffer[0..<count]))
                filled = count
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return floats
    }

    /// `rows`, or all rows if nil. A range outside the tensor is the caller's mistake and traps.
    static func checked(_ rows: Range<Int>?, of count: Int, _ name: String) -> Range<Int> {
        let rows = rows ?? 0..<count
        precondition(
            rows.lowerBound >= 0 && rows.upperBound <= count,
            "rows \(rows) of '\(name)', which has \(count)")
        return rows
    }

    /// `count` blocks of `type` from `source` to `target`, both long enough.
    private static func decodeBlocks(
        _ type: GGMLType, _ source: UnsafeRawPointer, _ count: Int,
        _ target: UnsafeMutablePointer<Float>
    ) {
        // SAFETY (all of them): `decode` checked that both sides hold `count` blocks.
        let run = unsafe BlockRun(source, type, count, target)
        let iq4 = GGMLBlocks.iq4Levels
        let mxfp4 = GGMLBlocks.mxfp4Levels
        switch type {
        case .q4_0: run.forEach(GGMLBlocks.q4_0)
        case .q4_1: run.forEach(GGMLBlocks.q4_1)
        case .q5_0: run.forEach(GGMLBlocks.q5_0)
        case .q5_1: run.forEach(GGMLBlocks.q5_1)
        case .q8_0: run.forEach(GGMLBlocks.q8_0)
        case .q2_K: run.forEach(GGMLSuperblocks.q2_K)
        case .q3_K: run.forEach(GGMLSuperblocks.q3_K)
        case .q4_K: run.forEach(GGMLSuperblocks.q4_K)
        case .q5_K: run.forEach(GGMLSuperblocks.q5_K)
        case .q6_K: run.forEach(GGMLSuperblocks.q6_K)
        case .iq4_nl: run.forEach { GGMLBlocks.iq4_nl($0, $1, iq4.span) }
        case .iq4_xs: run.forEach { GGMLSuperblocks.iq4_xs($0, $1, iq4.span) }
        case .mxfp4: run.forEach { GGMLBlocks.mxfp4($0, $1, mxfp4.span) }
        default: preconditionFailure("\(type) is not decoded")
        }
    }
}

/// Consecutive blocks, and where their numbers are written.
@safe private struct BlockRun {
    private let source: UnsafeRawPointer
    private let target: UnsafeMutablePointer<Float>
    private let type: GGMLType
    private let count: Int

    init(
        _ source: UnsafeRawPointer, _ type: GGMLType, _ count: Int,
        _ target: UnsafeMutablePointer<Float>
    ) {
        unsafe self.source = unsafe source
        unsafe self.target = unsafe target
        self.type = type
        self.count = count
    }

    @inline(__always)
    func forEach(_ decode: (BlockBytes, BlockOutput) -> Void) {
        let (bytes, elements) = (type.blockBytes, type.blockElements)
        for block in 0..<count {
            // SAFETY: block `block` of `count`, which lie in both buffers.
            unsafe decode(
                BlockBytes(source + block * bytes, count: bytes),
                BlockOutput(target + block * elements, count: elements))
        }
    }
}
