import Checkpoints
import Compute

/// A layer's feed-forward part. `x` and the result are `[tokens, hidden]`.
protocol FeedForward: Sendable {
    func callAsFunction(_ x: Tensor, layer: Int, _ pass: ForwardPass, on backend: some Backend)
        -> Tensor
}

/// The gated feed-forward network of dense layers: `down(silu(gate(x)) * up(x))`
/// (arXiv:2002.05202).
struct GatedFeedForward: FeedForward {
    let bank: ExpertBank  // one expert

    init(hidden: Int, inner: Int, from weights: WeightLoader) throws(CheckpointError) {
        bank = try weights.experts("mlp", count: 1, hidden: hidden, inner: inner) { _ in
            ("gate_proj", "up_proj", "down_proj")
        }
    }

    func callAsFunction(_ x: Tensor, layer: Int, _ pass: ForwardPass, on backend: some Backend)
        -> Tensor
    {
        backend.feedForward(x, bank)
    }
}
