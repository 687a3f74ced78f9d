import CKernels
import Glibc
import TestSupport
import Testing

@Suite("exp and softmax") struct ExpTests {
    private func exponentials(_ x: [Float], by row: KernelRow) -> [Float] {
        let input = Guarded(x)
        let y = Guarded<Float>(repeating: 77, count: x.count)
        unsafe row.kernels.exp(input.constant, x.count, y.pointer)
        return y.values
    }

    private func softmax(_ x: [Float], by row: KernelRow) -> (
        p: [Float], largest: Float, sum: Float
    ) {
        let p = Guarded(x)
        var largest: Float = 77
        let sum = unsafe row.kernels.softmax_terms(p.constant, x.count, p.pointer, &largest)
        return (p.values, largest, sum)
    }

    @Test(
        "exp is below 1.5 units and the same in every row, over all exponents",
        arguments: kernelRows())
    func accuracy(row: KernelRow) {
        // A prime step visits every exponent, both signs, infinities and NaNs.
        var worst = 0.0
        var pattern: UInt32 = 0
        for _ in 0..<64 {
            var x: [Float] = []
            for _ in 0..<4096 {
                x.append(Float(bitPattern: pattern))
                pattern &+= 16_411
            }
            for _ in 0..<1024 {
                x.append(Float(bitPattern: 0xC2B0_0000 &- pattern % 0x0300_0000))
                x.append(Float(bitPattern: 0x42B2_0000 &- pattern % 0x0300_0000))
                pattern &+= 16_411
            }
            let y = exponentials(x, by: row)
            #expect(bits(y) == x.map { bits(sw_expf($0)) })
            for (x, y) in zip(x, y) {
                let exact = Glibc.exp(Double(x))
                if x.isNaN {
                    #expect(y.isNaN)
                } else if Float(exact) < .leastNormalMagnitude {
                    #expect(y.bitPattern == 0, "exp(\(x))")
                } else if Float(exact).isInfinite {
                    #expect(y == .infinity, "exp(\(x))")
                } else {
                    worst = max(worst, abs(Double(y) - exact) / Double(Float(exact).ulp))
                }
            }
        }
        #expect(worst < 1.5)
    }

    @Test("exp at its limits", arguments: kernelRows())
    func limits(row: KernelRow) {
        let lowest: Float = -0x1.5d589ep+6
        let highest: Float = 0x1.62e42ep+6
        let x: [Float] = [
            -.infinity, .infinity, .nan, 0, -0.0, lowest, lowest.nextDown, highest, highest.nextUp,
            -.greatestFiniteMagnitude, .greatestFiniteMagnitude, .leastNonzeroMagnitude,
        ]
        let y = exponentials(x, by: row)
        #expect(bits(y[0]) == 0)
        #expect(y[1] == .infinity)
        #expect(y[2].isNaN)
        #expect(y[3] == 1 && y[4] == 1 && y[11] == 1)
        #expect(y[5] >= .leastNormalMagnitude && bits(y[6]) == 0)
        #expect(y[7].isFinite && y[8] == .infinity)
        #expect(bits(y[9]) == 0 && y[10] == .infinity)
    }

    @Test("softmax terms equal the scalar row's", arguments: kernelRows())
    func softmaxAgrees(row: KernelRow) throws {
        let scalar = try #require(kernelRows().first)
        var random = SplitMix(seed: 41)
        for n in 1...200 {
            for kind in 0..<3 {
                let x = random.floats(n, edges: kind > 0, nonFinite: kind > 1)
                let found = softmax(x, by: row)
                let exact = softmax(x, by: scalar)
                #expect(bits(found.p) == bits(exact.p), "\(n), kind \(kind)")
                #expect(bits(found.largest) == bits(exact.largest), "\(n), kind \(kind)")
                #expect(bits(found.sum) == bits(exact.sum), "\(n), kind \(kind)")
            }
        }
    }

    @Test("softmax terms follow the definition", arguments: kernelRows())
    func softmaxDefinition(row: KernelRow) {
        var random = SplitMix(seed: 42)
        let x = random.floats(100)
        let found = softmax(x, by: row)
        #expect(found.largest == x.max())
        #expect(found.p == x.map { sw_expf($0 - found.largest) })
        #expect(abs(found.sum - found.p.reduce(0, +)) < 1e-5 * found.sum)
        #expect(bits(softmax([-0.0, -0.0], by: row).largest) == 0)
        #expect(softmax([1, .nan, 2], by: row).sum.isNaN)
        #expect(softmax([.nan], by: row).sum.isNaN)
        let masked = softmax([3, -.infinity, 3], by: row)
        #expect(masked.p == [1, 0, 1] && masked.sum == 2 && masked.largest == 3)
    }

    @Test("one broken element anywhere is found", arguments: kernelRows())
    func finiteness(row: KernelRow) {
        for n in 1...70 {
            let x = Guarded<Float>(repeating: -.greatestFiniteMagnitude, count: n)
            #expect(unsafe row.kernels.all_finite(x.constant, n))
            for i in 0..<n {
                for broken: Float in [.nan, .infinity, -.infinity] {
                    unsafe x.pointer[i] = broken
                    let finite = unsafe row.kernels.all_finite(x.constant, n)
                    #expect(!finite)
                }
                unsafe x.pointer[i] = 0
            }
        }
        #expect(unsafe row.kernels.all_finite([], 0))
    }
}
