package import Generation
package import Sampling

/// Runs a model's arithmetic, on one CPU or one GPU.
///
/// Operations are coarse and take tensors that stay on the device. Only samples, log-probabilities,
/// faults and the results of `read` come back. All operations are called on the engine's thread.
/// Each returns a new tensor unless it says "in place".
package protocol Backend: AnyObject {
    /// Runs `body`, then frees the arena's space that its tensors took.
    func scope<Result>(_ body: () -> Result) -> Result

    /// `[tokens, hidden]`: the rows of `table` for the batch's tokens.
    func embed(_ batch: ForwardBatch, _ table: Matrix) -> Tensor

    func norm(_ x: Tensor, _ norm: Norm) -> Tensor
    /// In place: applies `norm` to each of `heads` heads of the norm's width, from column `column`
    /// on.
    func normHeads(_ x: Tensor, column: Int, heads: Int, _ norm: Norm)

    /// `[rows, outputs]`.
    func linear(_ x: Tensor, _ linear: Linear) -> Tensor

    /// In place: rotates `heads` heads, `stride` columns apart, from column `column` on, by the
    /// rows' positions.
    func rotate(
        _ x: Tensor, column: Int, heads: Int, stride: Int, _ rotary: Rotary, _ batch: ForwardBatch)

    /// Writes the batch's keys and values to the cache, then returns `[tokens, queryHeads *
    /// valueDim]`. `x` holds queries, keys and values in the columns that `shape` says.
    func attention(_ x: Tensor, _ shape: AttentionShape, _ layer: KVLayer, _ batch: ForwardBatch)
        -> Tensor
    /// Writes the batch's latents to the cache, then returns `[tokens, heads * valueDim]`.
    ///
    /// - queries: `[tokens, heads * (plainDim + ropeDim)]`, rotated.
    /// - latents: `[tokens, latent + ropeDim]`, the latent normed and the rest rotated.
    /// - up: `[heads * (plainDim + valueDim), latent]`, float. A head's queries are multiplied with
    ///   the first `plainDim` rows of the head, its outputs with the `valueDim` rows after them.
    func latentAttention(
        queries: Tensor, latents: Tensor, up: Matrix, _ shape: LatentAttentionShape,
        _ layer: KVLayer, _ batch: ForwardBatch
    ) -> Tensor

    /// Chooses the experts of each token by the router's `[tokens, experts]` logits.
    func route(_ logits: Tensor, _ rule: RoutingRule) -> Routes
    /// Routes with the given `[tokens, topK]` ids, ascending, and weights.
    func routes(indices: [Int32], weights: [Float], topK: Int) -> Routes
    /// `[tokens, hidden]`: the weighted sum of the visited experts' outputs, by ascending id.
    func experts(_ x: Tensor, _ bank: ExpertBank, _ routes: Routes) -> Tensor
    /// `[tokens, hidden]`: the output of a bank with one expert, which every token visits.
    func feedForward(_ x: Tensor, _ bank: ExpertBank) -> Tensor

    /// In place: `y += x`.
    func add(_ x: Tensor, to y: Tensor)
    /// In place: `y += sigmoid(gate) * x`; `gate` is `[tokens, 1]`.
    func add(_ x: Tensor, gatedBy gate: Tensor, to y: Tensor)
    /// In place: `x *= factor`.
    func multiply(_ x: Tensor, by factor: Float)
    /// In place: clamps each number to `±limit`; a NaN stays one.
    func clamp(_ x: Tensor, to limit: Float)
    /// The given rows, in order.
    func gather(_ x: Tensor, rows: [Int32]) -> Tensor
    /// Marks each of the batch's rows of `x` that holds a NaN or an infinity.
    func check(_ x: Tensor, _ batch: ForwardBatch)

    /// Draws a token from each job's row of logits; nil if a logit of the row is not finite.
    func sample(_ logits: Tensor, _ jobs: [SampleJob]) -> [Draw?]
    /// The log-probability of each job's token, and of the most likely ones in its row; nil if a
    /// logit of the row is not finite.
    func logprobs(_ logits: Tensor, _ jobs: [LogprobJob]) -> [TokenLogprobs?]

    /// Copies a tensor out: for traces, `forward` and tests.
    func read(_ x: Tensor) -> [Float]
    func read(_ routes: Routes) -> (indices: [Int32], weights: [Float])
}
