import CKernels
import TestSupport
import Testing

@Suite("Norms, rotations and elementwise kernels") struct ElementwiseTests {
    private enum Operation: CaseIterable {
        case norm, ropeHalves, ropePairs, silu, add, multiplyAdd, multiply, multiplyInPlace
    }

    private func result(
        _ operation: Operation, _ x: [Float], _ z: [Float], by row: KernelRow
    ) -> [Float] {
        let n = x.count
        let input = Guarded(x)
        let other = Guarded(z)
        let y = Guarded(z)
        let kernels = unsafe row.kernels
        switch operation {
        case .norm: unsafe kernels.rms_norm(input.constant, other.constant, 1e-5, n, y.pointer)
        case .ropeHalves, .ropePairs:
            guard n >= 2 else { return [] }
            let even = Guarded(Array(x.prefix(n / 2 * 2)))
            let cosines = Guarded(z.prefix(n / 2).map { cosine($0) })
            let sines = Guarded(z.prefix(n / 2).map { cosine($0 + 1) })
            let rope =
                operation == .ropeHalves ? unsafe kernels.rope_halves : unsafe kernels.rope_pairs
            unsafe rope?(even.pointer, cosines.constant, sines.constant, n / 2)
            return even.values
        case .silu: unsafe kernels.silu_multiply(input.constant, other.constant, n, y.pointer)
        case .add: unsafe kernels.add(input.constant, n, y.pointer)
        case .multiplyAdd: unsafe kernels.multiply_add(1.7, input.constant, n, y.pointer)
        case .multiply: unsafe kernels.multiply(-0.3, input.constant, n, y.pointer)
        case .multiplyInPlace: unsafe kernels.multiply(-0.3, y.pointer, n, y.pointer)
        }
        return y.values
    }

    private func cosine(_ x: Float) -> Float { x.isFinite ? Float(sw_cos(Double(x) / 1e30)) : x }

    @Test("every row gives the scalar row's bits", arguments: kernelRows())
    func rowsAgree(row: KernelRow) throws {
        let scalar = try #require(kernelRows().first)
        var random = SplitMix(seed: 31)
        for operation in Operation.allCases {
            for n in 1...150 {
                for kind in 0..<3 {
                    let x = random.floats(n, edges: kind > 0, nonFinite: kind > 1)
                    let z = random.floats(n, edges: kind > 0, nonFinite: kind > 1)
                    let found = result(operation, x, z, by: row)
                    let exact = result(operation, x, z, by: scalar)
                    #expect(bits(found) == bits(exact), "\(operation), \(n), kind \(kind)")
                }
            }
        }
    }

    @Test("the scalar row follows the definitions")
    func definitions() throws {
        let scalar = try #require(kernelRows().first)
        var random = SplitMix(seed: 32)
        let n = 90
        let x = random.floats(n)
        let z = random.floats(n)
        let norm = result(.norm, x, z, by: scalar)
        let mean = x.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(n)
        let silu = result(.silu, x, z, by: scalar)
        let halves = result(.ropeHalves, x, z, by: scalar)
        let pairs = result(.ropePairs, x, z, by: scalar)
        for i in 0..<n {
            let normed = Double(x[i]) / (mean + 1e-5).squareRoot() * Double(z[i])
            #expect(abs(Double(norm[i]) - normed) <= 1e-6 * abs(normed))
            let gated = Double(x[i]) / (1 + sw_exp(-Double(x[i]))) * Double(z[i])
            #expect(abs(Double(silu[i]) - gated) <= 1e-6 * abs(gated))
        }
        for i in 0..<n / 2 {
            let (c, s) = (Double(cosine(z[i])), Double(cosine(z[i] + 1)))
            let (a, b) = (Double(x[i]), Double(x[i + n / 2]))
            #expect(abs(Double(halves[i]) - (a * c - b * s)) < 1e-6)
            #expect(abs(Double(halves[i + n / 2]) - (b * c + a * s)) < 1e-6)
            let (p, q) = (Double(x[2 * i]), Double(x[2 * i + 1]))
            #expect(abs(Double(pairs[2 * i]) - (p * c - q * s)) < 1e-6)
            #expect(abs(Double(pairs[2 * i + 1]) - (q * c + p * s)) < 1e-6)
        }
        #expect(result(.add, x, z, by: scalar) == zip(x, z).map { $1 + $0 })
        #expect(result(.multiply, x, z, by: scalar) == x.map { $0 * -0.3 })
        #expect(result(.multiplyInPlace, x, z, by: scalar) == z.map { $0 * -0.3 })
        #expect(
            result(.multiplyAdd, x, z, by: scalar) == zip(x, z).map { $1.addingProduct(1.7, $0) })
    }
}
