package import Sampling

/// A row of logits to draw a token from.
package struct SampleJob: Sendable {
    package let row: Int
    package let plan: SamplingPlan
    /// The tokens that penalties look at; nil if the plan has no penalties.
    package let history: TokenHistory?

    package init(row: Int, plan: SamplingPlan, history: TokenHistory?) {
        self.row = row
        self.plan = plan
        self.history = history
    }
}
