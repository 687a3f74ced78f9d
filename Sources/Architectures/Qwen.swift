import Checkpoints
import Compute

/// Qwen2 (arXiv:2407.10671): Llama's layers; the projections of queries, keys and values have
/// biases.
struct Qwen2: DecoderArchitecture {
    static let modelTypes = ["qwen2"]

    let shape: ModelShape
    let decoder: Decoder<DecoderLayer<GroupedQueryAttention, GatedFeedForward>>

    init(_ reader: ConfigurationReader, from weights: WeightLoader) throws(CheckpointError) {
        var attention = try AttentionConfiguration(reader, kvHeads: 32)
        attention.hasInputBias = true
        try attention.readQwenWindows(reader)
        let config = try DecoderConfiguration(
            reader, from: weights, rotary: RotaryParameters(reader),
            rotaryDimensions: attention.headDim)
        let inner = try reader.dimension("intermediate_size")
        shape = config.shape("qwen2", attention.caches)
        decoder = try Decoder(config, from: weights) { place throws(CheckpointError) in
            try place.preNorm(
                attention: try GroupedQueryAttention(attention, place),
                feedForward: try GatedFeedForward(
                    hidden: config.hidden, inner: inner, from: place.weights.scoped("mlp")))
        }
    }
}

/// Qwen3 (arXiv:2505.09388): dense layers whose queries and keys are normed.
struct Qwen3: DecoderArchitecture {
    static let modelTypes = ["qwen3"]

    let shape: ModelShape
    let decoder: Decoder<DecoderLayer<Qwen3Attention, GatedFeedForward>>

    init(_ reader: ConfigurationReader, from weights: WeightLoader) throws(CheckpointError) {
        var attention = try AttentionConfiguration(reader, headDim: 128, kvHeads: 32)
        try attention.readBias(reader)
        try attention.readQwenWindows(reader)
        let config = try DecoderConfiguration(
            reader, from: weights, rotary: RotaryParameters(reader),
            rotaryDimensions: attention.headDim)
        let inner = try reader.dimension("intermediate_size")
        shape = config.shape("qwen3", attention.caches)
        decoder = try Decoder(config, from: weights) { place throws(CheckpointError) in
            try place.preNorm(
                attention: try Qwen3Attention(attention, place),
                feedForward: try GatedFeedForward(
                    hidden: config.hidden, inner: inner, from: place.weights.scoped("mlp")))
        }
    }
}

/// Grouped-query attention with a norm over each query and key head by itself, before the rotary
/// embedding.
struct Qwen3Attention: Attention {
    private let base: GroupedQueryAttention
    private let queryNorm: Norm  // [headDim]
    private let keyNorm: Norm  // [headDim]

    init(_ config: AttentionConfiguration, _ place: LayerPlace) throws(CheckpointError) {
        let weights = place.weights.scoped("self_attn")
        base = try GroupedQueryAttention(config, place)
        queryNorm = try weights.norm("q_norm", config.headDim, epsilon: place.epsilon)
        keyNorm = try weights.norm("k_norm", config.headDim, epsilon: place.epsilon)
    }

    func callAsFunction(
        _ hidden: Tensor, _ norm: Norm, times factor: Float, on backend: some Backend
    ) {
        let heads = base.project(hidden, norm, on: backend)
        let shape = base.shape
        backend.normHeads(heads, column: 0, heads: shape.queryHeads, queryNorm)
        backend.normHeads(heads, column: shape.queryColumns, heads: shape.kvHeads, keyNorm)
        base.attend(heads, times: factor, addingTo: hidden, on: backend)
    }
}

extension AttentionConfiguration {
    /// Reads Qwen's window, if `use_sliding_window` is true: it holds in the layers that
    /// `layer_types` names, or else from layer `max_window_layers` on.
    mutating func readQwenWindows(_ config: ConfigurationReader) throws(CheckpointError) {
        let window = try Self.qwenWindow(config)
        let firstSliding = try config.integer("max_window_layers", default: 28)
        try readLayerTypes(config, window: window) { layer in
            window != nil && layer >= firstSliding
        }
    }

    /// `sliding_window`, which counts only with `use_sliding_window`; 0 and null are none.
    static func qwenWindow(_ config: ConfigurationReader) throws(CheckpointError) -> Int? {
        guard try config.flag("use_sliding_window", default: false),
            !config.isNull("sliding_window")
        else { return nil }
        let window = try config.integer("sliding_window", default: 4096)
        return window == 0 ? nil : window
    }
}
