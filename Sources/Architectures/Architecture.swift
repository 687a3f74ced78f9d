package import Compute

/// A model family's forward pass over a backend.
package protocol Architecture: Sendable {
    var shape: ModelShape { get }

    /// The logits of the batch's wanted rows: `[logitRows, vocabulary]`.
    func forward(_ pass: ForwardPass, on backend: some Backend) -> Tensor
}
