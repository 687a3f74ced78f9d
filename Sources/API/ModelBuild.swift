/// What a model is made of and how it is held, for those who ask.
package struct ModelBuild: Sendable, Equatable {
    /// `model_type` of the checkpoint.
    package var family: String
    package var layers: Int
    package var hidden: Int
    /// Routed experts of a layer and how many a token visits; 0 for dense models.
    package var experts: Int
    package var expertsPerToken: Int
    /// `f32`, `int8`.
    package var precision: String
    package var weightBytes: Int
    package var cacheBytes: Int

    package init(
        family: String = "", layers: Int = 0, hidden: Int = 0, experts: Int = 0,
        expertsPerToken: Int = 0, precision: String = "", weightBytes: Int = 0,
        cacheBytes: Int = 0
    ) {
        self.family = family
        self.layers = layers
        self.hidden = hidden
        self.experts = experts
        self.expertsPerToken = expertsPerToken
        self.precision = precision
        self.weightBytes = weightBytes
        self.cacheBytes = cacheBytes
    }
}
