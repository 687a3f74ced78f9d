import CKernels
import TestSupport
import Testing

@Suite("Storing KV, panels and conversions") struct StoreTests {
    @Test("bf16 and back: exact where it fits, half to even where not")
    func bf16() {
        for pattern in UInt16.min...UInt16.max {
            let x = sw_bf16_to_f32(pattern)
            #expect(x.isNaN || sw_f32_to_bf16(x) == pattern)
            #expect(!x.isNaN || sw_bf16_to_f32(sw_f32_to_bf16(x)).isNaN)
        }
        #expect(sw_f32_to_bf16(Float(bitPattern: 0x3F80_8000)) == 0x3F80)
        #expect(sw_f32_to_bf16(Float(bitPattern: 0x3F81_8000)) == 0x3F82)
        #expect(sw_f32_to_bf16(Float(bitPattern: 0x3F80_8001)) == 0x3F81)
        #expect(sw_f32_to_bf16(.greatestFiniteMagnitude) == 0x7F80)
        #expect(sw_bf16_to_f32(sw_f32_to_bf16(Float(bitPattern: 0x7F80_0001))).isNaN)
    }

    #if !(os(macOS) && arch(x86_64))
        @Test("f16 and back agree with Swift's Float16")
        func f16() {
            for pattern in UInt16.min...UInt16.max {
                let x = sw_f16_to_f32(pattern)
                #expect(bits(x) == bits(Float(Float16(bitPattern: pattern))))
                guard !x.isNaN else { continue }
                #expect(sw_f32_to_f16(x) == pattern)
                // Between this number and the next: just before, at and just after the middle.
                let next = Float(Float16(bitPattern: pattern).nextUp)
                let middle = next.isFinite ? (x + next) / 2 : 65_520
                for value in [middle.nextDown, middle, middle.nextUp] {
                    #expect(sw_f32_to_f16(value) == Float16(value).bitPattern, "\(value)")
                }
            }
            for value: Float in [1e-8, -1e-9, .leastNonzeroMagnitude, 1e30, -.infinity] {
                #expect(sw_f32_to_f16(value) == Float16(value).bitPattern)
            }
            #expect(sw_f16_to_f32(sw_f32_to_f16(.nan)).isNaN)
        }
    #endif

    @Test("a panel holds four inputs a slice, zeros elsewhere, and each group's sums")
    func panel() {
        var random = SplitMix(seed: 51)
        for (outputs, depth) in [(1, 1), (5, 127), (32, 128), (31, 130), (7, 259), (32, 512)] {
            let weights = (0..<outputs * depth).map { _ in
                Int8.random(in: -128...127, using: &random)
            }
            let groups = (depth + 127) / 128
            var panel = [Int8](repeating: 0, count: (depth + 3) / 4 * 128)
            var sums = [Int32](repeating: 0, count: groups * 32)
            for o in 0..<outputs {
                for i in 0..<depth {
                    panel[i / 4 * 128 + o * 4 + i % 4] = weights[o * depth + i]
                    sums[i / 128 * 32 + o] += Int32(weights[o * depth + i])
                }
            }
            let input = Guarded(weights)
            let foundPanel = Guarded<Int8>(repeating: 0, count: panel.count)
            let foundSums = Guarded<Int32>(repeating: -1, count: sums.count)
            unsafe sw_pack_panel(
                input.constant, depth, outputs, depth, foundPanel.pointer, foundSums.pointer)
            #expect(foundPanel.values == panel)
            #expect(foundSums.values == sums)
        }
    }

    @Test("a token's keys go to its lane and its values to its row, and nowhere else")
    func floatBlocks() {
        var random = SplitMix(seed: 52)
        let k = random.floats(5)
        let v = random.floats(7)
        for slot in [0, 3, 15] {
            let keys = Guarded<Float>(repeating: 77, count: 5 * 16)
            let values = Guarded<Float>(repeating: 77, count: 16 * 7)
            unsafe sw_kv_store(
                SW_KV_F32, k, 5, v, 7, keys.pointer, values.pointer, slot, nil, nil)
            var expectedKeys = [Float](repeating: 77, count: 5 * 16)
            var expectedValues = [Float](repeating: 77, count: 16 * 7)
            for d in 0..<5 { expectedKeys[d * 16 + slot] = k[d] }
            for d in 0..<7 { expectedValues[slot * 7 + d] = v[d] }
            #expect(keys.values == expectedKeys)
            #expect(values.values == expectedValues)
        }
    }

    @Test("half-width blocks hold the rounded numbers")
    func halfBlocks() {
        var random = SplitMix(seed: 53)
        let k = random.floats(6, edges: true)
        for type in [SW_KV_BF16, SW_KV_F16] {
            let keys = Guarded<UInt16>(repeating: 0, count: 6 * 16)
            let values = Guarded<UInt16>(repeating: 0, count: 16 * 6)
            unsafe sw_kv_store(type, k, 6, k, 6, keys.pointer, values.pointer, 2, nil, nil)
            for d in 0..<6 {
                let exact = type == SW_KV_BF16 ? sw_f32_to_bf16(k[d]) : sw_f32_to_f16(k[d])
                #expect(keys.values[d * 16 + 2] == exact)
                #expect(values.values[2 * 6 + d] == exact)
            }
        }
    }

    /// The INT8 values and scale of one token.
    private func int8(_ x: [Float]) -> (integers: [Int8], scale: Float) {
        let keys = Guarded<Int8>(repeating: 0, count: x.count * 16)
        let values = Guarded<Int8>(repeating: 0, count: x.count * 16)
        var keyScale: Float = -1
        var valueScale: Float = -1
        unsafe sw_kv_store(
            SW_KV_INT8, x, x.count, x, x.count, keys.pointer, values.pointer, 4, &keyScale,
            &valueScale)
        let integers = Array(values.values[x.count * 4..<x.count * 5])
        #expect(bits(keyScale) == bits(valueScale))
        #expect((0..<x.count).map { keys.values[$0 * 16 + 4] } == integers)
        return (integers, valueScale)
    }

    @Test("INT8 blocks are symmetric, a scale a token, and a fault makes the scale NaN")
    func int8Blocks() {
        let plain = int8([127, -63.5, 0.5, 1.5, -127, 0])
        #expect(plain.scale == 1 && plain.integers == [127, -64, 0, 2, -127, 0])
        let zero = int8([0, -0.0])
        #expect(zero.scale == 1 && zero.integers == [0, 0])
        let tiny = int8([0x1p-140, -0x1p-149])
        #expect(tiny.scale == 1 && tiny.integers == [0, 0])
        let huge = int8([.greatestFiniteMagnitude, 1])
        #expect(huge.scale.isFinite && huge.integers == [127, 0])
        for broken: Float in [.nan, .infinity, -.infinity] {
            let faulty = int8([1, broken])
            #expect(faulty.scale.isNaN && faulty.integers == [0, 0])
        }
    }

    @Test("a packed panel is whole, and no longer so with any byte changed")
    func wholePanels() {
        var random = SplitMix(seed: 57)
        for (outputs, k) in [(1, 1), (3, 6), (32, 4), (31, 127), (32, 128), (17, 130), (5, 259)] {
            let weights = Guarded(
                (0..<outputs * k).map { _ in Int8.random(in: -128...127, using: &random) })
            let groups = (k + 127) / 128
            let panel = Guarded<Int8>(repeating: 0, count: (k + 3) / 4 * 128)
            let sums = Guarded<Int32>(repeating: 0, count: groups * 32)
            unsafe sw_pack_panel(weights.constant, k, outputs, k, panel.pointer, sums.pointer)
            func isWhole() -> Bool {
                unsafe sw_panel_is_whole(panel.constant, outputs, k, sums.constant)
            }
            #expect(isWhole())
            for index in 0..<panel.count {
                unsafe panel.pointer[index] ^= 0x21
                #expect(!isWhole(), "byte \(index) of \(outputs) outputs of \(k)")
                unsafe panel.pointer[index] ^= 0x21
            }
            for index in 0..<sums.count {
                unsafe sums.pointer[index] ^= 1 << 20
                #expect(!isWhole(), "sum \(index) of \(outputs) outputs of \(k)")
                unsafe sums.pointer[index] ^= 1 << 20
            }
            #expect(isWhole())
        }
    }
}
