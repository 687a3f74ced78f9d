import Checkpoints
import Compute

/// What a family's attention looks like.
struct AttentionConfiguration {
    let hidden: Int
    let queryHeads: Int
    let kvHeads: Int
    let headDim: Int
    var window: Int?
    var hasInputBias = false
    var hasOutputBias = false

    /// Reads the keys that the Llama-like families share.
    init(_ config: ConfigurationReader) throws(CheckpointError) {
        hidden = try config.dimension("hidden_size")
        queryHeads = try config.dimension("num_attention_heads")
        kvHeads = try config.optionalDimension("num_key_value_heads") ?? queryHeads
        headDim = try config.optionalDimension("head_dim") ?? hidden / queryHeads
        guard queryHeads % kvHeads == 0 else {
            throw config.error(
                "'num_attention_heads' \(queryHeads) is no multiple of 'num_key_value_heads' "
                    + "\(kvHeads)")
        }
        guard headDim % 2 == 0, headDim <= 1024 else {
            throw config.error("a head of \(headDim) is not supported (even, at most 1024)")
        }
    }

    var shape: AttentionShape {
        AttentionShape(
            queryHeads: queryHeads, kvHeads: kvHeads, headDim: headDim,
            scale: 1 / Float(headDim).squareRoot(), window: window)
    }

    /// The cache of `layers` alike layers.
    func cache(layers: Int) -> KVCacheLayout.Group {
        KVCacheLayout.Group(
            layers: layers, heads: kvHeads, keyDim: headDim, valueDim: headDim, window: window)
    }
}

/// Attention whose query heads share key and value heads in groups (arXiv:2305.13245), with rotary
/// positions. `x` and the result are `[tokens, hidden]`.
struct GroupedQueryAttention: Sendable {
    let queryKeyValue: Linear  // [(queryHeads + 2 kvHeads) * headDim, hidden]
    let output: Linear  // [hidden, queryHeads * headDim]
    let shape: AttentionShape
    let rotary: Rotary
    let layer: KVLayer

    init(
        _ config: AttentionConfiguration, rotary: Rotary, layer: KVLayer,
        from weights: WeightLoader
    ) throws(CheckpointError) {
        shape = config.shape
        queryKeyValue = try weights.linear(
            "qkv_proj",
            [
                ("q_proj", shape.queryColumns), ("k_proj", shape.keyColumns),
                ("v_proj", shape.keyColumns),
            ], inputs: config.hidden, bias: config.hasInputBias)
        output = try weights.linear(
            "o_proj", config.hidden, shape.queryColumns, bias: config.hasOutputBias)
        self.rotary = rotary
        self.layer = layer
    }

    func callAsFunction(_ x: Tensor, _ pass: ForwardPass, on backend: some Backend) -> Tensor {
        let heads = backend.linear(x, queryKeyValue)
        backend.rotate(
            heads, column: 0, heads: shape.queryHeads + shape.kvHeads, stride: shape.headDim,
            rotary, pass.batch)
        return backend.linear(backend.attention(heads, shape, layer, pass.batch), output)
    }
}
