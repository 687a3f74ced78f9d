/// Converts small floating-point formats to and from `Float`, by their bits. Every conversion to
/// `Float` is exact.
package enum NumberFormats {
    /// The value of IEEE binary16 bits.
    @inline(__always)
    package static func float(f16 bits: UInt16) -> Float {
        let sign = UInt32(bits & 0x8000) << 16
        let rest = UInt32(bits & 0x7FFF)
        let exponent = rest & 0x7C00
        // Rebias the exponent by 112; once more for infinities and NaNs. Subnormals are scaled by
        // letting the FPU subtract the leading one they lack (both operands are exact).
        let normal = (rest << 13) &+ (exponent == 0x7C00 ? 0x7000_0000 : 0x3800_0000)
        let subnormal = Float(bitPattern: (rest << 13) | 0x3880_0000) - 0x1p-14
        return Float(bitPattern: sign | (exponent == 0 ? subnormal.bitPattern : normal))
    }

    /// The value of bfloat16 bits.
    @inline(__always)
    package static func float(bf16 bits: UInt16) -> Float {
        Float(bitPattern: UInt32(bits) << 16)
    }

    /// The bfloat16 nearest to `value`, ties to even; NaN stays NaN.
    @inline(__always)
    package static func bf16(_ value: Float) -> UInt16 {
        let bits = value.bitPattern
        // This never overflows: the largest bit pattern, an infinity, has its low bits clear.
        let rounded = (bits &+ 0x7FFF &+ ((bits >> 16) & 1)) >> 16
        return UInt16(truncatingIfNeeded: value.isNaN ? (bits >> 16) | 0x0040 : rounded)
    }

    /// The binary16 nearest to `value`, ties to even; too large becomes infinite, NaN stays NaN.
    package static func f16(_ value: Float) -> UInt16 {
        let sign = UInt16(truncatingIfNeeded: (value.bitPattern >> 16) & 0x8000)
        let magnitude = value.bitPattern & 0x7FFF_FFFF
        if magnitude > 0x7F80_0000 { return sign | 0x7E00 }
        // 65520 is halfway between the largest number and the next power of two.
        if magnitude >= 0x477F_F000 { return sign | 0x7C00 }
        if magnitude < 0x3880_0000 {
            // Subnormal: adding 0.5 makes the FPU round at the right bit, since floats there are
            // 2^-24 apart.
            let aligned = Float(bitPattern: magnitude) + 0.5
            return sign | UInt16(truncatingIfNeeded: aligned.bitPattern &- 0x3F00_0000)
        }
        let rounded = (magnitude &+ 0x0FFF &+ ((magnitude >> 13) & 1)) >> 13
        return sign | UInt16(truncatingIfNeeded: rounded &- 0x1C000)
    }

    /// The value of E4M3 bits (OCP FP8, "FN": no infinity, S.1111.111 is NaN, at most 448).
    @inline(__always)
    package static func float(e4m3 bits: UInt8) -> Float {
        let sign = UInt32(bits & 0x80) << 24
        let rest = UInt32(bits & 0x7F)
        // As for binary16, the exponent rebiased by 120.
        let normal = rest == 0x7F ? 0x7FC0_0000 : (rest << 20) &+ 0x3C00_0000
        let subnormal = Float(bitPattern: (rest << 20) | 0x3C80_0000) - 0x1p-6
        return Float(bitPattern: sign | (rest < 8 ? subnormal.bitPattern : normal))
    }

    /// The value of E5M2 bits (OCP FP8, with infinities and NaNs as IEEE has them).
    @inline(__always)
    package static func float(e5m2 bits: UInt8) -> Float {
        // The upper half of a binary16.
        float(f16: UInt16(bits) << 8)
    }

    /// The value 2^(bits − 127) of E8M0 bits (OCP MX scales); 255 is NaN.
    package static func float(e8m0 bits: UInt8) -> Float {
        switch bits {
        case 0: Float(bitPattern: 0x0040_0000)
        case 255: .nan
        default: Float(bitPattern: UInt32(bits) << 23)
        }
    }
}
