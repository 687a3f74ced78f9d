import Checkpoints
import Compute

/// The gated feed-forward network of dense layers: `down(silu(gate(x)) * up(x))`
/// (arXiv:2002.05202).
struct GatedFeedForward: FeedForward {
    let bank: ExpertBank  // one expert

    init(hidden: Int, inner: Int, bias: Bool = false, from weights: WeightLoader)
        throws(CheckpointError)
    {
        var biases: ExpertBank.Biases?
        if bias {
            biases = ExpertBank.Biases(
                gate: ExpertBias(try weights.vector("gate_proj.bias", inner)),
                up: ExpertBias(try weights.vector("up_proj.bias", inner)),
                down: ExpertBias(try weights.vector("down_proj.bias", hidden)))
        }
        bank = try weights.experts(
            "mlp", count: 1, hidden: hidden, inner: inner, biases: biases
        ) { _ in ("gate_proj", "up_proj", "down_proj") }
    }

    func callAsFunction(
        _ hidden: Tensor, _ norm: Norm, times factor: Float, _ place: PassPlace,
        on backend: some Backend
    ) {
        backend.add(bank, of: backend.norm(hidden, norm), times: factor, to: hidden)
    }
}

/// A mixture of experts: a router chooses each token's experts and weighs their outputs.
struct SparseFeedForward: FeedForward {
    let router: Linear  // [experts, hidden]
    let rule: RoutingRule
    let bank: ExpertBank  // gate, up: [experts, inner, hidden]; down: [experts, hidden, inner]

    func callAsFunction(
        _ hidden: Tensor, _ norm: Norm, times factor: Float, _ place: PassPlace,
        on backend: some Backend
    ) {
        let x = backend.norm(hidden, norm)
        backend.add(bank, of: x, routes(x, place, on: backend), times: factor, to: hidden)
    }

    /// The experts of each row of `x`, the normed input: `[rows, topK]`.
    func routes(_ x: Tensor, _ place: PassPlace, on backend: some Backend) -> Routes {
        let logits = backend.linear(x, router)  // [rows, experts]
        let routes = backend.route(logits, rule, layer: place.layer)
        if let observer = place.observer {
            observer.router(
                layer: place.layer, logits: backend.read(logits), backend.read(routes))
        }
        return routes
    }
}

/// The feed-forward part of models in which some layers are dense and others sparse.
enum MixedFeedForward<Sparse: FeedForward>: FeedForward {
    case dense(GatedFeedForward)
    case sparse(Sparse)

    func callAsFunction(
        _ hidden: Tensor, _ norm: Norm, times factor: Float, _ place: PassPlace,
        on backend: some Backend
    ) {
        switch self {
        case .dense(let network): network(hidden, norm, times: factor, place, on: backend)
        case .sparse(let network): network(hidden, norm, times: factor, place, on: backend)
        }
    }
}

/// How many experts a layer has and how many a token visits.
struct ExpertCounts {
    let experts: Int
    let topK: Int

    /// No published model has more.
    private static let expertsMax = 16_384

    /// - experts: the keys that may hold the number of experts.
    /// - usual: the family's counts, used if the configuration does not say; nil if it must say.
    init(
        _ config: ConfigurationReader, experts keys: [String],
        usual: (experts: Int, topK: Int?)
    ) throws(CheckpointError) {
        let topKKey = "num_experts_per_tok"
        experts = try config.agreedDimension(keys) ?? usual.experts
        guard let topK = try config.optionalDimension(topKKey) ?? usual.topK else {
            throw config.missing(topKKey)
        }
        self.topK = topK
        guard experts <= Self.expertsMax else {
            throw config.error("'\(keys[0])' \(experts) is more than \(Self.expertsMax)")
        }
        guard topK <= experts else {
            throw config.error("'\(topKKey)' \(topK) is more than '\(keys[0])' \(experts)")
        }
    }
}
