import Checkpoints
import Compute

/// Granite 3 (IBM): Llama's layers with constants that scale embeddings, scores, each layer's
/// outputs before they are added, and logits.
struct Granite: DecoderArchitecture {
    static let modelTypes = ["granite"]

    let shape: ModelShape
    let decoder: Decoder<DecoderLayer<GroupedQueryAttention, GatedFeedForward>>

    init(_ reader: ConfigurationReader, from weights: WeightLoader) throws(CheckpointError) {
        let inner = try reader.dimension("intermediate_size")
        let hidden = try reader.dimension("hidden_size")
        let bias = try reader.flag("mlp_bias", default: false)
        let config = try GraniteConfiguration(reader, from: weights)
        decoder = try config.model(reader, from: weights) { weights throws(CheckpointError) in
            try GatedFeedForward(
                hidden: hidden, inner: inner, bias: bias, from: weights.scoped("mlp"))
        }
        shape = config.decoder.shape("granite", config.attention.caches)
    }
}

/// Granite's mixture of experts: a softmax over the chosen experts' logits alone.
struct GraniteMoE: DecoderArchitecture {
    static let modelTypes = ["granitemoe"]

    let shape: ModelShape
    let decoder: Decoder<DecoderLayer<GroupedQueryAttention, SparseFeedForward>>

    init(_ reader: ConfigurationReader, from weights: WeightLoader) throws(CheckpointError) {
        let inner = try reader.dimension("intermediate_size")
        let hidden = try reader.dimension("hidden_size")
        let counts = try ExpertCounts(
            reader, experts: ["num_local_experts"], usual: (8, 2))
        let config = try GraniteConfiguration(reader, from: weights)
        decoder = try config.model(reader, from: weights) { weights throws(CheckpointError) in
            let weights = weights.scoped("block_sparse_moe")
            return SparseFeedForward(
                router: try weights.router(
                    "router.layer", experts: counts.experts, hidden: hidden),
                rule: RoutingRule(topK: counts.topK, scoring: .softmaxOfTopK),
                bank: try weights.stackedExperts(
                    count: counts.experts, hidden: hidden, inner: inner,
                    gateUp: "input_linear.weight", down: "output_linear.weight", .halves))
        }
        shape = config.decoder.shape(
            "granitemoe", config.attention.caches, experts: counts.experts,
            expertsPerToken: counts.topK)
    }
}

/// The parts of Granite's configuration that both families have.
private struct GraniteConfiguration {
    let decoder: DecoderConfiguration
    let attention: AttentionConfiguration
    /// Multiplies what a layer adds to the residual stream.
    private let factor: Float

    init(_ reader: ConfigurationReader, from weights: WeightLoader) throws(CheckpointError) {
        var attention = try AttentionConfiguration(reader)
        try attention.readBias(reader)
        attention.scale = Float(try reader.number("attention_multiplier", default: 1))
        self.attention = attention
        decoder = try DecoderConfiguration(
            reader, from: weights, rotary: RotaryParameters(reader),
            rotaryDimensions: attention.headDim)
        factor = Float(try reader.number("residual_multiplier", default: 1))
    }

    /// - network: makes a layer's feed-forward part from the layer's weights.
    func model<Network: FeedForward>(
        _ reader: ConfigurationReader, from weights: WeightLoader,
        network: (WeightLoader) throws(CheckpointError) -> Network
    ) throws(CheckpointError) -> Decoder<DecoderLayer<GroupedQueryAttention, Network>> {
        var model = try Decoder(decoder, from: weights) { place throws(CheckpointError) in
            var layer = try place.preNorm(
                attention: try GroupedQueryAttention(attention, place),
                feedForward: try network(place.weights))
            layer.factor = factor
            return layer
        }
        model.embeddingFactor = Float(try reader.number("embedding_multiplier", default: 1))
        let divisor = try reader.number("logits_scaling", default: 1)
        guard Float(1 / divisor).isFinite else {
            throw reader.error("'logits_scaling' is \(divisor)")
        }
        model.logitsFactor = Float(1 / divisor)
        return model
    }
}
