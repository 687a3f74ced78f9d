import CKernels
import Glibc
import TestSupport
import Testing

@Suite("Functions in double") struct MathTests {
    /// The largest distance from libm's results over `x`; libm itself is within a unit.
    private func worst(
        _ x: [Double], _ ours: (Double) -> Double, _ libm: (Double) -> Double
    ) -> Double {
        x.reduce(0) { max($0, unitsBetween(ours($1), libm($1))) }
    }

    /// Numbers of every exponent.
    private func spread(_ count: Int, seed: UInt64) -> [Double] {
        var random = SplitMix(seed: seed)
        return (0..<count).map { _ in Double(bitPattern: random.next() >> 1) }
    }

    @Test("log is within a unit")
    func log() {
        var random = SplitMix(seed: 61)
        let near = (0..<20_000).map { _ in Double.random(in: 0.5...2, using: &random) }
        let nearest = (0..<2000).map { 1 + Double($0 - 1000) * 0x1p-52 }
        let all = spread(20_000, seed: 62) + near + nearest
        #expect(worst(all, sw_log, Glibc.log) <= 1)
        #expect(sw_log(0) == -.infinity && sw_log(-0.0) == -.infinity)
        #expect(sw_log(-1).isNaN && sw_log(.nan).isNaN && sw_log(-.infinity).isNaN)
        #expect(sw_log(.infinity) == .infinity && sw_log(1).bitPattern == 0)
        #expect(unitsBetween(sw_log(.leastNonzeroMagnitude), -0x1.74385446d71c3p+9) <= 1)
    }

    @Test("exp is within a unit, subnormal results too")
    func exp() {
        var random = SplitMix(seed: 63)
        let x = (0..<40_000).map { _ in Double.random(in: -746...710, using: &random) }
        let small = (0..<10_000).map { _ in Double.random(in: -1...1, using: &random) }
        #expect(worst(x + small + spread(2000, seed: 64), sw_exp, Glibc.exp) <= 1)
        #expect(sw_exp(0) == 1 && sw_exp(-0.0) == 1)
        #expect(sw_exp(-.infinity).bitPattern == 0 && sw_exp(.infinity) == .infinity)
        #expect(sw_exp(.nan).isNaN && sw_exp(-745.2) == 0 && sw_exp(709.8) == .infinity)
    }

    @Test("pow is within a unit")
    func pow() {
        var random = SplitMix(seed: 65)
        var worst = 0.0
        for _ in 0..<40_000 {
            let x = Double.random(in: 0.001...1e6, using: &random)
            let y = Double.random(in: -60...60, using: &random)
            worst = max(worst, unitsBetween(sw_pow(x, y), Glibc.pow(x, y)))
            // The arguments that rotary embeddings use.
            let fraction = -Double.random(in: 0...1, using: &random)
            worst = max(
                worst, unitsBetween(sw_pow(500_000, fraction), Glibc.pow(500_000, fraction)))
            let near = Double.random(in: 0.999...1.001, using: &random)
            worst = max(worst, unitsBetween(sw_pow(near, 1e5), Glibc.pow(near, 1e5)))
        }
        #expect(worst <= 1)
        #expect(sw_pow(-2, 3) == -8 && sw_pow(-2, 4) == 16)
    }

    @Test("pow has ISO C's limits and signs")
    func powLimits() {
        let numbers: [Double] = [
            0, -0.0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, 1.5, -1.5, .infinity, -.infinity, .nan, 1e300,
            -1e300, 1e-300, 0x1p53, 0x1p53 + 2, 0x1p52 + 1, 0x1p70, -0x1p70, 1 - 0x1p-53,
            1 + 0x1p-52, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
        ]
        for x in numbers {
            for y in numbers {
                let (found, exact) = (sw_pow(x, y), Glibc.pow(x, y))
                #expect(
                    unitsBetween(found, exact) <= 1, "pow(\(x), \(y)) is \(found), not \(exact)")
                #expect(found.isNaN || found.sign == exact.sign, "pow(\(x), \(y))")
            }
        }
    }

    @Test("sin and cos are within two units up to 2^30")
    func sinAndCos() {
        var random = SplitMix(seed: 66)
        var x = (0..<30_000).map { _ in Double.random(in: -0x1p30...0x1p30, using: &random) }
        x += (0..<10_000).map { _ in Double.random(in: -10...10, using: &random) }
        // The doubles nearest to multiples of π/2, where nearly all digits cancel.
        for n in 1...20_000 {
            let multiple = Double(n * n) * 1.5707963267948966
            if multiple < 0x1p30 { x += [multiple, -multiple.nextUp, multiple.nextDown] }
        }
        x += (0..<30).flatMap { [0x1p-40 * Double(1 << $0), Double(1 << $0)] }
        x += [0x1p30, -0x1p30, 1e-300, .leastNonzeroMagnitude]
        #expect(worst(x, sw_sin, Glibc.sin) <= 2)
        #expect(worst(x, sw_cos, Glibc.cos) <= 2)
        #expect(sw_sin(0).bitPattern == 0 && sw_sin(-0.0).sign == .minus && sw_cos(0) == 1)
    }

    @Test("sin and cos beyond their range are NaN")
    func beyondRange() {
        for x: Double in [0x1p30.nextUp, -1e300, .infinity, .nan] {
            #expect(sw_sin(x).isNaN && sw_cos(x).isNaN)
        }
    }
}
