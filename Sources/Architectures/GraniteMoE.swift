import Checkpoints
import Compute

/// Granite 3 (IBM): Llama's layers with constants that scale embeddings, scores, each layer's
/// outputs before they are added, and logits.
struct Granite: Architecture {
    let shape: ModelShape
    private let decoder: GraniteDecoder<GatedFeedForward>

    init(_ reader: ConfigurationReader, from weights: WeightLoader) throws(CheckpointError) {
        let inner = try reader.dimension("intermediate_size")
        let hidden = try reader.dimension("hidden_size")
        let bias = try reader.flag("mlp_bias", default: false)
        decoder = try GraniteDecoder(reader, from: weights) { weights throws(CheckpointError) in
            try GatedFeedForward(
                hidden: hidden, inner: inner, bias: bias, from: weights.scoped("mlp"))
        }
        shape = decoder.config.shape("granite", decoder.caches)
    }

    func forward(_ pass: ForwardPass, on backend: some Backend) -> Tensor {
        decoder.forward(pass, on: backend)
    }
}

/// Granite's mixture of experts: a softmax over the chosen experts' logits alone.
struct GraniteMoE: Architecture {
    let shape: ModelShape
    private let decoder: GraniteDecoder<SparseFeedForward>

    init(_ reader: ConfigurationReader, from weights: WeightLoader) throws(CheckpointError) {
        let inner = try reader.dimension("intermediate_size")
        let hidden = try reader.dimension("hidden_size")
        let counts = try ExpertCounts(
            reader, experts: ["num_local_experts"], usual: (8, 2))
        decoder = try GraniteDecoder(reader, from: weights) { weights throws(CheckpointError) in
            let weights = weights.scoped("block_sparse_moe")
            return SparseFeedForward(
                router: try weights.router(
                    "router.layer", experts: counts.experts, hidden: hidden),
                rule: RoutingRule(topK: counts.topK, scoring: .softmaxOfTopK),
                bank: try weights.stackedExperts(
                    count: counts.experts, hidden: hidden, inner: inner,
                    gateUp: "input_linear.weight", down: "output_linear.weight", .halves))
        }
        shape = decoder.config.shape(
            "granitemoe", decoder.caches, experts: counts.experts, expertsPerToken: counts.topK)
    }

    func forward(_ pass: ForwardPass, on backend: some Backend) -> Tensor {
        decoder.forward(pass, on: backend)
    }
}

/// A decoder with Granite's constants.
private struct GraniteDecoder<Network: FeedForward>: Sendable {
    let config: DecoderConfiguration
    let caches: LayerCaches
    private let decoder: Decoder<GraniteLayer<Network>>
    private let embeddingFactor: Float
    private let logitsFactor: Float

    /// - network: makes a layer's feed-forward part from the layer's weights.
    init(
        _ reader: ConfigurationReader, from weights: WeightLoader,
        network: (WeightLoader) throws(CheckpointError) -> Network
    ) throws(CheckpointError) {
        var attention = try AttentionConfiguration(reader)
        try attention.readBias(reader)
        attention.scale = Float(try reader.number("attention_multiplier", default: 1))
        let config = try DecoderConfiguration(
            reader, from: weights, rotary: RotaryParameters(reader),
            rotaryDimensions: attention.headDim)
        let factor = Float(try reader.number("residual_multiplier", default: 1))
        embeddingFactor = Float(try reader.number("embedding_multiplier", default: 1))
        let divisor = try reader.number("logits_scaling", default: 1)
        guard Float(1 / divisor).isFinite else {
            throw reader.error("'logits_scaling' is \(divisor)")
        }
        logitsFactor = Float(1 / divisor)
        decoder = try Decoder(config, from: weights) { place throws(CheckpointError) in
            GraniteLayer(
                layer: try place.preNorm(
                    attention: try GroupedQueryAttention(attention, place),
                    feedForward: try network(place.weights)), factor: factor)
        }
        self.config = config
        caches = attention.caches
    }

    func forward(_ pass: ForwardPass, on backend: some Backend) -> Tensor {
        let hidden = decoder.embed(pass, on: backend)
        backend.multiply(hidden, by: embeddingFactor)
        decoder.run(hidden, pass, on: backend)
        let logits = decoder.logits(hidden, pass, on: backend)
        backend.multiply(logits, by: logitsFactor)
        return logits
    }
}

/// A pre-norm layer whose parts are multiplied by `factor` before they are added to the stream.
private struct GraniteLayer<Network: FeedForward>: DecoderBlock {
    let layer: DecoderLayer<GroupedQueryAttention, Network>
    let factor: Float

    func callAsFunction(
        _ hidden: Tensor, layer index: Int, _ pass: ForwardPass, on backend: some Backend
    ) {
        backend.scope {
            let x = backend.norm(hidden, layer.attentionNorm)
            let y = layer.attention(x, pass, on: backend)
            backend.multiply(y, by: factor)
            backend.add(y, to: hidden)
        }
        backend.scope {
            let x = backend.norm(hidden, layer.feedForwardNorm)
            let y = layer.feedForward(x, layer: index, pass, on: backend)
            backend.multiply(y, by: factor)
            backend.add(y, to: hidden)
        }
    }
}
