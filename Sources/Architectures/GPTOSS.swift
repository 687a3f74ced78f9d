import Checkpoints
import Compute
import JSON

/// gpt-oss (arXiv:2508.10925): layers alternate between a sliding window and full attention;
/// attention sinks, biases everywhere, and experts with a clamped SwiGLU.
struct GPTOSS: DecoderArchitecture {
    static let modelTypes = ["gpt_oss"]

    let shape: ModelShape
    let decoder: Decoder<DecoderLayer<GroupedQueryAttention, SparseFeedForward>>

    /// The scaling that the published configuration class uses if the key is absent.
    private static let usualScaling: JSONObject = [
        "rope_type": "yarn", "factor": 32, "beta_fast": 32, "beta_slow": 1, "truncate": false,
        "original_max_position_embeddings": 4096,
    ]

    init(_ reader: ConfigurationReader, from weights: WeightLoader) throws(CheckpointError) {
        var attention = try AttentionConfiguration(reader, headDim: 64, kvHeads: 8)
        try attention.readBias(reader, default: true)
        let window = try reader.optionalDimension("sliding_window") ?? 128
        try attention.readLayerTypes(reader, window: window) { layer in layer % 2 == 0 }
        let config = try DecoderConfiguration(
            reader, from: weights,
            rotary: RotaryParameters(reader, theta: 150_000, scaling: Self.usualScaling),
            rotaryDimensions: attention.headDim, epsilon: 1e-5)
        let experts = try GPTOSSExperts(reader)
        shape = config.shape(
            "gpt_oss", attention.caches, experts: experts.counts.experts,
            expertsPerToken: experts.counts.topK)
        decoder = try Decoder(config, from: weights) { place throws(CheckpointError) in
            let sinks = try place.weights.vector("self_attn.sinks", attention.queryHeads)
            return try place.preNorm(
                attention: try GroupedQueryAttention(attention, place, sinks: sinks),
                feedForward: try experts.layer(from: place.weights.scoped("mlp")))
        }
    }
}

/// The mixture of experts. A published tensor holds all experts of a layer; columns of gate and up
/// alternate.
private struct GPTOSSExperts {
    let counts: ExpertCounts
    private let hidden: Int
    private let inner: Int
    private let activation: Activation

    init(_ config: ConfigurationReader) throws(CheckpointError) {
        counts = try ExpertCounts(
            config, experts: ["num_local_experts", "num_experts"], usual: (128, 4))
        // Published files have two keys for this; the reference reads only one of them.
        let topK = try config.optionalDimension("experts_per_token") ?? counts.topK
        guard topK == counts.topK else {
            throw config.error(
                "'num_experts_per_tok' is \(counts.topK) and 'experts_per_token' is \(topK); "
                    + "say it once")
        }
        hidden = try config.dimension("hidden_size")
        inner = try config.dimension("intermediate_size")
        let limit = try config.number("swiglu_limit", default: 7)
        guard limit > 0 else {
            throw config.error("'swiglu_limit' is \(limit), expected more than 0")
        }
        activation = .clampedSwiGLU(
            limit: Float(limit), alpha: Float(try config.number("swiglu_alpha", default: 1.702)))
    }

    func layer(from weights: WeightLoader) throws(CheckpointError) -> SparseFeedForward {
        let gateUp = try weights.vector(
            "experts.gate_up_proj_bias", counts.experts * 2 * inner)
        let biases = ExpertBank.Biases(
            gate: ExpertBias(gateUp, first: 0, step: 2), up: ExpertBias(gateUp, first: 1, step: 2),
            down: ExpertBias(
                try weights.vector("experts.down_proj_bias", counts.experts * hidden)))
        return SparseFeedForward(
            router: try weights.router(
                "router", experts: counts.experts, hidden: hidden, bias: true),
            rule: RoutingRule(topK: counts.topK, scoring: .softmaxOfTopK),
            bank: try weights.stackedExperts(
                count: counts.experts, hidden: hidden, inner: inner,
                gateUp: "experts.gate_up_proj", down: "experts.down_proj", .interleavedTransposed,
                biases: biases, activation: activation))
    }
}
