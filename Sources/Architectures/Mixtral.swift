import Checkpoints
import Compute

/// Mixtral (arXiv:2401.04088): Mistral's attention, with a window if the configuration has one, and
/// a sparse mixture of experts in every layer (§2.1): a token visits `topK` experts, and a softmax
/// over their logits alone weighs their outputs.
struct Mixtral: DecoderArchitecture {
    static let modelTypes = ["mixtral"]

    let shape: ModelShape
    let decoder: Decoder<DecoderLayer<GroupedQueryAttention, SparseFeedForward>>

    init(_ reader: ConfigurationReader, from weights: WeightLoader) throws(CheckpointError) {
        var attention = try AttentionConfiguration(reader, kvHeads: 8)
        guard try !reader.flag("attention_bias", default: false) else {
            throw reader.error("'attention_bias' true is not supported for mixtral")
        }
        let window = try reader.optionalDimension("sliding_window")
        attention.windows = attention.windows.map { _ in window }
        let config = try DecoderConfiguration(
            reader, from: weights, rotary: RotaryParameters(reader, theta: 1e6),
            rotaryDimensions: attention.headDim, epsilon: 1e-5)
        let counts = try ExpertCounts(
            reader, experts: ["num_local_experts", "num_experts"], usual: (8, 2))
        let inner = try reader.dimension("intermediate_size")
        shape = config.shape(
            "mixtral", attention.caches, experts: counts.experts, expertsPerToken: counts.topK)
        decoder = try Decoder(config, from: weights) { place throws(CheckpointError) in
            let weights = place.weights.scoped("block_sparse_moe")
            return try place.preNorm(
                attention: try GroupedQueryAttention(attention, place),
                feedForward: SparseFeedForward(
                    router: try weights.router(
                        "gate", experts: counts.experts, hidden: config.hidden),
                    rule: RoutingRule(topK: counts.topK, scoring: .softmaxOfTopK),
                    bank: try weights.experts(
                        "experts", count: counts.experts, hidden: config.hidden, inner: inner
                    ) { ("experts.\($0).w1", "experts.\($0).w3", "experts.\($0).w2") }))
        }
    }
}
