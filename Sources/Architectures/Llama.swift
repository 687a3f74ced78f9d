import Checkpoints
import Compute

/// Llama (arXiv:2307.09288, arXiv:2407.21783): dense layers, grouped-query attention.
struct Llama: Architecture {
    let shape: ModelShape
    private let decoder: Decoder<GatedFeedForward>

    init(_ reader: ConfigurationReader, from weights: WeightLoader) throws(CheckpointError) {
        var config = try DecoderConfiguration(reader, from: weights)
        config.attention.hasInputBias = try reader.flag("attention_bias", default: false)
        config.attention.hasOutputBias = config.attention.hasInputBias
        guard try !reader.flag("mlp_bias", default: false) else {
            throw reader.error("'mlp_bias' true is not supported")
        }
        let inner = try reader.dimension("intermediate_size")
        let hidden = config.attention.hidden
        shape = config.shape("llama")
        decoder = try Decoder(config, from: weights) { layer, _ throws(CheckpointError) in
            try GatedFeedForward(hidden: hidden, inner: inner, from: layer.scoped("mlp"))
        }
    }

    func forward(_ pass: ForwardPass, on backend: some Backend) -> Tensor {
        decoder.forward(pass, on: backend)
    }
}
