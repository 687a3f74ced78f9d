import Checkpoints
import Compute
import JSON

/// Token embeddings, a stack of layers, a final norm and a head.
struct Decoder<Layer: DecoderBlock>: Sendable {
    let embedding: Matrix  // [vocabulary, hidden]
    let layers: [Layer]
    let norm: Norm
    let head: Linear  // [vocabulary, hidden]
    /// Multiply embeddings and logits in a few families.
    var embeddingFactor: Float = 1
    var logitsFactor: Float = 1

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
    func forward(on backend: some Backend, observer: (any ForwardObserver)?) -> Tensor {
        let hidden = backend.embed(embedding)
        if embeddingFactor != 1 { backend.multiply(hidden, by: embeddingFactor) }
        observer?.hidden(at: 0, backend.read(hidden), width: hidden.columns)
        for (index, layer) in layers.enumerated() {
            layer(hidden, PassPlace(layer: index, observer: observer), on: backend)
            observer?.hidden(at: index + 1, backend.read(hidden), width: hidden.columns)
        }
        // Layers only add to it, so what is not finite after any of them is not finite here.
        backend.check(hidden)
        if let observer {
            backend.scope {
                let normed = backend.norm(hidden, norm)
                observer.hidden(
                    at: layers.count + 1, backend.read(normed), width: hidden.columns)
            }
        }
        let logits = backend.linear(head, ofNormed: backend.wantedRows(hidden), norm)
        if logitsFactor != 1 { backend.multiply(logits, by: logitsFactor) }
        return logits
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
            contextMax: contextMax, cache: caches.layout, queryHeads: caches.queryHeads,
            experts: experts,
            expertsPerToken: expertsPerToken)
    }
}
