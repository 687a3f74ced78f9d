import Compute
import Generation

/// How a step's attention is cut into tasks. A task is a run of tokens of one chunk and some or all
/// query heads of one KV head.
struct AttentionPlan {
    let runs: AttentionRuns
    let shape: AttentionShape
    /// The most query heads in a task, all of one KV head.
    private let headsPerTask: Int
    /// How many tasks the query heads of one run of tokens are divided into.
    private let headTasks: Int
    /// Query heads that share a KV head.
    private let group: Int
    /// The most queries in a task: tokens times query heads.
    let queriesMax: Int
    var tasks: Int { runs.runs.count * headTasks }
    /// Spans that the longest task reads.
    var spansMax: Int { runs.spansMax }

    /// Queries that share one reading of a key tile.
    static let queriesPerTask = 48

    init(_ step: inout StepTables, _ shape: AttentionShape, rows: Int) {
        self.shape = shape
        group = shape.queryHeads / shape.kvHeads
        let parts = (group + Self.queriesPerTask - 1) / Self.queriesPerTask
        headsPerTask = (group + parts - 1) / parts
        headTasks = shape.kvHeads * parts
        let tokens = max(1, Self.queriesPerTask / headsPerTask)
        queriesMax = min(tokens, max(rows, 1)) * headsPerTask
        runs = step.runs(tokens: tokens, window: shape.window)
    }

    /// A task's run, its KV head and its query heads.
    func place(_ task: Int) -> (run: AttentionRuns.Run, head: Int, queryHeads: Range<Int>) {
        let parts = headTasks / shape.kvHeads
        let (head, part) = (task % headTasks / parts, task % headTasks % parts)
        let first = part * headsPerTask
        return (
            runs.runs[task / headTasks], head,
            head * group + first..<head * group + min(first + headsPerTask, group)
        )
    }
}
