import CKernels
import TestSupport
import Testing

@Suite("The float products") struct GemmFloatTests {
    private enum Form: CaseIterable { case f32, bf16, transposed }

    /// `y` as a row computes it: `[rows][n]` with a stride of n + 3. Numbers that are not written
    /// stay 77.
    private func product(
        _ form: Form, x: [Float], w: [Float], rows: Int, n: Int, k: Int, by row: KernelRow
    ) -> [Float] {
        let xStride = k + 1
        let wStride = form == .transposed ? n + 2 : k + 2
        let lines = form == .transposed ? k : n
        let width = form == .transposed ? n : k
        let input = Guarded<Float>(repeating: .nan, count: (rows - 1) * xStride + k)
        for r in 0..<rows {
            for i in 0..<k { unsafe input.pointer[r * xStride + i] = x[r * k + i] }
        }
        var floats = [Float](repeating: .nan, count: (lines - 1) * wStride + width)
        for line in 0..<lines {
            for i in 0..<width { floats[line * wStride + i] = w[line * width + i] }
        }
        let plain = Guarded(floats)
        let half = Guarded(floats.map { sw_f32_to_bf16($0) })
        let y = Guarded<Float>(repeating: 77, count: (rows - 1) * (n + 3) + n)
        let kernels = unsafe row.kernels
        switch form {
        case .f32:
            unsafe kernels.gemm_f32(
                input.constant, xStride, rows, plain.constant, wStride, n, k, y.pointer, n + 3)
        case .bf16:
            unsafe kernels.gemm_bf16(
                input.constant, xStride, rows, half.constant, wStride, n, k, y.pointer, n + 3)
        case .transposed:
            unsafe kernels.gemm_bf16_transposed(
                input.constant, xStride, rows, half.constant, wStride, n, k, y.pointer, n + 3)
        }
        return y.values
    }

    /// Weights that bf16 holds exactly.
    private func weights(_ count: Int, _ random: inout SplitMix) -> [Float] {
        random.floats(count).map { sw_bf16_to_f32(sw_f32_to_bf16($0)) }
    }

    @Test("every row gives the scalar row's bits", arguments: kernelRows())
    func rowsAgree(row: KernelRow) throws {
        let scalar = try #require(kernelRows().first)
        var random = SplitMix(seed: 21)
        for form in Form.allCases {
            for trial in 0..<200 {
                let rows = 1 + trial % 13
                let n = 1 + trial * 5 % 23
                let k = 1 + trial * 27 % 400
                let edges = trial % 4 == 3
                let x = random.floats(rows * k, edges: edges, nonFinite: trial % 8 == 7)
                let w = random.floats(n * k, edges: edges)
                let found = product(form, x: x, w: w, rows: rows, n: n, k: k, by: row)
                let exact = product(form, x: x, w: w, rows: rows, n: n, k: k, by: scalar)
                #expect(bits(found) == bits(exact), "\(form): \(rows) x \(n) x \(k)")
            }
        }
    }

    @Test("many rows and wide outputs give the scalar row's bits", arguments: kernelRows())
    func largeShapes(row: KernelRow) throws {
        let scalar = try #require(kernelRows().first)
        var random = SplitMix(seed: 22)
        for (rows, n, k) in [(37, 5, 2100), (25, 70, 33), (1, 130, 576), (25, 2, 16_400)] {
            let x = random.floats(rows * k)
            let w = random.floats(n * k)
            for form in Form.allCases {
                let found = product(form, x: x, w: w, rows: rows, n: n, k: k, by: row)
                let exact = product(form, x: x, w: w, rows: rows, n: n, k: k, by: scalar)
                #expect(bits(found) == bits(exact), "\(form): \(rows) x \(n) x \(k)")
            }
        }
    }

    @Test("the scalar row is the product, by doubles")
    func reference() throws {
        let scalar = try #require(kernelRows().first)
        var random = SplitMix(seed: 23)
        for (rows, n, k) in [(1, 1, 1), (3, 7, 50), (2, 5, 333)] {
            let x = random.floats(rows * k)
            let w = weights(n * k, &random)
            for form in Form.allCases {
                let y = product(form, x: x, w: w, rows: rows, n: n, k: k, by: scalar)
                for r in 0..<rows {
                    for c in 0..<n {
                        var sum = 0.0
                        var size = 0.0
                        for i in 0..<k {
                            let weight = form == .transposed ? w[i * n + c] : w[c * k + i]
                            sum += Double(x[r * k + i]) * Double(weight)
                            size += abs(Double(x[r * k + i]) * Double(weight))
                        }
                        let error = abs(Double(y[r * (n + 3) + c]) - sum)
                        #expect(error <= size * Double(k) * 0x1p-24)
                    }
                }
            }
        }
    }

    @Test(
        "a ragged tail leaves the other lanes alone: a sum of -0 stays one", arguments: kernelRows()
    )
    func negativeZero(row: KernelRow) {
        for k in 16...48 {
            let x = [Float](repeating: 1e-30, count: 2 * k)
            let w = [Float](repeating: -1e-30, count: 5 * k)
            for form in Form.allCases {
                let y = product(form, x: x, w: w, rows: 2, n: 5, k: k, by: row)
                #expect(y.allSatisfy { $0 == 77 || $0.bitPattern == 0x8000_0000 }, "\(form), \(k)")
            }
        }
    }

    @Test("lanes are summed in the stated tree")
    func tree() throws {
        let scalar = try #require(kernelRows().first)
        var random = SplitMix(seed: 24)
        let x = random.floats(77)
        let w = random.floats(77)
        var lanes = [Float](repeating: 0, count: 16)
        for i in 0..<77 { lanes[i % 16].addProduct(x[i], w[i]) }
        for width in [8, 4, 2, 1] {
            for i in 0..<width { lanes[i] += lanes[i + width] }
        }
        let y = product(.f32, x: x, w: w, rows: 1, n: 1, k: 77, by: scalar)
        #expect(bits(y) == [bits(lanes[0])])
    }
}
