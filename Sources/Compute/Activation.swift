/// How a gated feed-forward network combines the outputs of gate and up.
package enum Activation: Sendable, Equatable {
    /// `silu(gate) * up` (arXiv:2002.05202).
    case silu
    /// gpt-oss's activation: gate is clamped to at most `limit` and up to `±limit`, then `(up + 1)
    /// * gate * sigmoid(alpha * gate)`.
    case clampedSwiGLU(limit: Float, alpha: Float)
}
