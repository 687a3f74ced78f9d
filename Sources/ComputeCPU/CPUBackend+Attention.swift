import CKernels
package import Compute

extension CPUBackend {
    package func attention(
        _ x: Tensor, _ shape: AttentionShape, _ layer: KVLayer, _ batch: ForwardBatch
    ) -> Tensor {
        let keys = shape.queryColumns
        let values = keys + shape.keyColumns
        precondition(x.columns == values + shape.valueColumns, "queries, keys and values")
        store(keys: x, at: keys, values: x, at: values, shape, layer, batch)
        return attend(x, shape, layer, batch)
    }

    // MARK: Writing

    /// Writes keys and values, found in the columns from `column` on, to the cache.
    func store(
        keys: Tensor, at keyColumn: Int, values: Tensor, at valueColumn: Int,
        _ shape: AttentionShape, _ layer: KVLayer, _ batch: ForwardBatch
    ) {
        precondition(keyColumn + shape.keyColumns <= keys.columns, "keys lie in the tensor")
        precondition(valueColumn + shape.valueColumns <= values.columns, "so do values")
        parallel(taskCount(rows: keys.rows)) { task, _ in
            guard let cache else { preconditionFailure("attention needs a KV cache") }
            var chunk = 0
            for row in rows(of: task, total: keys.rows) {
                while row >= batch.chunks[chunk].firstRow + batch.chunks[chunk].count { chunk += 1 }
                let position = Int(batch.positions[row])
                let table = batch.chunks[chunk].tables[layer.group]
                let block = batch.tables[table + position / KVCacheLayout.blockTokens]
                precondition(block >= 0, "a token is written where a block stands")
                let key = unsafe arena.floats(keys) + row * keys.columns + keyColumn
                let value = unsafe arena.floats(values) + row * values.columns + valueColumn
                let slot = position % KVCacheLayout.blockTokens
                for head in 0..<shape.kvHeads {
                    let place = cache.head(head, of: layer, block: block)
                    unsafe sw_kv_store(
                        cache.kernelType, key + head * shape.headDim, shape.headDim,
                        value + head * shape.valueDim, shape.valueDim, place.keys, place.values,
                        slot, place.keyScales.map { unsafe $0 + slot },
                        place.valueScales.map { unsafe $0 + slot })
                }
            }
        }
    }

    // MARK: Reading

    /// Returns `[tokens, queryHeads * valueDim]`. The queries are the first columns of `queries`.
    func attend(
        _ queries: Tensor, _ shape: AttentionShape, _ layer: KVLayer, _ batch: ForwardBatch
    ) -> Tensor {
        let result = arena.take(queries.rows, shape.outputColumns)
        let mark = arena.top
        defer { arena.release(to: mark) }
        let plan = AttentionPlan(batch, shape, rows: queries.rows)
        // Every step takes this memory, so that a step's memory depends only on its number of rows.
        let states = SpanStates(self, plan, shape)
        if arena.isMeasuring { return result }
        if plan.tasks > states.tasksMax || plan.spansMax <= 1 {
            parallel(plan.tasks) { task, worker in
                let work = AttentionWork(self, plan, shape, task: task, worker: worker)
                work.reset(work.state)
                for span in work.spans {
                    work.attend(span, queries, layer, into: work.spanState)
                    work.merge(work.spanState, into: work.state)
                }
                work.finish(work.state, into: result)
            }
        } else {
            attendBySpans(queries, shape, layer, plan, states, into: result)
        }
        return result
    }

    /// For few sequences with much context. Several spans of each task are computed in parallel,
    /// then merged in order, which gives the same bits as computing them in turn; then the next
    /// spans.
    private func attendBySpans(
        _ queries: Tensor, _ shape: AttentionShape, _ layer: KVLayer, _ plan: AttentionPlan,
        _ states: SpanStates, into result: Tensor
    ) {
        let width = states.spans(tasks: plan.tasks)
        for first in stride(from: 0, to: plan.spansMax, by: width) {
            parallel(plan.tasks * width) { item, worker in
                let (task, index) = (item / width, item % width)
                let work = AttentionWork(self, plan, shape, task: task, worker: worker)
                // A window may begin after the first span, so spans are counted from the task's
                // first.
                let span = work.spans.lowerBound + first + index
                guard work.spans.contains(span) else { return }
                work.attend(span, queries, layer, into: states.span(item))
            }
            parallel(plan.tasks) { task, worker in
                let work = AttentionWork(self, plan, shape, task: task, worker: worker)
                if first == 0 { work.reset(states.running(task)) }
                for index in 0..<width where first + index < work.spans.count {
                    work.merge(states.span(task * width + index), into: states.running(task))
                }
                if first + width >= plan.spansMax {
                    work.finish(states.running(task), into: result)
                }
            }
        }
    }
}

/// Where the running softmax of a few tasks, and of some of their spans, lies in the arena.
private struct SpanStates {
    /// The most tasks whose spans are computed in parallel. More tasks keep all threads busy by
    /// themselves.
    let tasksMax: Int
    private let spansMax: Int
    private let memory: Tensor
    private let backend: CPUBackend
    private let queries: Int
    private let valueDim: Int

    /// Spans a thread computes between two merges.
    private static let spansPerThread = 16

    init(_ backend: CPUBackend, _ plan: AttentionPlan, _ shape: AttentionShape) {
        tasksMax = 2 * backend.threads - 1
        spansMax = Self.spansPerThread * backend.threads
        self.backend = backend
        queries = plan.queriesMax
        valueDim = shape.valueDim
        memory = backend.arena.take(
            tasksMax + spansMax, AttentionWork.stateFloats(queries: queries, valueDim))
    }

    /// How many spans of each task are computed in parallel if there are `tasks` tasks.
    func spans(tasks: Int) -> Int { spansMax / tasks }

    func running(_ task: Int) -> AttentionState { state(task) }
    func span(_ index: Int) -> AttentionState { state(tasksMax + index) }

    private func state(_ row: Int) -> AttentionState {
        unsafe AttentionState(
            backend.arena.floats(memory) + row * memory.columns, queries: queries,
            valueDim: valueDim)
    }
}

/// How a batch's attention is cut into tasks. A task is a run of tokens of one chunk and some or
/// all query heads of one KV head.
struct AttentionPlan {
    let batch: ForwardBatch
    /// Tokens in a task.
    let tokensPerTask: Int
    /// The most query heads in a task, all of one KV head.
    let headsPerTask: Int
    /// How many tasks the query heads of one run of tokens are divided into.
    private let headTasks: Int
    /// Query heads that share a KV head.
    private let group: Int
    /// The most queries in a task: tokens times query heads.
    let queriesMax: Int
    let tasks: Int
    /// Spans that the longest task reads.
    let spansMax: Int

    /// Queries that share one reading of a key tile.
    static let queriesPerTask = 48

    init(_ batch: ForwardBatch, _ shape: AttentionShape, rows: Int) {
        group = shape.queryHeads / shape.kvHeads
        let parts = (group + Self.queriesPerTask - 1) / Self.queriesPerTask
        headsPerTask = (group + parts - 1) / parts
        headTasks = shape.kvHeads * parts
        let tokens = max(1, Self.queriesPerTask / headsPerTask)
        self.batch = batch
        tokensPerTask = tokens
        queriesMax = min(tokens, max(rows, 1)) * headsPerTask
        var runs = 0
        var spans = 0
        for chunk in batch.chunks {
            runs += (chunk.count + tokens - 1) / tokens
            let last = chunk.firstPosition + chunk.count
            let first = shape.window.map { max(0, chunk.firstPosition + 1 - $0) } ?? 0
            spans = max(spans, (last - 1) / AttentionWork.span - first / AttentionWork.span + 1)
        }
        tasks = runs * headTasks
        spansMax = spans
    }

    /// A task's chunk, its tokens in that chunk, its KV head and its query heads.
    func place(_ task: Int) -> (
        chunk: ForwardBatch.Chunk, tokens: Range<Int>, head: Int, queryHeads: Range<Int>
    ) {
        var run = task / headTasks
        let parts = (group + headsPerTask - 1) / headsPerTask
        let (head, part) = (task % headTasks / parts, task % headTasks % parts)
        let firstHead = part * headsPerTask
        let queryHeads =
            head * group + firstHead..<head * group + min(firstHead + headsPerTask, group)
        for chunk in batch.chunks {
            let runs = (chunk.count + tokensPerTask - 1) / tokensPerTask
            if run < runs {
                let first = run * tokensPerTask
                return (chunk, first..<min(first + tokensPerTask, chunk.count), head, queryHeads)
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

/// One task of attention: queries of some tokens of one sequence, for one KV head.
@safe struct AttentionWork {
    static let span = SW_SPAN

    private let backend: CPUBackend
    private let shape: AttentionShape
    private let batch: ForwardBatch
    private let chunk: ForwardBatch.Chunk
    private let tokens: Range<Int>
    /// The KV head, and the query heads of this task.
    private let head: Int
    private let queryHeads: Range<Int>
    /// The indices of the spans that any of the queries sees. Span `index` begins at absolute
    /// position `512 * index`.
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
        queryHeads = place.queryHeads
        let firstPosition = chunk.firstPosition + tokens.lowerBound
        let firstVisible = shape.window.map { Swift.max(0, firstPosition + 1 - $0) } ?? 0
        let lastVisible = chunk.firstPosition + tokens.upperBound - 1
        spans = firstVisible / Self.span...lastVisible / Self.span
        let queriesMax = plan.queriesMax
        let stateBytes = Self.stateFloats(queries: queriesMax, shape.valueDim) * 4
        precondition(
            Self.scratchBytes(queries: queriesMax, shape.valueDim) <= CPUBackend.scratchBytes,
            "a worker's scratch holds a task's state")
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
            value_dim: shape.valueDim, type: cache.kernelType, scale: shape.scale, max: target.max,
            sum: target.sum, out: target.out, out_stride: shape.valueDim)
        unsafe backend.kernels.attention(&arguments)
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
    func finish(_ state: AttentionState, into result: Tensor) {
        for query in 0..<count {
            let row = chunk.firstRow + tokens.lowerBound + query / queryHeads.count
            let queryHead = queryHeads.lowerBound + query % queryHeads.count
            let factor = unsafe factor(max: state.max[query], sum: state.sum[query], queryHead)
            unsafe backend.kernels.multiply(
                factor, state.out + query * shape.valueDim, shape.valueDim,
                backend.arena.floats(result) + row * result.columns + queryHead * shape.valueDim)
        }
    }

    /// The factor of a query's outputs: 1 / sum. A sink is one more term of the sum.
    private func factor(max: Float, sum: Float, _ queryHead: Int) -> Float {
        guard let sinks = shape.sinks else { return 1 / sum }
        let sink = backend.vectors[sinks.index][queryHead]
        let largest = max > sink ? max : sink
        let correction = sw_expf(max - largest)
        return correction / sw_expf(sink - largest).addingProduct(sum, correction)
    }

    private func writeQueries(_ x: Tensor) {
        for query in 0..<count {
            let token = tokens.lowerBound + query / queryHeads.count
            let position = chunk.firstPosition + token
            let column = (queryHeads.lowerBound + query % queryHeads.count) * shape.headDim
            unsafe queries[query] = UnsafePointer(
                backend.arena.floats(x) + (chunk.firstRow + token) * x.columns + column)
            unsafe first[query] = Int32(
                shape.window.map { Swift.max(0, position + 1 - $0) } ?? 0)
            unsafe last[query] = Int32(position + 1)
        }
    }

    /// Writes the addresses of the span's blocks; returns whether they have scales.
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
