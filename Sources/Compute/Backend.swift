package import Generation
package import Sampling

/// What runs a model's arithmetic: one CPU or one GPU.
///
/// Operations are coarse and take tensors that stay on the device; only `read`, `sample` and faults
/// come back. All are called on the engine's thread. Each operation returns a new tensor unless it
/// says "in place".
package protocol Backend: AnyObject {
    /// Runs `body` and gives back the arena that its tensors took.
    func scope<Result>(_ body: () -> Result) -> Result

    /// `[tokens, hidden]`: the rows of `table` for the batch's tokens.
    func embed(_ batch: ForwardBatch, _ table: Matrix) -> Tensor

    func norm(_ x: Tensor, _ norm: Norm) -> Tensor
    /// In place: each of `heads` heads of the norm's width, from column `column`.
    func normHeads(_ x: Tensor, column: Int, heads: Int, _ norm: Norm)

    /// `[rows, outputs]`.
    func linear(_ x: Tensor, _ linear: Linear) -> Tensor

    /// In place: turns `heads` heads, `stride` columns apart, from column `column`, by the rows'
    /// positions.
    func rotate(
        _ x: Tensor, column: Int, heads: Int, stride: Int, _ rotary: Rotary, _ batch: ForwardBatch)

    /// Writes the batch's keys and values to the cache, then answers `[tokens, queryHeads * valueDim]`.
    /// `x` holds queries, keys and values in the columns that `shape` says.
    func attention(_ x: Tensor, _ shape: AttentionShape, _ layer: KVLayer, _ batch: ForwardBatch)
        -> Tensor
    /// Writes the batch's latents to the cache, then answers `[tokens, heads * valueDim]`.
    ///
    /// - queries: `[tokens, heads * (plainDim + ropeDim)]`, rotated.
    /// - latents: `[tokens, latent + ropeDim]`, the latent normed and the rest rotated.
    /// - up: `[heads * (plainDim + valueDim), latent]`, float: queries are multiplied with the rows
    ///   of their head's keys, outputs with those of its values.
    func latentAttention(
        queries: Tensor, latents: Tensor, up: Matrix, _ shape: LatentAttentionShape,
        _ layer: KVLayer, _ batch: ForwardBatch
    ) -> Tensor

    /// The experts of each token from the router's `[tokens, experts]` logits.
    func route(_ logits: Tensor, _ rule: RoutingRule) -> Routes
    /// Routes given from outside: `[tokens, topK]` ids, ascending, and weights.
    func routes(indices: [Int32], weights: [Float], topK: Int) -> Routes
    /// `[tokens, hidden]`: the weighted sum of the visited experts' outputs, by ascending id.
    func experts(_ x: Tensor, _ bank: ExpertBank, _ routes: Routes) -> Tensor
    /// A bank of one expert that every token visits.
    func feedForward(_ x: Tensor, _ bank: ExpertBank) -> Tensor

    /// In place: `y += x`.
    func add(_ x: Tensor, to y: Tensor)
    /// In place: `y += sigmoid(gate) * x`; `gate` is `[tokens, 1]`.
    func add(_ x: Tensor, gatedBy gate: Tensor, to y: Tensor)
    /// In place: `x *= factor`.
    func multiply(_ x: Tensor, by factor: Float)
    /// In place: each number to within `±limit`; a NaN stays one.
    func clamp(_ x: Tensor, to limit: Float)
    /// The given rows, in order.
    func gather(_ x: Tensor, rows: [Int32]) -> Tensor
    /// Marks each of the batch's rows of `x` that holds a NaN or an infinity.
    func check(_ x: Tensor, _ batch: ForwardBatch)

    /// Draws a token from each job's row of logits; nil where a logit is not finite.
    func sample(_ logits: Tensor, _ jobs: [SampleJob]) -> [Draw?]
    /// The log-probability of each job's token and of the most likely ones in its row; nil where a
    /// logit is not finite.
    func logprobs(_ logits: Tensor, _ jobs: [LogprobJob]) -> [TokenLogprobs?]

    /// Copies a tensor out: for traces, `forward` and tests.
    func read(_ x: Tensor) -> [Float]
    func read(_ routes: Routes) -> (indices: [Int32], weights: [Float])
}

/// How a router's logits become experts and weights.
package struct RoutingRule: Sendable {
    package enum Scoring: Sendable {
        /// Softmax over all experts; the chosen ones' probabilities (Qwen, OLMoE, DeepSeek-V2).
        case softmax
        /// Choose by logits, then a softmax over the chosen alone (Mixtral, GraniteMoE, gpt-oss).
        case softmaxOfTopK
        /// Choose by sigmoid plus `bias` (`[experts]`), weigh by sigmoid alone (DeepSeek-V3,
        /// arXiv:2412.19437 eq. 13-16).
        case sigmoid(bias: Vector)
    }

    /// Experts stand in `count` equal groups in order; only those of the `kept` best are chosen.
    package struct Groups: Sendable {
        package enum Score: Sendable {
            /// A group's best expert (DeepSeek-V2, arXiv:2405.04434 §2.2.2).
            case largest
            /// The sum of its two best (DeepSeek-V3).
            case twoLargest
        }

        package let count: Int
        package let kept: Int
        package let score: Score

        package init(count: Int, kept: Int, score: Score) {
            precondition(kept >= 1 && kept <= count, "some of the groups are kept")
            self.count = count
            self.kept = kept
            self.score = score
        }
    }

    package let topK: Int
    package let scoring: Scoring
    package let groups: Groups?
    /// Divides the chosen weights by their sum.
    package let renormalize: Bool
    /// Multiplies the weights at last.
    package let factor: Float

    package init(
        topK: Int, scoring: Scoring, groups: Groups? = nil, renormalize: Bool = false,
        factor: Float = 1
    ) {
        self.topK = topK
        self.scoring = scoring
        self.groups = groups
        self.renormalize = renormalize
        self.factor = factor
    }
}

/// A row of logits, and the token whose log-probability is wanted.
package struct LogprobJob: Sendable {
    package let row: Int
    package let id: Int32
    /// How many of the most likely tokens are wanted beside it.
    package let top: Int

    package init(row: Int, id: Int32, top: Int) {
        self.row = row
        self.id = id
        self.top = top
    }
}

/// A row of logits to draw a token from.
package struct SampleJob: Sendable {
    package let row: Int
    package let plan: SamplingPlan
    /// What penalties want to know; nil if the plan needs none.
    package let history: TokenHistory?

    package init(row: Int, plan: SamplingPlan, history: TokenHistory?) {
        self.row = row
        self.plan = plan
        self.history = history
    }
}
