/// Decodes ggml's super-blocks of 256 elements (the K types and IQ4_XS) to the same bits as
/// llama.cpp. Each function's comment lists the block's parts in their order.
enum GGMLSuperblocks {
    /// scales[16] (scale | minimum << 4), quants[64] of 2 bits, scale, minimum.
    @inline(__always)
    static func q2_K(_ block: BlockBytes, _ output: BlockOutput) {
        let scale = block.half(80)
        let minimum = block.half(82)
        for group in 0..<16 {
            let packed = Int32(block[group])
            let groupScale = scale * Float(packed & 15)
            let groupMinimum = minimum * Float(packed >> 4)
            let quants = 16 + (group / 8) * 32 + (group % 2) * 16
            let shift = Int32((group % 8) / 2 * 2)
            for index in 0..<16 {
                let quant = (Int32(block[quants + index]) >> shift) & 3
                output[group * 16 + index] = groupScale * Float(quant) - groupMinimum
            }
        }
    }

    /// High bits[32], quants[64] of 2 bits, scales[12] of 6 bits, scale.
    @inline(__always)
    static func q3_K(_ block: BlockBytes, _ output: BlockOutput) {
        let scale = block.half(108)
        for group in 0..<16 {
            let low = group < 8 ? block[96 + group] & 15 : block[96 + group - 8] >> 4
            let high = (block[104 + group % 4] >> UInt8(group / 4 * 2)) & 3
            let groupScale = scale * Float(Int32(low | high << 4) - 32)
            let column = (group % 2) * 16
            let quants = 32 + (group / 8) * 32 + column
            let shift = Int32((group % 8) / 2 * 2)
            let bit = Int32(group / 2)
            for index in 0..<16 {
                let low = (Int32(block[quants + index]) >> shift) & 3
                let high = (Int32(block[column + index]) >> bit) & 1
                output[group * 16 + index] = groupScale * Float(low + high * 4 - 4)
            }
        }
    }

    /// The 6-bit scale and minimum of group `group` (0..<8) of Q4_K and Q5_K, from the 12 bytes
    /// at `4`.
    @inline(__always)
    private static func scaleAndMinimum(_ block: BlockBytes, _ group: Int) -> (Float, Float) {
        if group < 4 {
            return (Float(block[4 + group] & 63), Float(block[8 + group] & 63))
        }
        let low = block[8 + group]
        return (
            Float((low & 15) | (block[group] >> 6) << 4),
            Float((low >> 4) | (block[4 + group] >> 6) << 4)
        )
    }

    /// Scale, minimum, scales[12], quants[128] of 4 bits.
    @inline(__always)
    static func q4_K(_ block: BlockBytes, _ output: BlockOutput) {
        let scale = block.half(0)
        let minimum = block.half(2)
        for pair in 0..<4 {
            let (scaleLow, minimumLow) = scaleAndMinimum(block, pair * 2)
            let (scaleHigh, minimumHigh) = scaleAndMinimum(block, pair * 2 + 1)
            let (factorLow, offsetLow) = (scale * scaleLow, minimum * minimumLow)
            let (factorHigh, offsetHigh) = (scale * scaleHigh, minimum * minimumHigh)
            for index in 0..<32 {
                let byte = Int32(block[16 + pair * 32 + index])
                output[pair * 64 + index] = factorLow * Float(byte & 15) - offsetLow
                output[pair * 64 + 32 + index] = factorHigh * Float(byte >> 4) - offsetHigh
            }
        }
    }

    /// Scale, minimum, scales[12], high bits[32], quants[128] of 4 bits.
    @inline(__always)
    static func q5_K(_ block: BlockBytes, _ output: BlockOutput) {
        let scale = block.half(0)
        let minimum = block.half(2)
        for group in 0..<8 {
            let (groupScale, groupMinimum) = scaleAndMinimum(block, group)
            let (factor, offset) = (scale * groupScale, minimum * groupMinimum)
            let quants = 48 + group / 2 * 32
            let shift = Int32(group % 2 * 4)
            let bit = Int32(group)
            for index in 0..<32 {
                let low = (Int32(block[quants + index]) >> shift) & 15
                let high = (Int32(block[16 + index]) >> bit) & 1
                output[group * 32 + index] = factor * Float(low + high * 16) - offset
            }
        }
    }

    /// Low quants[128] of 4 bits, high quants[64] of 2 bits, scales[16] of 8 bits, scale.
    @inline(__always)
    static func q6_K(_ block: BlockBytes, _ output: BlockOutput) {
        let scale = block.half(208)
        for group in 0..<16 {
            let groupScale = scale * Float(Int8(bitPattern: block[192 + group]))
            let (half, quarter, column) = (group / 8, (group % 8) / 2, (group % 2) * 16)
            let low = half * 64 + (quarter % 2) * 32 + column
            let lowShift = Int32(quarter / 2 * 4)
            let high = 128 + half * 32 + column
            let highShift = Int32(quarter * 2)
            for index in 0..<16 {
                let bits = (Int32(block[low + index]) >> lowShift) & 15
                let top = (Int32(block[high + index]) >> highShift) & 3
                output[group * 16 + index] = groupScale * Float((bits | top << 4) - 32)
            }
        }
    }

    /// Scale, high scale bits (2 for each group), low scale bits[4] (4 for each group),
    /// quants[128].
    @inline(__always)
    static func iq4_xs(_ block: BlockBytes, _ output: BlockOutput, _ levels: Span<Float>) {
        let scale = block.half(0)
        let scalesHigh = Int32(block.load(2, as: UInt16.self))
        for group in 0..<8 {
            let low = (Int32(block[4 + group / 2]) >> Int32(group % 2 * 4)) & 15
            let high = (scalesHigh >> Int32(group * 2)) & 3
            let groupScale = scale * Float((low | high << 4) - 32)
            for index in 0..<16 {
                let byte = Int(block[8 + group * 16 + index])
                output[group * 32 + index] = groupScale * levels[byte & 15]
                output[group * 32 + 16 + index] = groupScale * levels[byte >> 4]
            }
        }
    }
}
