import Checkpoints
import Compute

/// The sizes, biases and windows of a family's attention.
struct AttentionConfiguration {
    let hidden: Int
    let queryHeads: Int
    let kvHeads: Int
    let headDim: Int
    /// Multiplies the scores; `1 / sqrt(headDim)` unless the family says otherwise.
    var scale: Float
    /// One for each layer: a query sees itself and `window - 1` tokens before it; nil means all.
    var windows: [Int?]
    var hasInputBias = false
    var hasOutputBias = false

    /// Reads the keys that the Llama-like families share.
    ///
    /// - headDim, kvHeads: the family's values, used if the configuration does not say. Nil means
    ///   `hidden_size` divided by the query heads, and as many KV heads as query heads.
    init(
        _ config: ConfigurationReader, headDim usualHeadDim: Int? = nil,
        kvHeads usualKVHeads: Int? = nil
    ) throws(CheckpointError) {
        hidden = try config.dimension("hidden_size")
        queryHeads = try config.dimension("num_attention_heads")
        kvHeads =
            try config.optionalDimension("num_key_value_heads")
            ?? (config.isNull("num_key_value_heads") ? nil : usualKVHeads) ?? queryHeads
        headDim =
            try config.optionalDimension("head_dim")
            ?? (config.isNull("head_dim") ? nil : usualHeadDim) ?? hidden / queryHeads
        guard queryHeads % kvHeads == 0 else {
            throw config.error(
                "'num_attention_heads' \(queryHeads) is no multiple of 'num_key_value_heads' "
                    + "\(kvHeads)")
        }
        guard headDim % 2 == 0, (2...1024).contains(headDim) else {
            throw config.error(
                "a head of \(headDim) is not supported (even, 2 to 1024): 'head_dim', or "
                    + "'hidden_size' shared out among 'num_attention_heads'")
        }
        scale = 1 / Float(headDim).squareRoot()
        let layers = try config.dimension("num_hidden_layers")
        guard layers <= 4096 else { throw config.error("'num_hidden_layers' is \(layers)") }
        windows = [Int?](repeating: nil, count: layers)
    }

    /// Reads `attention_bias`, one flag for q, k, v and o.
    mutating func readBias(_ config: ConfigurationReader, default fallback: Bool = false)
        throws(CheckpointError)
    {
        hasInputBias = try config.flag("attention_bias", default: fallback)
        hasOutputBias = hasInputBias
    }

    /// Gives each layer the window that `layer_types` says, or `fallback` if there is no such list.
    /// `window` is nil if the model has none.
    mutating func readLayerTypes(
        _ config: ConfigurationReader, window: Int?, fallback: (Int) throws(CheckpointError) -> Bool
    ) throws(CheckpointError) {
        let types = try config.strings("layer_types")
        guard types.isEmpty || types.count == windows.count else {
            throw config.error(
                "'layer_types' has \(types.count) entries of 'num_hidden_layers' "
                    + "\(windows.count)")
        }
        for index in windows.indices {
            let slides: Bool
            if types.isEmpty {
                slides = try fallback(index)
            } else {
                guard ["full_attention", "sliding_attention"].contains(types[index]) else {
                    throw config.error(
                        "'layer_types' has '\(types[index])', which is not supported")
                }
                slides = types[index] == "sliding_attention"
            }
            guard slides else { continue }
            guard let window else {
                throw config.error(
                    "layer \(index) slides by 'layer_types', but 'sliding_window' and "
                        + "'use_sliding_window' give the model no window")
            }
            windows[index] = window
        }
    }

    func shape(layer: Int, sinks: Vector? = nil) -> AttentionShape {
        AttentionShape(
            queryHeads: queryHeads, kvHeads: kvHeads, headDim: headDim, scale: scale,
            window: windows[layer], sinks: sinks)
    }

    var caches: LayerCaches {
        LayerCaches(
            windows: windows, heads: kvHeads, queryHeads: queryHeads, keyDim: headDim,
            valueDim: headDim)
    }
}

/// Attention in which groups of query heads share a key and value head (arXiv:2305.13245), with
/// rotary positions.
struct GroupedQueryAttention: Attention {
    let queryKeyValue: Linear  // [(queryHeads + 2 kvHeads) * headDim, hidden]
    let output: Linear  // [hidden, queryHeads * headDim]
    let shape: AttentionShape
    let rotary: Rotary
    let layer: KVLayer

    init(_ config: AttentionConfiguration, _ place: LayerPlace, sinks: Vector? = nil)
        throws(CheckpointError)
    {
        let weights = place.weights.scoped("self_attn")
        shape = config.shape(layer: place.index, sinks: sinks)
        queryKeyValue = try weights.linear(
            "qkv_proj",
            [
                ("q_proj", shape.queryColumns), ("k_proj", shape.keyColumns),
                ("v_proj", shape.keyColumns),
            ], inputs: config.hidden, bias: config.hasInputBias)
        output = try weights.linear(
            "o_proj", config.hidden, shape.queryColumns, bias: config.hasOutputBias)
        rotary = place.rotary
        layer = config.caches.layers[place.index]
    }

    func callAsFunction(
        _ hidden: Tensor, _ norm: Norm, times factor: Float, on backend: some Backend
    ) {
        attend(project(hidden, norm, on: backend), times: factor, addingTo: hidden, on: backend)
    }

    /// Queries, keys and values, side by side: `[rows, (queryHeads + 2 kvHeads) * headDim]`.
    func project(_ hidden: Tensor, _ norm: Norm, on backend: some Backend) -> Tensor {
        backend.linear(queryKeyValue, ofNormed: hidden, norm)
    }

    /// Everything after the projections of q, k and v.
    func attend(
        _ heads: Tensor, times factor: Float, addingTo hidden: Tensor, on backend: some Backend
    ) {
        backend.rotate(
            heads, column: 0, heads: shape.queryHeads + shape.kvHeads, stride: shape.headDim,
            rotary)
        let mixed = backend.attention(heads, shape, layer)
        backend.add(output, of: mixed, times: factor, to: hidden)
    }
}
