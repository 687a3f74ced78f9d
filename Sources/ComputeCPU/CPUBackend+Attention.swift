import CKernels
package import Compute
import Generation

extension CPUBackend {
    package func attention(_ x: Tensor, _ shape: AttentionShape, _ layer: KVLayer) -> Tensor {
        let keys = shape.queryColumns
        let values = keys + shape.keyColumns
        precondition(x.columns == values + shape.valueColumns, "queries, keys and values")
        store(keys: x, at: keys, values: x, at: values, shape, layer)
        return attend(x, shape, layer)
    }

    // MARK: Writing

    /// Writes keys and values, found in the columns from `column` on, to the cache.
    func store(
        keys: Tensor, at keyColumn: Int, values: Tensor, at valueColumn: Int,
        _ shape: AttentionShape, _ layer: KVLayer
    ) {
        precondition(keyColumn + shape.keyColumns <= keys.columns, "keys lie in the tensor")
        precondition(valueColumn + shape.valueColumns <= values.columns, "so do values")
        guard !arena.isMeasuring else { return }
        guard let cache = cache?.layer(layer) else {
            preconditionFailure("attention needs a KV cache")
        }
        let (keyRows, valueRows) = (arena.rows(keys), arena.rows(values))
        let (chunks, chunkOfRow) = (step.chunks, step.chunkOfRow)
        let (tables, positions) = (step.tables, step.positions)
        let numbers = shape.keyColumns + shape.valueColumns
        parallel(positions.count, nanoseconds: numbers) { rows, _ in
            for row in rows {
                let position = Int(positions[row])
                let table = chunks[Int(chunkOfRow[row])].table(layer.group)
                let block = tables[table + position / KVCacheLayout.blockTokens]
                precondition(block >= 0, "a token is written where a block is")
                let key = unsafe keyRows[row] + keyColumn
                let value = unsafe valueRows[row] + valueColumn
                let slot = position % KVCacheLayout.blockTokens
                for head in 0..<shape.kvHeads {
                    let place = cache.head(head, block: block)
                    unsafe sw_kv_store(
                        cache.type, key + head * shape.headDim, shape.headDim,
                        value + head * shape.valueDim, shape.valueDim, place.keys, place.values,
                        slot, place.keyScales.map { unsafe $0 + slot },
                        place.valueScales.map { unsafe $0 + slot })
                }
            }
        }
    }

    // MARK: Reading

    /// Returns `[rows, queryHeads * valueDim]`. The queries are the first columns of `queries`.
    func attend(_ queries: Tensor, _ shape: AttentionShape, _ layer: KVLayer) -> Tensor {
        let result = arena.take(queries.rows, shape.outputColumns)
        let mark = arena.top
        defer { arena.release(to: mark) }
        let plan = AttentionPlan(&step, shape, rows: queries.rows)
        // Every step takes this memory, so that a step's memory depends only on its number of rows.
        let states = SpanStates(self, plan)
        if arena.isMeasuring { return result }
        let inputs = AttentionInputs(self, plan, queries, layer)
        let target = arena.rows(result)
        // Padded rows attend to nothing.
        for row in step.tokens.count..<max(step.tokens.count, queries.rows) {
            unsafe target[row].update(repeating: 0, count: result.columns)
        }
        if plan.tasks > states.tasksMax || plan.spansMax <= 1 {
            parallel(plan.tasks, nanoseconds: Speed.run) { tasks, worker in
                for task in tasks {
                    let work = AttentionWork(inputs, task: task, worker: worker)
                    work.reset(work.state)
                    for span in work.spans {
                        work.attend(span, into: work.spanState)
                        work.merge(work.spanState, into: work.state)
                    }
                    work.finish(work.state, into: target)
                }
            }
        } else {
            attendBySpans(inputs, states, into: target)
        }
        return result
    }

    /// For few sequences with much context. Several spans of each task are computed in parallel,
    /// then merged in order, which gives the same bits as computing them in turn; then the next
    /// spans.
    private func attendBySpans(
        _ inputs: AttentionInputs, _ states: SpanStates, into result: Rows<Float>
    ) {
        let plan = inputs.plan
        let width = states.spans(tasks: plan.tasks)
        for first in stride(from: 0, to: plan.spansMax, by: width) {
            parallel(plan.tasks * width, nanoseconds: Speed.run) { items, worker in
                for item in items {
                    let (task, index) = (item / width, item % width)
                    let work = AttentionWork(inputs, task: task, worker: worker)
                    // A window may begin after the first span, so spans are counted from the task's
                    // first.
                    let span = work.spans.lowerBound + first + index
                    guard work.spans.contains(span) else { continue }
                    work.attend(span, into: states.span(item))
                }
            }
            parallel(plan.tasks, nanoseconds: Speed.run / 4) { tasks, worker in
                for task in tasks {
                    let work = AttentionWork(inputs, task: task, worker: worker)
                    if first == 0 { work.reset(states.running(task)) }
                    for index in 0..<width where first + index < work.spans.count {
                        work.merge(
                            states.span(task * width + index), into: states.running(task))
                    }
                    if first + width >= plan.spansMax {
                        work.finish(states.running(task), into: result)
                    }
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
    private let memory: Rows<Float>
    private let queries: Int
    private let valueDim: Int

    /// Spans a thread computes between two merges.
    private static let spansPerThread = 16

    init(_ backend: CPUBackend, _ plan: AttentionPlan) {
        tasksMax = 2 * backend.threads - 1
        spansMax = Self.spansPerThread * backend.threads
        queries = plan.queriesMax
        valueDim = plan.shape.valueDim
        let tensor = backend.arena.take(
            tasksMax + spansMax, AttentionWork.stateFloats(queries: queries, valueDim))
        memory = backend.arena.rows(tensor)
    }

    /// How many spans of each task are computed in parallel if there are `tasks` tasks.
    func spans(tasks: Int) -> Int { spansMax / tasks }

    func running(_ task: Int) -> AttentionState { state(task) }
    func span(_ index: Int) -> AttentionState { state(tasksMax + index) }

    private func state(_ row: Int) -> AttentionState {
        unsafe AttentionState(memory[row], queries: queries, valueDim: valueDim)
    }
}
