import Checkpoints
import Testing

@testable import Quantization

@Suite struct NumberFormatsTests {
    @Test func everyHalfHasTheValueThatTheProcessorGivesIt() {
        for code in UInt16.min...UInt16.max {
            let expected = Float(Float16(bitPattern: code))
            let value = NumberFormats.float(f16: code)
            #expect(value.bitPattern == expected.bitPattern || value.isNaN && expected.isNaN)
            #expect(value.isNaN || NumberFormats.f16(value) == code)
        }
        #expect(NumberFormats.float(f16: NumberFormats.f16(.nan)).isNaN)
    }

    @Test("floats round to halves as Float16 does", arguments: 0..<4)
    func roundingToHalves(seed: UInt64) {
        var state = seed
        for _ in 0..<20_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            // Exponents around the halves' own, and all the rest.
            var pattern = UInt32(truncatingIfNeeded: state >> 32)
            if state & 1 == 0 { pattern = pattern & 0x8FFF_FFFF | 0x3000_0000 }
            let value = Float(bitPattern: pattern)
            guard !value.isNaN else { continue }
            #expect(NumberFormats.f16(value) == Float16(value).bitPattern, "\(value)")
        }
    }

    @Test func bfloatsRoundHalfToEven() {
        let cases: [(UInt32, UInt16)] = [
            (0x3F80_0000, 0x3F80), (0x3F80_8000, 0x3F80), (0x3F80_8001, 0x3F81),
            (0x3F81_8000, 0x3F82), (0x7F7F_FFFF, 0x7F80), (0xFF80_0000, 0xFF80),
            (0x8000_0000, 0x8000), (0x0000_8000, 0x0000), (0x0001_8000, 0x0002),
        ]
        for (pattern, expected) in cases {
            #expect(NumberFormats.bf16(Float(bitPattern: pattern)) == expected)
        }
        for pattern in [0x7F80_0001, 0xFFFF_FFFF] as [UInt32] {
            let rounded = NumberFormats.bf16(Float(bitPattern: pattern))
            #expect(NumberFormats.float(bf16: rounded).isNaN)
        }
        for code in UInt16.min...UInt16.max where !NumberFormats.float(bf16: code).isNaN {
            #expect(NumberFormats.bf16(NumberFormats.float(bf16: code)) == code)
        }
    }

    @Test func everyFP8CodeHasItsValue() throws {
        let file = try SafetensorsFile(path: fixture("scaled.safetensors"))
        let e4m3 = try TensorDecoder.floats(file.require("e4m3"))
        let e5m2 = try TensorDecoder.floats(file.require("e5m2"))
        for code in UInt8.min...UInt8.max {
            let (left, right) = (e4m3[Int(code)], e5m2[Int(code)])
            let (first, second) = (
                NumberFormats.float(e4m3: code), NumberFormats.float(e5m2: code)
            )
            #expect(first.bitPattern == left.bitPattern || first.isNaN && left.isNaN)
            #expect(second.bitPattern == right.bitPattern || second.isNaN && right.isNaN)
        }
        #expect(e4m3.filter { $0.isNaN }.count == 2)
        #expect(NumberFormats.float(e4m3: 0x7E) == 448)
    }
}
