import Checkpoints
import Compute

/// Mixtral (arXiv:2401.04088): Mistral's attention, with a window where the configuration has one,
/// and a sparse mixture of experts in every layer.
struct Mixtral: Architecture {
    let shape: ModelShape
    private let decoder: Decoder<MixtralMoE>

    init(_ reader: ConfigurationReader, from weights: WeightLoader) throws(CheckpointError) {
        var config = try DecoderConfiguration(reader, from: weights)
        config.attention.window = try reader.optionalDimension("sliding_window")
        let moe = try MixtralMoE.Configuration(reader)
        shape = config.shape("mixtral", experts: moe.experts, expertsPerToken: moe.topK)
        decoder = try Decoder(config, from: weights) { layer, _ throws(CheckpointError) in
            try MixtralMoE(moe, from: layer.scoped("block_sparse_moe"))
        }
    }

    func forward(_ pass: ForwardPass, on backend: some Backend) -> Tensor {
        decoder.forward(pass, on: backend)
    }
}

/// Mixtral's sparse mixture of experts (arXiv:2401.04088 §2.1): a token visits `topK` experts,
/// and a softmax over their logits alone weighs what they answer.
struct MixtralMoE: FeedForward {
    struct Configuration {
        let hidden: Int
        let inner: Int
        let experts: Int
        let topK: Int

        init(_ config: ConfigurationReader) throws(CheckpointError) {
            hidden = try config.dimension("hidden_size")
            inner = try config.dimension("intermediate_size")
            experts = try config.dimension("num_local_experts")
            topK = try config.dimension("num_experts_per_tok")
            guard topK <= experts else {
                throw config.error(
                    "'num_experts_per_tok' \(topK) is more than 'num_local_experts' \(experts)")
            }
        }
    }

    let router: Linear  // [experts, hidden]
    let bank: ExpertBank  // gate, up: [experts, inner, hidden]; down: [experts, hidden, inner]
    let rule: RoutingRule

    init(_ config: Configuration, from weights: WeightLoader) throws(CheckpointError) {
        router = try weights.router("gate", experts: config.experts, hidden: config.hidden)
        bank = try weights.experts(
            "experts", count: config.experts, hidden: config.hidden, inner: config.inner
        ) { ("experts.\($0).w1", "experts.\($0).w3", "experts.\($0).w2") }
        rule = RoutingRule(topK: config.topK, scoring: .softmaxOfTopK)
    }

    func callAsFunction(_ x: Tensor, layer: Int, _ pass: ForwardPass, on backend: some Backend)
        -> Tensor
    {
        let logits = backend.linear(x, router)  // [tokens, experts]
        let routes = pass.routes(logits, rule, layer: layer, on: backend)  // [tokens, topK]
        return backend.experts(x, bank, routes)  // [tokens, hidden]
    }
}
