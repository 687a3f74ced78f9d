import CKernels
import TestSupport
import Testing

/// A token's inputs as a row quantized them.
private struct Quantized: Equatable {
    var integers: [UInt8]
    var scales: [UInt32]
    var zeros: [Int32]
}

@Suite("Quantizing inputs") struct QuantizeTests {
    private func quantized(
        _ x: [Float], by row: KernelRow, sliceBytes: Int = 4, groupStride: Int = 1
    ) -> Quantized {
        let slices = (x.count + 3) / 4
        let groups = (x.count + 127) / 128
        let input = Guarded(x)
        let q = Guarded<UInt8>(repeating: 0xEE, count: (slices - 1) * sliceBytes + 4)
        let scales = Guarded<Float>(repeating: -1, count: (groups - 1) * groupStride + 1)
        let zeros = Guarded<Int32>(repeating: -1, count: (groups - 1) * groupStride + 1)
        unsafe row.kernels.quantize(
            input.constant, x.count, q.pointer, sliceBytes, scales.pointer, zeros.pointer,
            groupStride)
        return Quantized(integers: q.values, scales: bits(scales.values), zeros: zeros.values)
    }

    @Test(
        "every row gives the scalar row's bits, at any length and stride", arguments: kernelRows())
    func rowsAgree(row: KernelRow) throws {
        let scalar = try #require(kernelRows().first)
        var random = SplitMix(seed: 1)
        for count in 1...400 {
            for kind in 0..<3 {
                let x = random.floats(count, edges: kind > 0, nonFinite: kind > 1)
                let bytes = kind == 1 ? 20 : 4
                let found = quantized(x, by: row, sliceBytes: bytes, groupStride: kind + 1)
                let exact = quantized(x, by: scalar, sliceBytes: bytes, groupStride: kind + 1)
                #expect(found == exact, "\(count) inputs, kind \(kind)")
            }
        }
    }

    @Test("the scalar row follows the definition, computed in Swift")
    func definition() throws {
        let scalar = try #require(kernelRows().first)
        var random = SplitMix(seed: 2)
        for count in [1, 3, 4, 100, 128, 129, 300, 576] {
            let x = random.floats(count)
            var expected = Quantized(integers: [], scales: [], zeros: [])
            for first in stride(from: 0, to: count, by: 128) {
                let group = x[first..<min(first + 128, count)]
                let low = min(0, group.min() ?? 0)
                let high = max(0, group.max() ?? 0)
                let scale = high == low ? 1 : (high - low) / 255
                let inverse = 1 / scale
                let zero = (-low * inverse).rounded(.toNearestOrEven)
                expected.integers += group.map {
                    UInt8(min(255, max(0, ($0 * inverse).rounded(.toNearestOrEven) + zero)))
                }
                expected.scales.append(bits(scale))
                expected.zeros.append(Int32(zero))
            }
            expected.integers += [UInt8](repeating: 0, count: (4 - count % 4) % 4)
            #expect(quantized(x, by: scalar) == expected, "\(count) inputs")
        }
    }

    @Test(
        "a group with a non-finite input or range has scale NaN and integers 0",
        arguments: kernelRows())
    func faults(row: KernelRow) {
        let faulty: [[Float]] = [
            [1, .nan, 2], [1, .infinity], [-.infinity, 0],
            [.greatestFiniteMagnitude, -.greatestFiniteMagnitude],
        ]
        for x in faulty {
            let padded = x + [Float](repeating: 1, count: 128 - x.count) + [255, 51]
            let found = quantized(padded, by: row)
            #expect(found.scales == [bits(.nan), bits(1)])
            #expect(found.integers == [UInt8](repeating: 0, count: 128) + [255, 51, 0, 0])
            #expect(found.zeros == [0, 0])
        }
    }

    @Test("a range too small to invert has scale 1 and integers 0", arguments: kernelRows())
    func vanishing(row: KernelRow) {
        for x: [Float] in [[0, 0], [-0.0], [0x1p-140, -0x1p-140], [.leastNonzeroMagnitude]] {
            let found = quantized(x, by: row)
            #expect(found.scales == [bits(1)])
            #expect(found.integers == [0, 0, 0, 0])
        }
    }

    @Test("packing transposes whole rows into slices", arguments: kernelRows())
    func packing(row: KernelRow) {
        var random = SplitMix(seed: 3)
        for (count, slices, packedRows) in [
            (1, 1, 1), (3, 5, 4), (4, 4, 4), (9, 7, 12), (17, 33, 17),
        ] {
            let rows = (0..<count).map { _ in
                Guarded((0..<slices * 4).map { _ in UInt8.random(in: 0...255, using: &random) })
            }
            let list = GuardedList(rows)
            let bytes = ((slices - 1) * packedRows + count) * 4
            let packed = Guarded<UInt8>(repeating: 0xEE, count: bytes)
            unsafe row.kernels.pack_rows(
                list.pointers.constant, count, slices, packed.pointer, packedRows)
            var expected = [UInt8](repeating: 0xEE, count: bytes)
            for slice in 0..<slices {
                for (index, input) in rows.enumerated() {
                    for byte in 0..<4 {
                        let to = (slice * packedRows + index) * 4 + byte
                        expected[to] = input.values[slice * 4 + byte]
                    }
                }
            }
            #expect(packed.values == expected)
        }
    }
}
