import Checkpoints
import Compute

/// OLMoE (arXiv:2409.02060): a softmax over all experts; one norm spans all query heads, another
/// all key heads.
struct OLMoE: DecoderArchitecture {
    static let modelTypes = ["olmoe"]

    let shape: ModelShape
    let decoder: Decoder<DecoderLayer<OLMoEAttention, SparseFeedForward>>

    init(_ reader: ConfigurationReader, from weights: WeightLoader) throws(CheckpointError) {
        var attention = try AttentionConfiguration(reader)
        try attention.readBias(reader)
        let config = try DecoderConfiguration(
            reader, from: weights, rotary: RotaryParameters(reader),
            rotaryDimensions: attention.headDim, epsilon: 1e-5)
        let counts = try ExpertCounts(
            reader, experts: ["num_experts", "num_local_experts"], usual: (64, 8))
        let inner = try reader.dimension("intermediate_size")
        let rule = RoutingRule(
            topK: counts.topK, scoring: .softmax,
            renormalize: try reader.flag("norm_topk_prob", default: false))
        let clip = try reader.optionalNumber("clip_qkv").map { Float($0) }
        if let clip, !(clip > 0) {
            throw reader.error("'clip_qkv' is \(clip), expected more than 0")
        }
        shape = config.shape(
            "olmoe", attention.caches, experts: counts.experts, expertsPerToken: counts.topK)
        decoder = try Decoder(config, from: weights) { place throws(CheckpointError) in
            let weights = place.weights.scoped("mlp")
            return try place.preNorm(
                attention: try OLMoEAttention(attention, clip: clip, place),
                feedForward: SparseFeedForward(
                    router: try weights.router(
                        "gate", experts: counts.experts, hidden: config.hidden),
                    rule: rule,
                    bank: try weights.experts(
                        count: counts.experts, hidden: config.hidden, inner: inner)))
        }
    }
}

/// Attention whose norms span all query heads and all key heads; outputs of the projections are
/// clipped if the configuration says so.
struct OLMoEAttention: Attention {
    private let base: GroupedQueryAttention
    private let queryNorm: Norm  // [queryHeads * headDim]
    private let keyNorm: Norm  // [kvHeads * headDim]
    private let clip: Float?

    init(_ config: AttentionConfiguration, clip: Float?, _ place: LayerPlace)
        throws(CheckpointError)
    {
        let weights = place.weights.scoped("self_attn")
        base = try GroupedQueryAttention(config, place)
        queryNorm = try weights.norm("q_norm", base.shape.queryColumns, epsilon: place.epsilon)
        keyNorm = try weights.norm("k_norm", base.shape.keyColumns, epsilon: place.epsilon)
        self.clip = clip
    }

    func callAsFunction(
        _ hidden: Tensor, _ norm: Norm, times factor: Float, on backend: some Backend
    ) {
        let heads = base.project(hidden, norm, on: backend)
        backend.normHeads(heads, column: 0, heads: 1, queryNorm)
        backend.normHeads(heads, column: base.shape.queryColumns, heads: 1, keyNorm)
        if let clip { backend.clamp(heads, to: clip) }
        base.attend(heads, times: factor, addingTo: hidden, on: backend)
    }
}
