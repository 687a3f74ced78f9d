/// Decodes ggml's blocks of 32 elements as llama.cpp's `dequantize_row_*` does (ggml-quants.c), in
/// the same order of operations, so that the floats have the same bits.
enum GGMLBlocks {
    /// IQ4_NL's and IQ4_XS's levels (ggml-common.h, `kvalues_iq4nl`).
    static let iq4Levels: [Float] = [
        -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113,
    ]

    /// Twice the values of FP4 E2M1 (ggml-common.h, `kvalues_mxfp4`); code 8 is +0 there.
    static let mxfp4Levels: [Float] = [
        0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12,
    ]

    @inline(__always)
    static func q4_0(_ block: BlockBytes, _ output: BlockOutput) {
        let scale = block.half(0)
        for index in 0..<16 {
            let byte = Int32(block[2 + index])
            output[index] = Float((byte & 15) - 8) * scale
            output[index + 16] = Float((byte >> 4) - 8) * scale
        }
    }

    @inline(__always)
    static func q4_1(_ block: BlockBytes, _ output: BlockOutput) {
        let scale = block.half(0)
        let minimum = block.half(2)
        for index in 0..<16 {
            let byte = Int32(block[4 + index])
            output[index] = Float(byte & 15) * scale + minimum
            output[index + 16] = Float(byte >> 4) * scale + minimum
        }
    }

    @inline(__always)
    static func q5_0(_ block: BlockBytes, _ output: BlockOutput) {
        let scale = block.half(0)
        let high = block.load(2, as: UInt32.self)
        for index in 0..<16 {
            let byte = Int32(block[6 + index])
            let low = Int32(truncatingIfNeeded: (high >> UInt32(index)) & 1) << 4
            let top = Int32(truncatingIfNeeded: (high >> UInt32(index + 16)) & 1) << 4
            output[index] = Float((byte & 15 | low) - 16) * scale
            output[index + 16] = Float((byte >> 4 | top) - 16) * scale
        }
    }

    @inline(__always)
    static func q5_1(_ block: BlockBytes, _ output: BlockOutput) {
        let scale = block.half(0)
        let minimum = block.half(2)
        let high = block.load(4, as: UInt32.self)
        for index in 0..<16 {
            let byte = Int32(block[8 + index])
            let low = Int32(truncatingIfNeeded: (high >> UInt32(index)) & 1) << 4
            let top = Int32(truncatingIfNeeded: (high >> UInt32(index + 16)) & 1) << 4
            output[index] = Float(byte & 15 | low) * scale + minimum
            output[index + 16] = Float(byte >> 4 | top) * scale + minimum
        }
    }

    @inline(__always)
    static func q8_0(_ block: BlockBytes, _ output: BlockOutput) {
        let scale = block.half(0)
        for index in 0..<32 {
            output[index] = Float(Int8(bitPattern: block[2 + index])) * scale
        }
    }

    @inline(__always)
    static func iq4_nl(
        _ block: BlockBytes, _ output: BlockOutput, _ levels: Span<Float>
    ) {
        let scale = block.half(0)
        for index in 0..<16 {
            let byte = Int(block[2 + index])
            output[index] = scale * levels[byte & 15]
            output[index + 16] = scale * levels[byte >> 4]
        }
    }

    /// The levels are doubled, so the scale is half of 2^(e − 127).
    @inline(__always)
    static func mxfp4(_ block: BlockBytes, _ output: BlockOutput, _ levels: Span<Float>) {
        let exponent = UInt32(block[0])
        let scale = Float(
            bitPattern: exponent < 2 ? 0x0020_0000 << exponent : (exponent - 1) << 23)
        for index in 0..<16 {
            let byte = Int(block[1 + index])
            output[index] = scale * levels[byte & 15]
            output[index + 16] = scale * levels[byte >> 4]
        }
    }
}
