import Checkpoints
import Compute

/// Qwen2-MoE (arXiv:2407.10671 §2.2.2): a softmax over all experts, and a shared expert that every
/// token visits, weighed by a sigmoid of its own.
struct Qwen2MoE: DecoderArchitecture {
    static let modelTypes = ["qwen2_moe"]

    let shape: ModelShape
    let decoder:
        Decoder<DecoderLayer<GroupedQueryAttention, MixedFeedForward<SharedExpertFeedForward>>>

    init(_ reader: ConfigurationReader, from weights: WeightLoader) throws(CheckpointError) {
        var attention = try AttentionConfiguration(reader, kvHeads: 16)
        attention.hasInputBias = try reader.flag("qkv_bias", default: true)
        try attention.readLayerTypes(reader, window: AttentionConfiguration.qwenWindow(reader)) {
            _ throws(CheckpointError) in
            guard try AttentionConfiguration.qwenWindow(reader) == nil else {
                throw reader.error(
                    "'use_sliding_window' true without 'layer_types' is not supported")
            }
            return false
        }
        let config = try DecoderConfiguration(
            reader, from: weights, rotary: RotaryParameters(reader),
            rotaryDimensions: attention.headDim)
        let moe = try QwenMoEConfiguration(reader, usual: (60, 4))
        let sharedInner = try reader.dimension("shared_expert_intermediate_size")
        shape = config.shape(
            "qwen2_moe", attention.caches, experts: moe.counts.experts,
            expertsPerToken: moe.counts.topK)
        decoder = try Decoder(config, from: weights) { place throws(CheckpointError) in
            let weights = place.weights.scoped("mlp")
            return try place.preNorm(
                attention: try GroupedQueryAttention(attention, place),
                feedForward: moe.isDense(place.index)
                    ? .dense(try moe.dense(config.hidden, from: weights))
                    : .sparse(
                        SharedExpertFeedForward(
                            routed: try moe.sparse(config.hidden, from: weights),
                            shared: try GatedFeedForward(
                                hidden: config.hidden, inner: sharedInner,
                                from: weights.scoped("shared_expert")),
                            gate: try weights.router(
                                "shared_expert_gate", experts: 1, hidden: config.hidden))))
        }
    }
}

/// Routed experts and a shared one: `routed(x) + sigmoid(gate(x)) * shared(x)`.
struct SharedExpertFeedForward: FeedForward {
    let routed: SparseFeedForward
    let shared: GatedFeedForward
    let gate: Linear  // [1, hidden]

    func callAsFunction(
        _ hidden: Tensor, _ norm: Norm, times factor: Float, _ place: PassPlace,
        on backend: some Backend
    ) {
        let x = backend.norm(hidden, norm)
        let result = backend.experts(x, routed.bank, routed.routes(x, place, on: backend))
        backend.add(
            backend.feedForward(x, shared.bank), gatedBy: backend.linear(x, gate), to: result)
        backend.add(result, times: factor, to: hidden)
    }
}

/// Qwen3-MoE (arXiv:2505.09388): Qwen3's attention, and a softmax over all experts.
struct Qwen3MoE: DecoderArchitecture {
    static let modelTypes = ["qwen3_moe"]

    let shape: ModelShape
    let decoder: Decoder<DecoderLayer<Qwen3Attention, MixedFeedForward<SparseFeedForward>>>

    init(_ reader: ConfigurationReader, from weights: WeightLoader) throws(CheckpointError) {
        var attention = try AttentionConfiguration(reader, kvHeads: 4)
        try attention.readBias(reader)
        if let window = try AttentionConfiguration.qwenWindow(reader) {
            guard try reader.integer("max_window_layers", default: 0) == 0 else {
                throw reader.error(
                    "'use_sliding_window' true with 'max_window_layers' is not supported")
            }
            attention.windows = attention.windows.map { _ in window }
        }
        let config = try DecoderConfiguration(
            reader, from: weights, rotary: RotaryParameters(reader),
            rotaryDimensions: attention.headDim)
        let moe = try QwenMoEConfiguration(reader, usual: (128, 8))
        shape = config.shape(
            "qwen3_moe", attention.caches, experts: moe.counts.experts,
            expertsPerToken: moe.counts.topK)
        decoder = try Decoder(config, from: weights) { place throws(CheckpointError) in
            let weights = place.weights.scoped("mlp")
            return try place.preNorm(
                attention: try Qwen3Attention(attention, place),
                feedForward: moe.isDense(place.index)
                    ? .dense(try moe.dense(config.hidden, from: weights))
                    : .sparse(try moe.sparse(config.hidden, from: weights)))
        }
    }
}

/// What the mixtures of experts of Qwen2 and Qwen3 have in common.
struct QwenMoEConfiguration {
    let counts: ExpertCounts
    private let inner: Int
    private let denseInner: Int
    private let renormalize: Bool
    private let denseLayers: Set<Int>
    private let sparseStep: Int

    /// - usual: the generation's counts, used if the configuration does not say.
    init(_ config: ConfigurationReader, usual: (experts: Int, topK: Int?)) throws(CheckpointError) {
        counts = try ExpertCounts(
            config, experts: ["num_experts", "num_local_experts"], usual: usual)
        inner = try config.dimension("moe_intermediate_size")
        renormalize = try config.flag("norm_topk_prob", default: false)
        denseLayers = Set(try config.integers("mlp_only_layers"))
        sparseStep = try config.optionalDimension("decoder_sparse_step") ?? 1
        // A model without dense layers need not say how wide they would be.
        denseInner = try config.integer("intermediate_size", default: 0)
        let layers = try config.dimension("num_hidden_layers")
        let hasDense = sparseStep > 1 || denseLayers.contains { (0..<layers).contains($0) }
        guard denseInner > 0 || !hasDense else { throw config.missing("intermediate_size") }
    }

    func isDense(_ layer: Int) -> Bool {
        denseLayers.contains(layer) || (layer + 1) % sparseStep != 0
    }

    func dense(_ hidden: Int, from weights: WeightLoader) throws(CheckpointError)
        -> GatedFeedForward
    {
        try GatedFeedForward(hidden: hidden, inner: denseInner, from: weights)
    }

    func sparse(_ hidden: Int, from weights: WeightLoader) throws(CheckpointError)
        -> SparseFeedForward
    {
        SparseFeedForward(
            router: try weights.router("gate", experts: counts.experts, hidden: hidden),
            rule: RoutingRule(topK: counts.topK, scoring: .softmax, renormalize: renormalize),
            bank: try weights.experts(count: counts.experts, hidden: hidden, inner: inner))
    }
}
