/// Multi-head latent attention (arXiv:2405.04434 §2.1) in its absorbed form: the cache holds one
/// head of `latent + ropeDim` numbers for each token. Its first `latent` numbers are also the
/// value.
package struct LatentAttentionShape: Sendable {
    package let heads: Int
    /// The part of a query head that is multiplied with the latent, and the part that is rotated.
    package let plainDim: Int
    package let ropeDim: Int
    package let latent: Int
    /// The length of a head's output.
    package let valueDim: Int
    /// Multiplies the scores before the softmax.
    package let scale: Float

    package init(
        heads: Int, plainDim: Int, ropeDim: Int, latent: Int, valueDim: Int, scale: Float
    ) {
        self.heads = heads
        self.plainDim = plainDim
        self.ropeDim = ropeDim
        self.latent = latent
        self.valueDim = valueDim
        self.scale = scale
    }

    /// The length of a query head as projected.
    package var headDim: Int { plainDim + ropeDim }
    /// Rows of the up-projection for one head: those of its keys, then those of its values.
    package var upRows: Int { plainDim + valueDim }

    /// The attention that absorbed queries take part in.
    package var absorbed: AttentionShape {
        AttentionShape(
            queryHeads: heads, kvHeads: 1, headDim: latent + ropeDim, valueDim: latent,
            scale: scale, window: nil)
    }
}
