/// What a gated feed-forward network makes of its gate's and up's outputs.
package enum Activation: Sendable, Equatable {
    /// `silu(gate) * up` (arXiv:2002.05202).
    case silu
    /// gpt-oss's: gate at most `limit`, up within `±limit`, then
    /// `(up + 1) * gate * sigmoid(alpha * gate)`.
    case clampedSwiGLU(limit: Float, alpha: Float)
}
