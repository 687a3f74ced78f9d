import Checkpoints
import Compute
import JSON

/// A pre-norm decoder layer: attention and feed-forward, each behind a norm and added to the stream.
struct DecoderLayer<Block: FeedForward>: Sendable {
    let attentionNorm: Norm
    let attention: GroupedQueryAttention
    let feedForwardNorm: Norm
    let feedForward: Block

    /// In place: `hidden` is `[tokens, hidden]`.
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

/// Token embeddings, a stack of layers, a final norm and a head.
struct Decoder<Block: FeedForward>: Sendable {
    let embedding: Matrix  // [vocabulary, hidden]
    let layers: [DecoderLayer<Block>]
    let norm: Norm
    let head: Linear  // [vocabulary, hidden]

    /// - block: makes a layer's feed-forward part from the layer's weights.
    init(
        _ config: DecoderConfiguration, from weights: WeightLoader,
        block: (WeightLoader, Int) throws(CheckpointError) -> Block
    ) throws(CheckpointError) {
        let model = weights.scoped("model")
        let hidden = config.attention.hidden
        embedding = try model.embedding(
            "embed_tokens", vocabulary: config.vocabulary, hidden: hidden)
        let rotary = model.rotary(config.rotary)
        var layers: [DecoderLayer<Block>] = []
        for index in 0..<config.layers {
            let layer = model.scoped("layers.\(index)")
            layers.append(
                DecoderLayer(
                    attentionNorm: try layer.norm(
                        "input_layernorm", hidden, epsilon: config.epsilon),
                    attention: try GroupedQueryAttention(
                        config.attention, rotary: rotary, layer: KVLayer(group: 0, index: index),
                        from: layer.scoped("self_attn")),
                    feedForwardNorm: try layer.norm(
                        "post_attention_layernorm", hidden, epsilon: config.epsilon),
                    feedForward: try block(layer, index)))
        }
        self.layers = layers
        norm = try model.norm("norm", hidden, epsilon: config.epsilon)
        let isTied = config.isTied ?? !weights.contains("lm_head.weight")
        head =
            isTied
            ? Linear(weight: embedding, bias: nil)
            : try weights.head("lm_head", vocabulary: config.vocabulary, hidden: hidden)
    }

    func forward(_ pass: ForwardPass, on backend: some Backend) -> Tensor {
        let hidden = backend.embed(pass.batch, embedding)
        pass.observe(hidden, at: 0, on: backend)
        for (index, layer) in layers.enumerated() {
            layer(hidden, layer: index, pass, on: backend)
            backend.check(hidden, pass.batch)
            pass.observe(hidden, at: index + 1, on: backend)
        }
        if pass.observer != nil {
            backend.scope {
                pass.observe(backend.norm(hidden, norm), at: layers.count + 1, on: backend)
            }
        }
        let wanted = backend.gather(hidden, rows: pass.batch.logitRows)
        return backend.linear(backend.norm(wanted, norm), head)
    }
}

/// What the Llama-like families' configurations share.
struct DecoderConfiguration {
    var attention: AttentionConfiguration
    let vocabulary: Int
    let layers: Int
    let epsilon: Double
    let contextMax: Int
    var rotary: RotaryFrequencies
    /// Whether the head is the embedding table; nil where the configuration does not say.
    let isTied: Bool?

    init(_ config: ConfigurationReader, from weights: WeightLoader) throws(CheckpointError) {
        attention = try AttentionConfiguration(config)
        vocabulary = try config.dimension("vocab_size")
        layers = try config.dimension("num_hidden_layers")
        epsilon = try config.number("rms_norm_eps", default: 1e-6)
        contextMax = try config.dimension("max_position_embeddings")
        try config.require("hidden_act", oneOf: ["silu", "swish"])
        rotary = try RotaryScaling.frequencies(
            config, dimensions: attention.headDim, contextMax: contextMax)
        if weights.contains("rope_freqs.weight") {
            // GGUF spells Llama 3's scaling as a divisor for each pair.
            let factors = try weights.values("rope_freqs.weight", count: rotary.inverse.count)
            rotary.inverse = zip(rotary.inverse, factors).map { $0 / $1 }
        }
        isTied = config.value("tie_word_embeddings")?.boolValue
    }

    func shape(_ family: String, experts: Int = 0, expertsPerToken: Int = 0) -> ModelShape {
        ModelShape(
            family: family, vocabulary: vocabulary, hidden: attention.hidden, layers: layers,
            contextMax: contextMax, cache: KVCacheLayout(groups: [attention.cache(layers: layers)]),
            experts: experts, expertsPerToken: expertsPerToken)
    }
}
