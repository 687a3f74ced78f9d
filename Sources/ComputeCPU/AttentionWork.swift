import CKernels
import Compute
import Generation

/// What all tasks of one attention read.
@safe struct AttentionInputs {
    let plan: AttentionPlan
    let layer: KVLayer
    let cache: KVCacheMemory.Layer
    let tables: [Int32]
    let queries: Rows<Float>
    /// `[queryHeads]`; nil if the model has none.
    let sinks: StoredVector?
    let kernels: sw_kernels
    let scratch: Scratch

    init(_ backend: CPUBackend, _ plan: AttentionPlan, _ queries: Tensor, _ layer: KVLayer) {
        guard let cache = backend.cache else { preconditionFailure("attention needs a KV cache") }
        self.plan = plan
        self.layer = layer
        self.cache = cache.layer(layer)
        tables = backend.step.tables
        self.queries = backend.arena.rows(queries)
        sinks = plan.shape.sinks.map { backend.vectors[$0.index] }
        unsafe kernels = unsafe backend.kernels
        scratch = backend.scratch
    }
}

/// The running softmax of some queries: maxima, sums and unnormalized outputs.
@safe struct AttentionState {
    let max: UnsafeMutablePointer<Float>
    let sum: UnsafeMutablePointer<Float>
    /// `[queries, valueDim]`.
    let out: UnsafeMutablePointer<Float>

    init(_ base: UnsafeMutablePointer<Float>, queries: Int, valueDim: Int) {
        unsafe max = base
        unsafe sum = base + queries
        unsafe out = base + 2 * queries
    }
}

/// One task of attention: queries of some tokens of one sequence, for one KV head.
@safe struct AttentionWork {
    static let span = SW_SPAN

    private let inputs: AttentionInputs
    private let shape: AttentionShape
    private let chunk: ForwardBatch.Chunk
    private let tokens: Range<Int>
    /// The KV head, and the query heads of this task.
    private let head: Int
    private let queryHeads: Range<Int>
    /// The indices of the spans that any of the queries sees.
    let spans: ClosedRange<Int>
    /// The merged state of the spans computed so far.
    let state: AttentionState
    /// The state of one span, before it is merged.
    let spanState: AttentionState
    private let queries: UnsafeMutablePointer<UnsafePointer<Float>?>
    private let first: UnsafeMutablePointer<Int32>
    private let last: UnsafeMutablePointer<Int32>
    /// Four lists with an entry for each block of a span: keys, values and their scales.
    private let blocks: UnsafeMutablePointer<UnsafeRawPointer?>

    private var count: Int { tokens.count * queryHeads.count }
    private static let blocksOfSpan = span / KVCacheLayout.blockTokens

    static func stateFloats(queries: Int, _ valueDim: Int) -> Int {
        queries * (valueDim + 2)
    }

    /// Bytes of a worker's scratch memory that a task needs: two states, the queries and the range
    /// of keys each sees, and the span's blocks.
    static func scratchBytes(queries: Int, _ valueDim: Int) -> Int {
        2 * stateFloats(queries: queries, valueDim) * 4 + queries * 16
            + 4 * blocksOfSpan * MemoryLayout<Int>.size
    }

    init(_ inputs: AttentionInputs, task: Int, worker: Int) {
        let place = inputs.plan.place(task)
        self.inputs = inputs
        shape = inputs.plan.shape
        chunk = place.run.chunk
        tokens = place.run.tokens
        spans = place.run.spans
        head = place.head
        queryHeads = place.queryHeads
        let queriesMax = inputs.plan.queriesMax
        let stateBytes = Self.stateFloats(queries: queriesMax, shape.valueDim) * 4
        precondition(
            Self.scratchBytes(queries: queriesMax, shape.valueDim) <= Scratch.workerBytes,
            "a worker's scratch holds a task's state")
        var place8 = unsafe UnsafeMutableRawPointer(
            inputs.scratch.values(of: UInt8.self, worker))
        unsafe queries = place8.assumingMemoryBound(to: UnsafePointer<Float>?.self)
        unsafe place8 += queriesMax * 8
        unsafe blocks = place8.assumingMemoryBound(to: UnsafeRawPointer?.self)
        unsafe place8 += 4 * Self.blocksOfSpan * MemoryLayout<Int>.size
        unsafe first = place8.assumingMemoryBound(to: Int32.self)
        unsafe last = first + queriesMax
        unsafe place8 += queriesMax * 8
        unsafe state = AttentionState(
            place8.assumingMemoryBound(to: Float.self), queries: queriesMax,
            valueDim: shape.valueDim)
        unsafe spanState = AttentionState(
            (place8 + stateBytes).assumingMemoryBound(to: Float.self), queries: queriesMax,
            valueDim: shape.valueDim)
    }

    /// Resets a state to that of no keys.
    func reset(_ state: AttentionState) {
        for query in 0..<count {
            unsafe state.max[query] = -.infinity
            unsafe state.sum[query] = 0
        }
        unsafe state.out.update(repeating: 0, count: count * shape.valueDim)
    }

    /// Computes the attention over one span, by itself.
    func attend(_ span: Int, into target: AttentionState) {
        let spanFirst = span * Self.span
        let written = chunk.firstPosition + tokens.upperBound
        let spanLast = Swift.min(spanFirst + Self.span, written)
        writeQueries()
        writeBlocks(spanFirst, spanLast)
        let hasScales = inputs.cache.hasScales
        let scales = unsafe UnsafeRawPointer(blocks + 2 * Self.blocksOfSpan)
            .assumingMemoryBound(to: UnsafePointer<Float>?.self)
        var arguments = unsafe sw_attention_span(
            queries: queries, first: first, last: last, count: count, span_first: spanFirst,
            span_last: spanLast, k_blocks: blocks, v_blocks: blocks + Self.blocksOfSpan,
            k_scales: hasScales ? scales : nil,
            v_scales: hasScales ? scales + Self.blocksOfSpan : nil, head_dim: shape.headDim,
            value_dim: shape.valueDim, type: inputs.cache.type, scale: shape.scale, max: target.max,
            sum: target.sum, out: target.out, out_stride: shape.valueDim)
        unsafe inputs.kernels.attention(&arguments)
    }

    func merge(_ later: AttentionState, into state: AttentionState) {
        for query in 0..<count {
            unsafe sw_attention_merge(
                state.max + query, state.sum + query, state.out + query * shape.valueDim,
                later.max[query], later.sum[query], later.out + query * shape.valueDim,
                shape.valueDim)
        }
    }

    /// Divides by the sums and writes the outputs.
    func finish(_ state: AttentionState, into result: Rows<Float>) {
        for query in 0..<count {
            let row = chunk.firstRow + tokens.lowerBound + query / queryHeads.count
            let queryHead = queryHeads.lowerBound + query % queryHeads.count
            let factor = unsafe factor(max: state.max[query], sum: state.sum[query], queryHead)
            unsafe inputs.kernels.multiply(
                factor, state.out + query * shape.valueDim, shape.valueDim,
                result[row] + queryHead * shape.valueDim)
        }
    }

    /// The factor of a query's outputs: 1 / sum. A sink is one more term of the sum.
    private func factor(max: Float, sum: Float, _ queryHead: Int) -> Float {
        guard let sinks = inputs.sinks else { return 1 / sum }
        let sink = unsafe sinks.base[queryHead]
        let largest = max > sink ? max : sink
        let correction = sw_expf(max - largest)
        return correction / sw_expf(sink - largest).addingProduct(sum, correction)
    }

    private func writeQueries() {
        for query in 0..<count {
            let token = tokens.lowerBound + query / queryHeads.count
            let position = chunk.firstPosition + token
            let column = (queryHeads.lowerBound + query % queryHeads.count) * shape.headDim
            unsafe queries[query] = UnsafePointer(
                inputs.queries[chunk.firstRow + token] + column)
            unsafe first[query] = Int32(
                shape.window.map { Swift.max(0, position + 1 - $0) } ?? 0)
            unsafe last[query] = Int32(position + 1)
        }
    }

    /// Writes the addresses of the span's blocks and of their scales.
    private func writeBlocks(_ spanFirst: Int, _ spanLast: Int) {
        let table = chunk.table(inputs.layer.group) + spanFirst / KVCacheLayout.blockTokens
        let size = KVCacheLayout.blockTokens
        let blockCount = (spanLast - spanFirst + size - 1) / size
        for index in 0..<blockCount {
            let place = inputs.cache.head(head, block: inputs.tables[table + index])
            unsafe blocks[index] = UnsafeRawPointer(place.keys)
            unsafe blocks[Self.blocksOfSpan + index] = unsafe UnsafeRawPointer(place.values)
            unsafe blocks[2 * Self.blocksOfSpan + index] = unsafe UnsafeRawPointer(place.keyScales)
            unsafe blocks[3 * Self.blocksOfSpan + index] = unsafe UnsafeRawPointer(
                place.valueScales)
        }
    }
}
