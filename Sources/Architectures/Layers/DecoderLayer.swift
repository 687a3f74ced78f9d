import Compute

/// A layer's attention. In place: `hidden += factor * attention(norm(hidden))`, `[rows, hidden]`.
protocol Attention: Sendable {
    func callAsFunction(
        _ hidden: Tensor, _ norm: Norm, times factor: Float, on backend: some Backend)
}

/// A layer's feed-forward part. In place: `hidden += factor * network(norm(hidden))`,
/// `[rows, hidden]`.
protocol FeedForward: Sendable {
    func callAsFunction(
        _ hidden: Tensor, _ norm: Norm, times factor: Float, _ place: PassPlace,
        on backend: some Backend)
}

/// Where a pass is: the layer, and who watches.
struct PassPlace {
    let layer: Int
    let observer: (any ForwardObserver)?
}

/// A decoder's layer. In place: `hidden` is `[rows, hidden]`.
protocol DecoderBlock: Sendable {
    func callAsFunction(_ hidden: Tensor, _ place: PassPlace, on backend: some Backend)
}

/// A pre-norm decoder layer: attention, then feed-forward. A norm comes before each, and each
/// result, times a factor that most families do not have, is added to the residual stream.
struct DecoderLayer<Mixer: Attention, Network: FeedForward>: DecoderBlock {
    let attentionNorm: Norm
    let attention: Mixer
    let feedForwardNorm: Norm
    let feedForward: Network
    var factor: Float = 1

    func callAsFunction(_ hidden: Tensor, _ place: PassPlace, on backend: some Backend) {
        backend.scope { attention(hidden, attentionNorm, times: factor, on: backend) }
        backend.scope {
            feedForward(hidden, feedForwardNorm, times: factor, place, on: backend)
        }
    }
}
