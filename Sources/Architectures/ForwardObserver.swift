/// Watches a forward pass, for traces. It receives copies of the backend's values.
package protocol ForwardObserver: AnyObject {
    /// `values` is `[tokens, width]`: index 0 is the input of layer 0, index `n` the output of
    /// layer `n - 1`, and the last index the final norm's output.
    func hidden(at index: Int, _ values: [Float], width: Int)
    func router(layer: Int, logits: [Float], _ routes: (indices: [Int32], weights: [Float]))
}
