import CKernels
import TestSupport
import Testing

/// The operands of one call, in float, and its shape.
private struct Span {
    var type: sw_kv_type
    var headDim: Int
    var valueDim: Int
    var first: Int
    var last: Int
    var queries: [[Float]]
    var ranges: [Range<Int>]
    var keys: [[Float]]  // by key from `first`
    var values: [[Float]]

    /// Random operands: `count` queries whose ranges `range` chooses.
    init(
        _ type: sw_kv_type, headDim: Int, valueDim: Int, first: Int, keys count: Int, queries: Int,
        edges: Bool = false, _ random: inout SplitMix,
        range: (Int, inout SplitMix) -> Range<Int>
    ) {
        (self.type, self.headDim, self.valueDim) = (type, headDim, valueDim)
        (self.first, last) = (first, first + count)
        self.queries = []
        (keys, values, ranges) = ([], [], [])
        for query in 0..<queries {
            self.queries.append(random.floats(headDim, edges: edges))
            ranges.append(range(query, &random))
        }
        for _ in 0..<count {
            keys.append(random.floats(headDim, edges: edges && count % 2 == 0))
            values.append(random.floats(valueDim, edges: edges))
        }
    }

    /// Bytes of a stored number.
    var width: Int { type == SW_KV_F32 ? 4 : type == SW_KV_INT8 ? 1 : 2 }
}

/// The results of a span for its queries.
private struct SpanResult {
    var max: [Float]
    var sum: [Float]
    var out: [Float]

    var allBits: [UInt32] { bits(max) + bits(sum) + bits(out) }
}

extension Span {
    /// Runs a row's kernel. Slots after the last key hold NaN (INT8: large integers).
    func result(by row: KernelRow) -> SpanResult {
        let blockCount = (last - first + 15) / 16
        let fill: UInt8 = type == SW_KV_INT8 ? 0x7F : 0xFF
        let keyBlocks = (0..<blockCount).map { _ in
            Guarded<UInt8>(repeating: fill, count: headDim * 16 * width)
        }
        let valueBlocks = (0..<blockCount).map { _ in
            Guarded<UInt8>(repeating: fill, count: valueDim * 16 * width)
        }
        let keyScales = (0..<blockCount).map { _ in Guarded<Float>(repeating: .nan, count: 16) }
        let valueScales = (0..<blockCount).map { _ in Guarded<Float>(repeating: .nan, count: 16) }
        for key in 0..<last - first {
            let (block, slot) = (key / 16, key % 16)
            unsafe sw_kv_store(
                type, keys[key], headDim, values[key], valueDim, keyBlocks[block].pointer,
                valueBlocks[block].pointer, slot, keyScales[block].pointer + slot,
                valueScales[block].pointer + slot)
        }
        return run(
            row, keyBlocks, valueBlocks, GuardedList(keyScales), GuardedList(valueScales))
    }

    private func run(
        _ row: KernelRow, _ keyBlocks: [Guarded<UInt8>], _ valueBlocks: [Guarded<UInt8>],
        _ keyScales: GuardedList<Float>, _ valueScales: GuardedList<Float>
    ) -> SpanResult {
        let count = queries.count
        let stride = valueDim + 1
        let queryList = GuardedList(queries.map { Guarded($0) })
        let firsts = Guarded(ranges.map { Int32($0.lowerBound) })
        let lasts = Guarded(ranges.map { Int32($0.upperBound) })
        let k = unsafe Guarded(keyBlocks.map { unsafe Optional(UnsafeRawPointer($0.pointer)) })
        let v = unsafe Guarded(valueBlocks.map { unsafe Optional(UnsafeRawPointer($0.pointer)) })
        let max = Guarded<Float>(repeating: 77, count: count)
        let sum = Guarded<Float>(repeating: 77, count: count)
        let out = Guarded<Float>(repeating: 77, count: (count - 1) * stride + valueDim)
        let scaled = type == SW_KV_INT8
        var arguments = unsafe sw_attention_span(
            queries: queryList.pointers.constant, first: firsts.constant, last: lasts.constant,
            count: count, span_first: first, span_last: last, k_blocks: k.constant,
            v_blocks: v.constant, k_scales: scaled ? keyScales.pointers.constant : nil,
            v_scales: scaled ? valueScales.pointers.constant : nil, head_dim: headDim,
            value_dim: valueDim, type: type, scale: 0.3, max: max.pointer, sum: sum.pointer,
            out: out.pointer, out_stride: stride)
        unsafe row.kernels.attention(&arguments)
        withExtendedLifetime((keyBlocks, valueBlocks, keyScales, valueScales, queryList)) {}
        return SpanResult(max: max.values, sum: sum.values, out: out.values)
    }

    /// Softmax attention of one query in double, over the numbers as they were stored.
    func reference(query: Int) -> (largest: Double, sum: Double, out: [Double])? {
        let visible = ranges[query].clamped(to: first..<last)
        guard !visible.isEmpty else { return nil }
        let scores = visible.map { key in
            0.3
                * zip(queries[query], stored(keys[key - first])).reduce(0) {
                    $0 + Double($1.0) * $1.1
                }
        }
        let largest = scores.max() ?? 0
        var out = [Double](repeating: 0, count: valueDim)
        var sum = 0.0
        for (score, key) in zip(scores, visible) {
            let p = sw_exp(score - largest)
            sum += p
            for (d, v) in stored(values[key - first]).enumerated() { out[d] += p * v }
        }
        return (largest, sum, out)
    }

    private func stored(_ x: [Float]) -> [Double] {
        switch type {
        case SW_KV_BF16: return x.map { Double(sw_bf16_to_f32(sw_f32_to_bf16($0))) }
        case SW_KV_F16: return x.map { Double(sw_f16_to_f32(sw_f32_to_f16($0))) }
        case SW_KV_INT8:
            let scale = (x.map { abs($0) }.max() ?? 0) / 127
            return x.map { Double(($0 * (1 / scale)).rounded(.toNearestOrEven)) * Double(scale) }
        default: return x.map { Double($0) }
        }
    }
}

@Suite("Attention over a span") struct AttentionTests {
    private static let types = [SW_KV_F32, SW_KV_BF16, SW_KV_F16, SW_KV_INT8]

    @Test(
        "every row gives the scalar row's bits: causal, windows, ragged ends",
        arguments: kernelRows())
    func rowsAgree(row: KernelRow) throws {
        let scalar = try #require(kernelRows().first)
        var random = SplitMix(seed: 71)
        for trial in 0..<160 {
            let type = Self.types[trial % 4]
            let first = 512 * (trial % 3)
            let keys = Int.random(in: 1...(trial % 10 == 0 ? 512 : 150), using: &random)
            let span = Span(
                type, headDim: Int.random(in: 1...70, using: &random),
                valueDim: Int.random(in: 1...90, using: &random), first: first, keys: keys,
                queries: Int.random(in: 1...9, using: &random), edges: trial % 5 == 4, &random
            ) { _, random in
                let last = Int.random(in: first - 20...first + keys + 20, using: &random)
                let width = Int.random(in: 0...(trial % 2 == 0 ? 40 : 2000), using: &random)
                return max(0, max(0, last) - width)..<max(0, last)
            }
            let found = span.result(by: row).allBits
            #expect(found == span.result(by: scalar).allBits, "trial \(trial)")
        }
    }

    @Test("every row is attention, by doubles", arguments: kernelRows())
    func reference(row: KernelRow) {
        var random = SplitMix(seed: 72)
        for type in Self.types {
            let span = Span(
                type, headDim: 24, valueDim: 40, first: 512, keys: 133, queries: 5, &random
            ) { query, _ in 500 + query * 20..<520 + query * 30 }
            let found = span.result(by: row)
            for query in 0..<5 {
                guard let exact = span.reference(query: query) else {
                    #expect(found.max[query] == -.infinity && found.sum[query] == 0)
                    continue
                }
                #expect(abs(Double(found.max[query]) - exact.largest) < 1e-5)
                #expect(abs(Double(found.sum[query]) - exact.sum) < 1e-5 * exact.sum)
                for d in 0..<40 {
                    let out = Double(found.out[query * 41 + d])
                    #expect(abs(out - exact.out[d]) < 2e-5 * exact.sum)
                }
            }
        }
    }

    @Test("a query's bits do not depend on the queries beside it", arguments: kernelRows())
    func batchInvariance(row: KernelRow) {
        var random = SplitMix(seed: 73)
        for type in Self.types {
            let span = Span(
                type, headDim: 16, valueDim: 33, first: 0, keys: 200, queries: 7, &random
            ) { query, _ in query * 9..<100 + query * 15 }
            let all = span.result(by: row)
            for query in 0..<7 {
                var alone = span
                alone.queries = [span.queries[query]]
                alone.ranges = [span.ranges[query]]
                let found = alone.result(by: row)
                #expect(found.max == [all.max[query]] && found.sum == [all.sum[query]])
                #expect(found.out == Array(all.out[query * 34..<query * 34 + 33]))
            }
        }
    }

    @Test("masked keys leave no trace, whatever they hold", arguments: kernelRows())
    func maskedFaults(row: KernelRow) {
        var random = SplitMix(seed: 74)
        for type in Self.types {
            var span = Span(
                type, headDim: 8, valueDim: 20, first: 0, keys: 100, queries: 3, &random
            ) { query, _ in 10 + query..<70 + query }
            let clean = span.result(by: row)
            for key in Array(0..<10) + Array(72..<100) {
                span.keys[key][3] = .nan
                span.values[key][5] = .infinity
            }
            #expect(span.result(by: row).allBits == clean.allBits)
        }
    }

    @Test(
        "a visible fault makes its queries' sum and maximum NaN and no other's",
        arguments: kernelRows())
    func visibleFaults(row: KernelRow) {
        var random = SplitMix(seed: 75)
        for type in Self.types {
            for broken: Float in [.nan, .infinity] {
                var span = Span(
                    type, headDim: 8, valueDim: 20, first: 0, keys: 100, queries: 2, &random
                ) { query, _ in query * 50..<50 + query * 50 }
                span.keys[20][3] = broken
                span.queries[0][3] = 1
                let found = span.result(by: row)
                #expect(found.sum[0].isNaN && found.max[0].isNaN)
                #expect(found.sum[1].isFinite && found.max[1].isFinite)
                #expect(found.out[21..<41].allSatisfy { $0.isFinite })
            }
        }
    }

    @Test("spans merge into the whole's attention")
    func merging() throws {
        let scalar = try #require(kernelRows().first)
        var random = SplitMix(seed: 76)
        let whole = Span(
            SW_KV_F32, headDim: 16, valueDim: 24, first: 0, keys: 512, queries: 1, &random
        ) { _, _ in 0..<512 }
        let exact = try #require(whole.reference(query: 0))
        // The two halves as spans of their own. The kernel's arithmetic allows this.
        var lower = whole
        var upper = whole
        lower.ranges = [0..<200]
        upper.ranges = [200..<512]
        var (a, b) = (lower.result(by: scalar), upper.result(by: scalar))
        unsafe sw_attention_merge(&a.max, &a.sum, &a.out, b.max[0], b.sum[0], b.out, 24)
        #expect(abs(Double(a.max[0]) - exact.largest) < 1e-5)
        #expect(abs(Double(a.sum[0]) - exact.sum) < 1e-5 * exact.sum)
        for d in 0..<24 { #expect(abs(Double(a.out[d]) - exact.out[d]) < 1e-4 * exact.sum) }
    }

    @Test("merging follows its definition bit for bit, and passes empty spans over")
    func mergeDefinition() {
        var random = SplitMix(seed: 77)
        for (m1, m2) in [(1, 2), (2, 1), (-Float.infinity, 3), (3, -Float.infinity), (5, 5)] {
            let out1 = m1 == -.infinity ? [Float](repeating: 0, count: 37) : random.floats(37)
            let out2 = random.floats(37)
            let (l1, l2): (Float, Float) = (m1 == -.infinity ? 0 : 4.5, 3.25)
            var (max, sum, out) = (m1, l1, out1)
            unsafe sw_attention_merge(&max, &sum, &out, m2, l2, out2, 37)
            if m2 == -.infinity {
                #expect(max == m1 && sum == l1 && out == out1)
                continue
            }
            let merged = Swift.max(m1, m2)
            let a = m1 == -.infinity ? 0 : sw_expf(m1 - merged)
            let b = sw_expf(m2 - merged)
            #expect(max == merged)
            #expect(sum == (l2 * b).addingProduct(l1, a))
            #expect(out == zip(out1, out2).map { ($1 * b).addingProduct($0, a) })
        }
        var (max, sum, out): (Float, Float, [Float]) = (1, 2, [3])
        unsafe sw_attention_merge(&max, &sum, &out, .nan, .nan, [1], 1)
        #expect(max.isNaN && sum.isNaN && out[0].isNaN)
        unsafe sw_attention_merge(&max, &sum, &out, 4, 1, [1], 1)
        #expect(max.isNaN && sum.isNaN && out[0].isNaN)
    }
}
