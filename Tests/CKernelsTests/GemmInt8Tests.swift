import CKernels
import TestSupport
import Testing

/// One panel's product: what `sw_gemm_w8a8` describes, and its operands unpacked.
private struct Panel {
    let rows: Int
    let depth: Int
    let columns: Int
    let grouped: Bool
    var inputs: [UInt8]  // [rows][depth]
    var weights: [Int8]  // [columns][depth]
    var inputScales: [Float]  // [groups][rows]
    var zeros: [Int32]  // [groups][rows]
    var weightScales: [Float]  // [groups or 1][32]
    /// What a damaged file could hold instead of the sums, `[groups][32]`, and in the padding.
    var wrongSums: [Int32]?
    var padding: Int8 = 0

    var groups: Int { (depth + 127) / 128 }
    var slices: Int { (depth + 3) / 4 }

    init(
        rows: Int, depth: Int, columns: Int, grouped: Bool, extreme: Bool,
        _ random: inout SplitMix
    ) {
        (self.rows, self.depth, self.columns, self.grouped) = (rows, depth, columns, grouped)
        let groups = (depth + 127) / 128
        inputs = (0..<rows * depth).map { _ in
            extreme ? (Bool.random(using: &random) ? 255 : 0) : .random(in: 0...255, using: &random)
        }
        weights = (0..<columns * depth).map { _ in
            extreme
                ? (Bool.random(using: &random) ? -128 : 127)
                : .random(in: -128...127, using: &random)
        }
        inputScales = random.floats(groups * rows)
        zeros = (0..<groups * rows).map { _ in
            extreme ? (Bool.random(using: &random) ? 255 : 0) : .random(in: 0...255, using: &random)
        }
        weightScales = random.floats((grouped ? groups : 1) * 32)
    }

    /// The outputs `[rows][stride]` as a row computes them. Numbers that are not written stay 77.
    func product(by row: KernelRow, stride: Int) -> [Float] {
        var packedInputs = [UInt8](repeating: 0, count: slices * rows * 4)
        for r in 0..<rows {
            for i in 0..<depth {
                packedInputs[(i / 4 * rows + r) * 4 + i % 4] = inputs[r * depth + i]
            }
        }
        let a = Guarded(packedInputs)
        let scales = Guarded(inputScales)
        let zeros = Guarded(zeros)
        let unpacked = Guarded(weights)
        let w = Guarded<Int8>(repeating: 0, count: slices * 128)
        let sums = Guarded<Int32>(repeating: -1, count: groups * 32)
        unsafe sw_pack_panel(
            unpacked.constant, depth, columns, depth, w.pointer, sums.pointer)
        for index in 0..<w.count where isPadding(index) { unsafe w.pointer[index] = padding }
        for (index, sum) in (wrongSums ?? []).enumerated() { unsafe sums.pointer[index] = sum }
        let weightScales = Guarded(weightScales)
        let y = Guarded<Float>(repeating: 77, count: (rows - 1) * stride + columns)
        var arguments = unsafe sw_gemm_w8a8(
            a: a.constant, a_rows: rows, a_scale: scales.constant, a_zero: zeros.constant,
            rows: rows, w: w.constant, w_scale: weightScales.constant,
            w_scale_stride: grouped ? 32 : 0, w_sum: sums.constant, k: depth, y: y.pointer,
            y_stride: stride, columns: columns)
        unsafe row.kernels.gemm_w8a8(&arguments)
        return y.values
    }

    private func isPadding(_ index: Int) -> Bool {
        index / 4 % 32 >= columns || index / 128 * 4 + index % 4 >= depth
    }

    /// The same by integers and Swift's own fused multiply-add.
    func reference(stride: Int) -> [Float] {
        var y = [Float](repeating: 77, count: (rows - 1) * stride + columns)
        for r in 0..<rows {
            for c in 0..<columns {
                var sum: Float = 0
                for g in 0..<groups {
                    var integer = 0
                    var weightSum = 0
                    for i in g * 128..<min(depth, g * 128 + 128) {
                        integer += Int(inputs[r * depth + i]) * Int(weights[c * depth + i])
                        weightSum += Int(weights[c * depth + i])
                    }
                    if let wrongSums {
                        weightSum = Int(Int16(truncatingIfNeeded: wrongSums[g * 32 + c]))
                    }
                    integer -= Int(zeros[g * rows + r]) * weightSum
                    let weightScale = weightScales[(grouped ? g * 32 : 0) + c]
                    sum.addProduct(Float(integer), inputScales[g * rows + r] * weightScale)
                }
                y[r * stride + c] = sum
            }
        }
        return y
    }
}

@Suite("The W8A8 product") struct GemmInt8Tests {
    @Test("every row gives the scalar row's bits at any depth", arguments: integerRows())
    func depths(row: KernelRow) throws {
        let scalar = try #require(kernelRows().first)
        var random = SplitMix(seed: 11)
        for depth in 1...400 {
            let panel = Panel(
                rows: 1 + depth % 13, depth: depth, columns: 1 + depth * 7 % 32,
                grouped: depth % 2 == 0, extreme: depth % 5 == 0, &random)
            let found = bits(panel.product(by: row, stride: 33))
            #expect(found == bits(panel.product(by: scalar, stride: 33)), "depth \(depth)")
        }
    }

    @Test(
        "every row gives the scalar row's bits for all rows and columns", arguments: integerRows())
    func shapes(row: KernelRow) throws {
        let scalar = try #require(kernelRows().first)
        var random = SplitMix(seed: 12)
        for rows in 1...13 {
            for columns in 1...32 {
                let panel = Panel(
                    rows: rows, depth: 130, columns: columns, grouped: columns % 2 == 1,
                    extreme: false, &random)
                let stride = columns + rows % 2
                let found = bits(panel.product(by: row, stride: stride))
                let exact = bits(panel.product(by: scalar, stride: stride))
                #expect(found == exact, "\(rows) x \(columns)")
            }
        }
    }

    @Test("the scalar row equals integers and Swift's fused multiply-add")
    func reference() throws {
        let scalar = try #require(kernelRows().first)
        var random = SplitMix(seed: 16)
        for depth in [1, 2, 3, 4, 5, 127, 128, 129, 255, 256, 300] {
            for grouped in [false, true] {
                let panel = Panel(
                    rows: 3, depth: depth, columns: 5, grouped: grouped, extreme: depth == 256,
                    &random)
                #expect(
                    bits(panel.product(by: scalar, stride: 8)) == bits(panel.reference(stride: 8)))
            }
        }
    }

    @Test(
        "every row takes wrong sums alike, and no padding reaches a result",
        arguments: integerRows()
    )
    func damaged(row: KernelRow) {
        var random = SplitMix(seed: 17)
        for depth in [1, 2, 3, 5, 127, 128, 129, 130, 255, 300] {
            for extreme in [false, true] {
                var panel = Panel(
                    rows: 1 + depth % 7, depth: depth, columns: 1 + depth % 31, grouped: true,
                    extreme: extreme, &random)
                panel.padding = .random(in: -128...127, using: &random)
                panel.wrongSums = (0..<panel.groups * 32).map { _ in
                    .random(in: extreme ? .min ... .max : -70_000...70_000, using: &random)
                }
                let found = bits(panel.product(by: row, stride: 32))
                #expect(found == bits(panel.reference(stride: 32)), "depth \(depth)")
            }
        }
    }

    @Test("extreme integers do not saturate", arguments: integerRows())
    func extremes(row: KernelRow) {
        var random = SplitMix(seed: 13)
        var panel = Panel(rows: 7, depth: 256, columns: 32, grouped: true, extreme: true, &random)
        for zero: Int32 in [0, 255] {
            panel.inputs = [UInt8](repeating: zero == 0 ? 255 : 0, count: 7 * 256)
            panel.weights = [Int8](repeating: -128, count: 32 * 256)
            panel.zeros = [Int32](repeating: zero, count: 2 * 7)
            #expect(bits(panel.product(by: row, stride: 32)) == bits(panel.reference(stride: 32)))
        }
    }

    @Test("a NaN scale makes its own row NaN and no other", arguments: integerRows())
    func faultStaysInItsRow(row: KernelRow) {
        var random = SplitMix(seed: 14)
        var panel = Panel(rows: 8, depth: 300, columns: 32, grouped: true, extreme: false, &random)
        panel.inputScales[8 + 3] = .nan
        let y = panel.product(by: row, stride: 32)
        #expect(bits(y) == bits(panel.reference(stride: 32)))
        for r in 0..<8 {
            #expect(y[r * 32..<r * 32 + 32].allSatisfy { $0.isNaN == (r == 3) })
        }
    }

    @Test("row by row gives the bits of all rows at once", arguments: integerRows())
    func batchInvariance(row: KernelRow) {
        var random = SplitMix(seed: 15)
        let panel = Panel(rows: 11, depth: 200, columns: 32, grouped: true, extreme: false, &random)
        let all = panel.product(by: row, stride: 32)
        for r in 0..<11 {
            var single = Panel(
                rows: 1, depth: 200, columns: 32, grouped: true, extreme: false, &random)
            single.inputs = Array(panel.inputs[r * 200..<r * 200 + 200])
            single.weights = panel.weights
            single.inputScales = (0..<2).map { panel.inputScales[$0 * 11 + r] }
            single.zeros = (0..<2).map { panel.zeros[$0 * 11 + r] }
            single.weightScales = panel.weightScales
            #expect(single.product(by: row, stride: 32) == Array(all[r * 32..<r * 32 + 32]))
        }
    }
}
