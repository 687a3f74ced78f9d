package import Compute

/// One forward pass: its tokens, its observer, and the routes to replay if there are any.
package final class ForwardPass {
    package var batch: ForwardBatch
    package var observer: (any ForwardObserver)?
    /// Experts and weights to use in place of the routers' own, by layer.
    package var replay: [Int: (indices: [Int32], weights: [Float], topK: Int)]

    package init(
        batch: ForwardBatch = ForwardBatch(), observer: (any ForwardObserver)? = nil,
        replay: [Int: (indices: [Int32], weights: [Float], topK: Int)] = [:]
    ) {
        self.batch = batch
        self.observer = observer
        self.replay = replay
    }

    /// The layer's routes: chosen by the router, or the replayed ones.
    func routes(
        _ logits: Tensor, _ rule: RoutingRule, layer: Int, on backend: some Backend
    ) -> Routes {
        let routes =
            if let given = replay[layer] {
                backend.routes(indices: given.indices, weights: given.weights, topK: given.topK)
            } else {
                backend.route(logits, rule)
            }
        if let observer {
            observer.router(layer: layer, logits: backend.read(logits), backend.read(routes))
        }
        return routes
    }

    /// Shows the observer a layer's output: 0 is the first layer's input.
    func observe(_ hidden: Tensor, at index: Int, on backend: some Backend) {
        if let observer { observer.hidden(at: index, backend.read(hidden), width: hidden.columns) }
    }
}
