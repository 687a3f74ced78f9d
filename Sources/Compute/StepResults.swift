package import Generation
package import Sampling

/// What a step brings back to the host. Reused from step to step.
package struct StepResults: Sendable {
    /// One for each sample job, in order; nil if a logit of the row is not finite.
    package var draws: [Draw?] = []
    /// One for each log-probability job, in order; nil if a logit of the row is not finite.
    package var logprobs: [TokenLogprobs?] = []
    /// The step's rows in which `check` found a number that is not finite, ascending.
    package var faultyRows: [Int32] = []

    package init() {}

    package mutating func removeAll() {
        draws.removeAll(keepingCapacity: true)
        logprobs.removeAll(keepingCapacity: true)
        faultyRows.removeAll(keepingCapacity: true)
    }

    /// Whether any of these rows is faulty.
    package func isFaulty(_ rows: Range<Int>) -> Bool {
        faultyRows.contains { rows.contains(Int($0)) }
    }
}
