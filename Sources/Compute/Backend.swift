/// Runs a model's arithmetic, on one CPU or one GPU.
///
/// `Device.begin` gives it a step's tokens; after that operations name only tensors, which stay on
/// the device, and none of them waits for another. Only the results of `Device.finish` and of
/// `read` come back. All operations are called on the engine's thread. Each returns a new tensor
/// unless it says "in place".
///
/// The coarse operations at the end have defaults made of the others. A backend implements those
/// that it can do at once; the numbers are the same to the bit.
package protocol Backend: AnyObject {
    /// Runs `body`, then frees the arena's space that its tensors took.
    func scope<Result>(_ body: () -> Result) -> Result

    /// `[rows, hidden]`: the rows of `table` for the step's tokens.
    func embed(_ table: Matrix) -> Tensor

    func norm(_ x: Tensor, _ norm: Norm) -> Tensor
    /// In place: applies `norm` to each of `heads` heads of the norm's width, from column `column`
    /// on.
    func normHeads(_ x: Tensor, column: Int, heads: Int, _ norm: Norm)

    /// `[rows, outputs]`.
    func linear(_ x: Tensor, _ linear: Linear) -> Tensor

    /// In place: rotates `heads` heads, `stride` columns apart, from column `column` on, by the
    /// rows' positions.
    func rotate(_ x: Tensor, column: Int, heads: Int, stride: Int, _ rotary: Rotary)

    /// Writes the step's keys and values to the cache, then returns `[rows, queryHeads *
    /// valueDim]`. `x` holds queries, keys and values in the columns that `shape` says.
    func attention(_ x: Tensor, _ shape: AttentionShape, _ layer: KVLayer) -> Tensor
    /// Writes the step's latents to the cache, then returns `[rows, heads * valueDim]`.
    ///
    /// - queries: `[rows, heads * (plainDim + ropeDim)]`, rotated.
    /// - latents: `[rows, latent + ropeDim]`, the latent normed and the rest rotated.
    /// - up: `[heads * (plainDim + valueDim), latent]`, float. A head's queries are multiplied with
    ///   the first `plainDim` rows of the head, its outputs with the `valueDim` rows after them.
    func latentAttention(
        queries: Tensor, latents: Tensor, up: Matrix, _ shape: LatentAttentionShape,
        _ layer: KVLayer
    ) -> Tensor

    /// Chooses the experts of each row by the router's `[rows, experts]` logits; in a layer whose
    /// routes the batch forces, returns those.
    func route(_ logits: Tensor, _ rule: RoutingRule, layer: Int) -> Routes
    /// `[rows, hidden]`: the weighted sum of the visited experts' outputs, by ascending id.
    func experts(_ x: Tensor, _ bank: ExpertBank, _ routes: Routes) -> Tensor
    /// `[rows, hidden]`: the output of a bank with one expert, which every row visits.
    func feedForward(_ x: Tensor, _ bank: ExpertBank) -> Tensor

    /// In place: `y += x`.
    func add(_ x: Tensor, to y: Tensor)
    /// In place: `y += sigmoid(gate) * x`; `gate` is `[rows, 1]`.
    func add(_ x: Tensor, gatedBy gate: Tensor, to y: Tensor)
    /// In place: `x *= factor`.
    func multiply(_ x: Tensor, by factor: Float)
    /// In place: clamps each number to `±limit`; a NaN stays one.
    func clamp(_ x: Tensor, to limit: Float)
    /// The rows whose logits the batch wants, in order.
    func wantedRows(_ x: Tensor) -> Tensor
    /// Marks each of the step's rows of `x` that holds a NaN or an infinity.
    func check(_ x: Tensor)

    /// Copies a tensor out, when it is computed: for traces, `forward` and tests.
    func read(_ x: Tensor) -> [Float]
    func read(_ x: Tensor, row: Int) -> [Float]
    func read(_ routes: Routes) -> (indices: [Int32], weights: [Float])

    // MARK: Coarse operations

    /// `linear(norm(x))`.
    func linear(_ linear: Linear, ofNormed x: Tensor, _ norm: Norm) -> Tensor
    /// In place: `y += factor * linear(x)`.
    func add(_ linear: Linear, of x: Tensor, times factor: Float, to y: Tensor)
    /// In place: `y += factor * experts(x)`.
    func add(
        _ bank: ExpertBank, of x: Tensor, _ routes: Routes, times factor: Float, to y: Tensor)
    /// In place: `y += factor * feedForward(x)`.
    func add(_ bank: ExpertBank, of x: Tensor, times factor: Float, to y: Tensor)
}

extension Backend {
    package func linear(_ linear: Linear, ofNormed x: Tensor, _ norm: Norm) -> Tensor {
        self.linear(self.norm(x, norm), linear)
    }

    package func add(_ linear: Linear, of x: Tensor, times factor: Float, to y: Tensor) {
        add(self.linear(x, linear), times: factor, to: y)
    }

    package func add(
        _ bank: ExpertBank, of x: Tensor, _ routes: Routes, times factor: Float, to y: Tensor
    ) {
        add(experts(x, bank, routes), times: factor, to: y)
    }

    package func add(_ bank: ExpertBank, of x: Tensor, times factor: Float, to y: Tensor) {
        add(feedForward(x, bank), times: factor, to: y)
    }

    /// In place: `x *= factor`, then `y += x`.
    package func add(_ x: Tensor, times factor: Float, to y: Tensor) {
        if factor != 1 { multiply(x, by: factor) }
        add(x, to: y)
    }
}
