/// Sampling defaults of a checkpoint's `generation_config.json`, for what a request leaves open.
package struct GenerationDefaults: Sendable, Equatable {
    package var temperature: Float
    package var topP: Float
    package var topK: Int
    package var minP: Float
    package var typicalP: Float
    package var repetitionPenalty: Float

    package init(
        temperature: Float = 1, topP: Float = 1, topK: Int = 0, minP: Float = 0,
        typicalP: Float = 1, repetitionPenalty: Float = 1
    ) {
        self.temperature = temperature
        self.topP = topP
        self.topK = topK
        self.minP = minP
        self.typicalP = typicalP
        self.repetitionPenalty = repetitionPenalty
    }
}
