/// The experts that each token visits: `[tokens, topK]` ids, ascending, and their weights, in the
/// step arena.
package struct Routes: Sendable {
    /// Int32 ids.
    package let indices: Tensor
    /// Float32 factors of the experts' outputs.
    package let weights: Tensor
    package var tokens: Int { indices.rows }
    package var topK: Int { indices.columns }

    package init(indices: Tensor, weights: Tensor) {
        self.indices = indices
        self.weights = weights
    }
}
