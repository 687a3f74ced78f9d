import Checkpoints
package import Compute

/// A model family's forward pass over a backend.
package protocol Architecture: Sendable {
    var shape: ModelShape { get }

    /// The logits of the rows that the device's batch wants: `[logitRows, vocabulary]`.
    func forward(on backend: some Backend, observer: (any ForwardObserver)?) -> Tensor
}

extension Architecture {
    package func forward(on backend: some Backend) -> Tensor {
        forward(on: backend, observer: nil)
    }
}

/// A family whose model is one decoder.
protocol DecoderArchitecture: Architecture {
    associatedtype Layer: DecoderBlock

    /// The values of `model_type` that name it.
    static var modelTypes: [String] { get }
    var decoder: Decoder<Layer> { get }

    init(_ reader: ConfigurationReader, from weights: WeightLoader) throws(CheckpointError)
}

extension DecoderArchitecture {
    package func forward(on backend: some Backend, observer: (any ForwardObserver)?) -> Tensor {
        decoder.forward(on: backend, observer: observer)
    }
}
