/// Watches a forward pass, for traces. What it is shown is copied out of the backend.
package protocol ForwardObserver: AnyObject {
    /// `values` is `[tokens, width]`: the input of layer 0 at index 0, each layer's output after it,
    /// and at last the final norm's output.
    func hidden(at index: Int, _ values: [Float], width: Int)
    func router(layer: Int, logits: [Float], _ routes: (indices: [Int32], weights: [Float]))
}
