package import Generation

/// A model, the engine that runs it, and what is measured of it.
package struct ServedModel: Sendable {
    package let description: ModelDescription
    package let service: any GenerationService
    package let metrics: GenerationMetrics

    package init(
        _ description: ModelDescription, service: any GenerationService, metrics: GenerationMetrics
    ) {
        self.description = description
        self.service = service
        self.metrics = metrics
    }
}
