import Compute

/// A layer's attention. `x` and the result are `[tokens, hidden]`.
protocol Attention: Sendable {
    func callAsFunction(_ x: Tensor, _ pass: ForwardPass, on backend: some Backend) -> Tensor
}

/// A layer's feed-forward part. `x` and the result are `[tokens, hidden]`.
protocol FeedForward: Sendable {
    func callAsFunction(_ x: Tensor, layer: Int, _ pass: ForwardPass, on backend: some Backend)
        -> Tensor
}

/// A decoder's layer. In place: `hidden` is `[tokens, hidden]`.
protocol DecoderBlock: Sendable {
    func callAsFunction(
        _ hidden: Tensor, layer: Int, _ pass: ForwardPass, on backend: some Backend)
}

/// A pre-norm decoder layer: attention, then feed-forward. A norm comes before each, and each
/// result is added to the residual stream.
struct DecoderLayer<Mixer: Attention, Network: FeedForward>: DecoderBlock {
    let attentionNorm: Norm
    let attention: Mixer
    let feedForwardNorm: Norm
    let feedForward: Network

    func callAsFunction(
        _ hidden: Tensor, layer: Int, _ pass: ForwardPass, on backend: some Backend
    ) {
        backend.scope {
            let x = backend.norm(hidden, attentionNorm)
            backend.add(attention(x, pass, on: backend), to: hidden)
        }
        backend.scope {
            let x = backend.norm(hidden, feedForwardNorm)
            backend.add(feedForward(x, layer: layer, pass, on: backend), to: hidden)
        }
    }
}
