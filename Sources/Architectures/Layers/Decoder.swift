import Checkpoints
import Compute
import JSON

/// Token embeddings, a stack of layers, a final norm and a head.
struct Decoder<Layer: DecoderBlock>: Sendable {
    let embedding: Matrix  // [vocabulary, hidden]
    let layers: [Layer]
    let norm: Norm
    let head: Linear  // [vocabulary, hidden]

    /// - layer: makes a layer from its place.
    init(
        _ config: DecoderConfiguration, from weights: WeightLoader,
        layer: (LayerPlace) throws(CheckpointError) -> Layer
    ) throws(CheckpointError) {
        let model = weights.scoped("model")
        embedding = try model.embedding(
            "embed_tokens", vocabulary: config.vocabulary, hidden: config.hidden)
        let rotary = model.rotary(config.rotary)
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
        let isTied = config.isTied ?? !weights.contains("lm_head.weight")
        head =
            isTied
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

/// What a layer is made from.
struct LayerPlace {
    let index: Int
    let hidden: Int
    let epsilon: Double
    let rotary: Rotary
    /// `model.layers.N`.
    let weights: WeightLoader

    /// A pre-norm layer under the names that most families use.
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
    /// Whether the head is the embedding table; nil where the configuration does not say.
    let isTied: Bool?

    /// - rotaryDimensions: elements of a head that turn.
    /// - epsilon, theta: what the family means where the configuration does not say.
    init(
        _ config: ConfigurationReader, from weights: WeightLoader, rotaryDimensions: Int,
        pairing: Rotary.Pairing = .halves, epsilon usualEpsilon: Double = 1e-6,
        theta: Double = 10_000
    ) throws(CheckpointError) {
        vocabulary = try config.dimension("vocab_size")
        hidden = try config.dimension("hidden_size")
        layers = try config.dimension("num_hidden_layers")
        epsilon = try config.number("rms_norm_eps", default: usualEpsilon)
        contextMax = try config.dimension("max_position_embeddings")
        try config.require("hidden_act", oneOf: ["silu", "swish"])
        for source in [config, try config.object("rope_parameters")] {
            guard try source?.number("partial_rotary_factor", default: 1) ?? 1 == 1 else {
                throw config.error("'partial_rotary_factor' other than 1 is not supported")
            }
        }
        var rotary = try RotaryScaling.frequencies(
            config, dimensions: rotaryDimensions, contextMax: contextMax, pairing: pairing,
            theta: theta)
        if weights.contains("rope_freqs.weight") {
            // GGUF spells Llama 3's scaling as a divisor for each pair.
            let factors = try weights.values("rope_freqs.weight", count: rotary.inverse.count)
            rotary.inverse = zip(rotary.inverse, factors).map { $0 / $1 }
        }
        self.rotary = rotary
        isTied = config.value("tie_word_embeddings")?.boolValue
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
