import Checkpoints
import Compute

/// Llama (arXiv:2307.09288, arXiv:2407.21783): dense layers, grouped-query attention.
struct Llama: DecoderArchitecture {
    static let modelTypes = ["llama"]

    let shape: ModelShape
    let decoder: Decoder<DecoderLayer<GroupedQueryAttention, GatedFeedForward>>

    init(_ reader: ConfigurationReader, from weights: WeightLoader) throws(CheckpointError) {
        var attention = try AttentionConfiguration(reader)
        try attention.readBias(reader)
        let config = try DecoderConfiguration(
            reader, from: weights, rotary: RotaryParameters(reader),
            rotaryDimensions: attention.headDim)
        let inner = try reader.dimension("intermediate_size")
        let bias = try reader.flag("mlp_bias", default: false)
        shape = config.shape("llama", attention.caches)
        decoder = try Decoder(config, from: weights) { place throws(CheckpointError) in
            try place.preNorm(
                attention: try GroupedQueryAttention(attention, place),
                feedForward: try GatedFeedForward(
                    hidden: config.hidden, inner: inner, bias: bias,
                    from: place.weights.scoped("mlp")))
        }
    }
}
