import Checkpoints
import Compute
import JSON

/// Token embeddings, a stack of layers, a final norm and a head.
struct Decoder<Layer: DecoderBlock>: Sendable {
    let embedding: Matrix  // [vocabulary, hidden]
    let layers: [Layer]
    let norm: Norm
    let head: Linear  // [vocabulary, hidden]

    /// - layer: makes the layer at a given place.
    init(
        _ config: DecoderConfiguration, from weights: WeightLoader,
        layer: (LayerPlace) throws(CheckpointError) -> Layer
    ) throws(CheckpointError) {
        let model = weights.scoped("model")
        embedding = try model.embedding(
            "embed_tokens", vocabulary: config.vocabulary, hidden: config.hidden)
        let rotary = try model.rotary(config.rotary)
        var layers: [Layer] = []
        for index in 0..<config.layers {
            layers.append(
                try layer(
                    LayerPlace(
                        index: index, hidden: config.hidden, epsilon: config.epsilon,
                        rotary: rotary, weights: model.scoped("layers.\(index)"))))
        }
        self.layers = layers
        norm = try model.norm("norm", config.hidden, epsilon: config.epsilon)
        // If the checkpoint has a head of its own it is used, as in the reference.
        head =
            config.isTied && !weights.contains("lm_head.weight")
            ? try weights.tiedHead(embedding, "model.embed_tokens")
            : try weights.head("lm_head", vocabulary: config.vocabulary, hidden: config.hidden)
    }

    /// The logits of the wanted rows: `[logitRows, vocabulary]`.
    func forward(_ pass: ForwardPass, on backend: some Backend) -> Tensor {
        let hidden = embed(pass, on: backend)
        run(hidden, pass, on: backend)
        return logits(hidden, pass, on: backend)
    }

    /// `[tokens, hidden]`.
    func embed(_ pass: ForwardPass, on backend: some Backend) -> Tensor {
        backend.embed(pass.batch, embedding)
    }

    /// In place: all layers.
    func run(_ hidden: Tensor, _ pass: ForwardPass, on backend: some Backend) {
        pass.observe(hidden, at: 0, on: backend)
        for (index, layer) in layers.enumerated() {
            layer(hidden, layer: index, pass, on: backend)
            backend.check(hidden, pass.batch)
            pass.observe(hidden, at: index + 1, on: backend)
        }
    }

    /// The final norm and the head, for the wanted rows.
    func logits(_ hidden: Tensor, _ pass: ForwardPass, on backend: some Backend) -> Tensor {
        if pass.observer != nil {
            backend.scope {
                pass.observe(backend.norm(hidden, norm), at: layers.count + 1, on: backend)
            }
        }
        let wanted = backend.gather(hidden, rows: pass.batch.logitRows)
        return backend.linear(backend.norm(wanted, norm), head)
    }
}

/// A layer's index, and where its weights and cache are.
struct LayerPlace {
    let index: Int
    let hidden: Int
    let epsilon: Double
    let rotary: Rotary
    /// `model.layers.N`.
    let weights: WeightLoader

    /// A pre-norm layer, read by the names that most families use.
    func preNorm<Mixer: Attention, Network: FeedForward>(
        attention: Mixer, feedForward: Network
    ) throws(CheckpointError) -> DecoderLayer<Mixer, Network> {
        DecoderLayer(
            attentionNorm: try weights.norm("input_layernorm", hidden, epsilon: epsilon),
            attention: attention,
            feedForwardNorm: try weights.norm(
                "post_attention_layernorm", hidden, epsilon: epsilon),
            feedForward: feedForward)
    }
}

/// What all families' configurations share.
struct DecoderConfiguration {
    let vocabulary: Int
    let hidden: Int
    let layers: Int
    let epsilon: Double
    let contextMax: Int
    let rotary: RotaryFrequencies
    /// Whether the embedding table is the head if the checkpoint has no head of its own.
    let isTied: Bool

    /// - rotaryDimensions: elements of a head that are rotated.
    /// - epsilon: the family's value, used if the configuration does not say.
    init(
        _ config: ConfigurationReader, from weights: WeightLoader, rotary: RotaryParameters,
        rotaryDimensions: Int, pairing: Rotary.Pairing = .halves,
        epsilon usualEpsilon: Double = 1e-6
    ) throws(CheckpointError) {
        vocabulary = try config.dimension("vocab_size")
        hidden = try config.dimension("hidden_size")
        layers = try config.dimension("num_hidden_layers")
        epsilon = try config.number("rms_norm_eps", default: usualEpsilon)
        guard epsilon >= 0 else {
            throw config.error("'rms_norm_eps' is \(epsilon), expected 0 or more")
        }
        contextMax = try config.dimension("max_position_embeddings")
        try config.require("hidden_act", oneOf: ["silu", "swish"])
        guard try config.flag("is_causal", default: true) else {
            throw config.error("'is_causal' false is not supported")
        }
        var frequencies = try RotaryScaling.frequencies(
            rotary, dimensions: rotaryDimensions, contextMax: contextMax, pairing: pairing)
        if weights.contains("rope_freqs.weight") {
            // GGUF stores Llama 3's scaling as a divisor for each pair.
            let factors = try weights.values(
                "rope_freqs.weight", count: frequencies.inverse.count)
            frequencies.inverse = zip(frequencies.inverse, factors).map { $0 / $1 }
        }
        self.rotary = frequencies
        isTied = try config.flag("tie_word_embeddings", default: false)
    }

    func shape(
        _ family: String, _ caches: LayerCaches, experts: Int = 0, expertsPerToken: Int = 0
    ) -> ModelShape {
        ModelShape(
            family: family, vocabulary: vocabulary, hidden: hidden, layers: layers,
            contextMax: contextMax, cache: caches.layout, experts: experts,
            expertsPerToken: expertsPerToken)
    }
}
