/// Float32 activations in the backend's step arena: `[rows, columns]`, row-major.
///
/// A tensor is a place, not memory: it is valid until the scope that made it ends, and only the
/// backend that made it can read it.
package struct Tensor: Sendable {
    /// Bytes from the arena's start, a multiple of 64.
    package let offset: Int
    package let rows: Int
    package let columns: Int

    package init(offset: Int, rows: Int, columns: Int) {
        self.offset = offset
        self.rows = rows
        self.columns = columns
    }
}

/// The experts that each token visits: `[tokens, topK]` ids, ascending, and their weights, in the
/// step arena.
package struct Routes: Sendable {
    /// Int32 ids.
    package let indices: Tensor
    /// Float32 weights as multiplied into the experts' outputs.
    package let weights: Tensor
    package var tokens: Int { indices.rows }
    package var topK: Int { indices.columns }

    package init(indices: Tensor, weights: Tensor) {
        self.indices = indices
        self.weights = weights
    }
}
