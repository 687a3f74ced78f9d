import CKernels
package import Compute

extension CPUBackend {
    package func attention(
        _ x: Tensor, _ shape: AttentionShape, _ layer: KVLayer, _ batch: ForwardBatch
    ) -> Tensor {
        precondition(
            x.columns == shape.queryColumns + 2 * shape.keyColumns, "queries, keys and values")
        let result = arena.take(x.rows, shape.queryColumns)
        let mark = arena.top
        defer { arena.release(to: mark) }
        storeKeysAndValues(x, shape, layer, batch)
        attend(x, shape, layer, batch, into: result)
        return result
    }

    // MARK: Writing

    private func storeKeysAndValues(
        _ x: Tensor, _ shape: AttentionShape, _ layer: KVLayer, _ batch: ForwardBatch
    ) {
        parallel(taskCount(rows: x.rows)) { task, _ in
            guard let cache else { preconditionFailure("attention needs a KV cache") }
            var chunk = 0
            for row in rows(of: task, total: x.rows) {
                while row >= batch.chunks[chunk].firstRow + batch.chunks[chunk].count { chunk += 1 }
                let position = Int(batch.positions[row])
                let table = batch.chunks[chunk].tables[layer.group]
                let block = batch.tables[table + position / KVCacheLayout.blockTokens]
                precondition(block >= 0, "a token is written where a block stands")
                let keys = unsafe arena.floats(x) + row * x.columns + shape.queryColumns
                for head in 0..<shape.kvHeads {
                    let place = cache.head(head, of: layer, block: block)
                    unsafe sw_kv_store(
                        cache.kernelType, keys + head * shape.headDim, shape.headDim,
                        keys + shape.keyColumns + head * shape.headDim, shape.headDim,
                        place.keys, place.values, position % KVCacheLayout.blockTokens,
                        place.keyScales, place.valueScales)
                }
            }
        }
    }

    // MARK: Reading

    private func attend(
        _ x: Tensor, _ shape: AttentionShape, _ layer: KVLayer, _ batch: ForwardBatch,
        into result: Tensor
    ) {
        let plan = AttentionPlan(batch, shape, rowsMax: x.rows)
        if plan.tasks >= 2 * threads || plan.spansMax <= 1 {
            parallel(plan.tasks) { task, worker in
                let work = AttentionWork(self, plan, shape, task: task, worker: worker)
                for span in work.spans {
                    work.attend(span, x, layer, into: work.spanState)
                    work.merge(work.spanState, into: work.state)
                }
                work.finish(work.state, into: result)
            }
        } else {
            attendBySpans(x, shape, layer, plan, into: result)
        }
    }

    /// Few sequences with much context: the spans of one are computed side by side, then merged in
    /// order, which gives the same bits.
    private func attendBySpans(
        _ x: Tensor, _ shape: AttentionShape, _ layer: KVLayer, _ plan: AttentionPlan,
        into result: Tensor
    ) {
        let states = arena.take(
            plan.tasks * plan.spansMax,
            AttentionWork.stateFloats(queries: plan.queriesMax, shape.headDim))
        func state(_ task: Int, _ span: Int) -> AttentionState {
            unsafe AttentionState(
                arena.floats(states) + (task * plan.spansMax + span) * states.columns,
                queries: plan.queriesMax, valueDim: shape.headDim)
        }
        parallel(plan.tasks * plan.spansMax) { task, worker in
            let work = AttentionWork(
                self, plan, shape, task: task / plan.spansMax, worker: worker)
            let span = task % plan.spansMax
            if work.spans.contains(span) {
                work.attend(span, x, layer, into: state(task / plan.spansMax, span))
            }
        }
        parallel(plan.tasks) { task, worker in
            let work = AttentionWork(self, plan, shape, task: task, worker: worker)
            for span in work.spans {
                work.merge(state(task, span), into: work.state)
            }
            work.finish(work.state, into: result)
        }
    }
}

/// How a batch's attention is cut into tasks: one a chunk's run of tokens and KV head.
struct AttentionPlan {
    let batch: ForwardBatch
    let kvHeads: Int
    /// Tokens of one task.
    let tokensPerTask: Int
    /// Queries of one task: tokens times the query heads that share a KV head.
    let queriesMax: Int
    let tasks: Int
    /// Spans that the longest task reads.
    let spansMax: Int

    /// Queries that share one reading of a key tile.
    private static let queriesPerTask = 48

    init(_ batch: ForwardBatch, _ shape: AttentionShape, rowsMax: Int) {
        let group = shape.queryHeads / shape.kvHeads
        let tokens = max(1, Self.queriesPerTask / group)
        self.batch = batch
        kvHeads = shape.kvHeads
        tokensPerTask = tokens
        queriesMax = min(tokens, max(rowsMax, 1)) * group
        var runs = 0
        var spans = 0
        for chunk in batch.chunks {
            runs += (chunk.count + tokens - 1) / tokens
            let last = chunk.firstPosition + chunk.count
            let first = shape.window.map { max(0, chunk.firstPosition + 1 - $0) } ?? 0
            spans = max(spans, (last - 1) / AttentionWork.span - first / AttentionWork.span + 1)
        }
        tasks = runs * shape.kvHeads
        spansMax = spans
    }

    /// The chunk, the tokens of it and the KV head of a task.
    func place(_ task: Int) -> (chunk: ForwardBatch.Chunk, tokens: Range<Int>, head: Int) {
        var run = task / kvHeads
        for chunk in batch.chunks {
            let runs = (chunk.count + tokensPerTask - 1) / tokensPerTask
            if run < runs {
                let first = run * tokensPerTask
                return (
                    chunk, first..<min(first + tokensPerTask, chunk.count), task % kvHeads
                )
            }
            run -= runs
        }
        preconditionFailure("no such task")
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

/// One task of attention: the queries of some tokens of one sequence for one KV head.
@safe struct AttentionWork {
    static let span = SW_SPAN

    private let backend: CPUBackend
    private let shape: AttentionShape
    private let batch: ForwardBatch
    private let chunk: ForwardBatch.Chunk
    private let tokens: Range<Int>
    private let head: Int
    private let group: Int
    /// The spans that any of the queries sees, by index; absolute position `512 * index`.
    let spans: ClosedRange<Int>
    /// What the spans so far add up to.
    let state: AttentionState
    /// Where one span's state goes before it is merged.
    let spanState: AttentionState
    private let queries: UnsafeMutablePointer<UnsafePointer<Float>?>
    private let first: UnsafeMutablePointer<Int32>
    private let last: UnsafeMutablePointer<Int32>
    /// Four lists of a span's blocks.
    private let blocks: UnsafeMutablePointer<UnsafeRawPointer?>

    private var count: Int { tokens.count * group }
    private static let blocksOfSpan = span / KVCacheLayout.blockTokens

    static func stateFloats(queries: Int, _ valueDim: Int) -> Int {
        queries * (valueDim + 2)
    }

    init(
        _ backend: CPUBackend, _ plan: AttentionPlan, _ shape: AttentionShape, task: Int,
        worker: Int
    ) {
        let place = plan.place(task)
        self.backend = backend
        self.shape = shape
        batch = plan.batch
        chunk = place.chunk
        tokens = place.tokens
        head = place.head
        group = shape.queryHeads / shape.kvHeads
        let firstPosition = chunk.firstPosition + tokens.lowerBound
        let firstVisible = shape.window.map { Swift.max(0, firstPosition + 1 - $0) } ?? 0
        let lastVisible = chunk.firstPosition + tokens.upperBound - 1
        spans = firstVisible / Self.span...lastVisible / Self.span
        let queriesMax = plan.queriesMax
        let stateBytes = Self.stateFloats(queries: queriesMax, shape.headDim) * 4
        let needed =
            2 * stateBytes + queriesMax * 16 + 4 * Self.blocksOfSpan * MemoryLayout<Int>.size
        precondition(needed <= CPUBackend.scratchBytes, "a worker's scratch holds a task's state")
        var place8 = unsafe backend.scratch(worker)
        unsafe queries = place8.assumingMemoryBound(to: UnsafePointer<Float>?.self)
        unsafe place8 += queriesMax * 8
        unsafe blocks = place8.assumingMemoryBound(to: UnsafeRawPointer?.self)
        unsafe place8 += 4 * Self.blocksOfSpan * MemoryLayout<Int>.size
        unsafe first = place8.assumingMemoryBound(to: Int32.self)
        unsafe last = first + queriesMax
        unsafe place8 += queriesMax * 8
        unsafe state = AttentionState(
            place8.assumingMemoryBound(to: Float.self), queries: queriesMax,
            valueDim: shape.headDim)
        unsafe spanState = AttentionState(
            (place8 + stateBytes).assumingMemoryBound(to: Float.self), queries: queriesMax,
            valueDim: shape.headDim)
        for query in 0..<count {
            unsafe state.max[query] = -.infinity
            unsafe state.sum[query] = 0
        }
        unsafe state.out.update(repeating: 0, count: count * shape.headDim)
    }

    /// Attends to one span alone.
    func attend(_ span: Int, _ x: Tensor, _ layer: KVLayer, into target: AttentionState) {
        let spanFirst = span * Self.span
        let written = chunk.firstPosition + tokens.upperBound
        let spanLast = Swift.min(spanFirst + Self.span, written)
        writeQueries(x)
        let hasScales = writeBlocks(spanFirst, spanLast, layer)
        guard let cache = backend.cache else { preconditionFailure("attention needs a KV cache") }
        let scales = unsafe UnsafeRawPointer(blocks + 2 * Self.blocksOfSpan)
            .assumingMemoryBound(to: UnsafePointer<Float>?.self)
        var arguments = unsafe sw_attention_span(
            queries: queries, first: first, last: last, count: count, span_first: spanFirst,
            span_last: spanLast, k_blocks: blocks, v_blocks: blocks + Self.blocksOfSpan,
            k_scales: hasScales ? scales : nil,
            v_scales: hasScales ? scales + Self.blocksOfSpan : nil, head_dim: shape.headDim,
            value_dim: shape.headDim, type: cache.kernelType, scale: shape.scale, max: target.max,
            sum: target.sum, out: target.out, out_stride: shape.headDim)
        unsafe backend.kernels.attention(&arguments)
    }

    func merge(_ later: AttentionState, into state: AttentionState) {
        for query in 0..<count {
            unsafe sw_attention_merge(
                state.max + query, state.sum + query, state.out + query * shape.headDim,
                later.max[query], later.sum[query], later.out + query * shape.headDim,
                shape.headDim)
        }
    }

    /// Divides by the sums and writes the outputs.
    func finish(_ state: AttentionState, into result: Tensor) {
        for query in 0..<count {
            let row = chunk.firstRow + tokens.lowerBound + query / group
            let column = (head * group + query % group) * shape.headDim
            unsafe backend.kernels.multiply(
                1 / state.sum[query], state.out + query * shape.headDim, shape.headDim,
                backend.arena.floats(result) + row * result.columns + column)
        }
    }

    private func writeQueries(_ x: Tensor) {
        for query in 0..<count {
            let token = tokens.lowerBound + query / group
            let position = chunk.firstPosition + token
            let column = (head * group + query % group) * shape.headDim
            unsafe queries[query] = UnsafePointer(
                backend.arena.floats(x) + (chunk.firstRow + token) * x.columns + column)
            unsafe first[query] = Int32(
                shape.window.map { Swift.max(0, position + 1 - $0) } ?? 0)
            unsafe last[query] = Int32(position + 1)
        }
    }

    /// Writes where the span's blocks lie; true when they have scales.
    private func writeBlocks(_ spanFirst: Int, _ spanLast: Int, _ layer: KVLayer) -> Bool {
        guard let cache = backend.cache else { preconditionFailure("attention needs a KV cache") }
        let table = chunk.tables[layer.group] + spanFirst / KVCacheLayout.blockTokens
        let size = KVCacheLayout.blockTokens
        let blockCount = (spanLast - spanFirst + size - 1) / size
        for index in 0..<blockCount {
            let place = cache.head(head, of: layer, block: batch.tables[table + index])
            unsafe blocks[index] = UnsafeRawPointer(place.keys)
            unsafe blocks[Self.blocksOfSpan + index] = unsafe UnsafeRawPointer(place.values)
            unsafe blocks[2 * Self.blocksOfSpan + index] = unsafe UnsafeRawPointer(place.keyScales)
            unsafe blocks[3 * Self.blocksOfSpan + index] = unsafe UnsafeRawPointer(
                place.valueScales)
        }
        return cache.type == .int8
    }
}
