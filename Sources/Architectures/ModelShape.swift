package import Compute

/// What the rest of the server needs to know about a model.
package struct ModelShape: Sendable {
    package let family: String
    package let vocabulary: Int
    package let hidden: Int
    package let layers: Int
    /// The number of positions the model was trained for.
    package let contextMax: Int
    package let cache: KVCacheLayout
    /// Query heads of a layer.
    package let queryHeads: Int
    /// Experts of a layer, and how many of them a token visits; both 0 for dense models.
    package let experts: Int
    package let expertsPerToken: Int
}
