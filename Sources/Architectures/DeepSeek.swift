import Checkpoints
import Compute

/// DeepSeek-V2 (arXiv:2405.04434) and V3 (arXiv:2412.19437): multi-head latent attention, a first
/// run of dense layers, then experts some of which are shared by all tokens. Layers that predict
/// further tokens (`num_nextn_predict_layers`) come after the others in a checkpoint and are not
/// read.
struct DeepSeek: DecoderArchitecture {
    static let modelTypes = Version.allCases.map(\.rawValue)

    enum Version: String, CaseIterable {
        case v2 = "deepseek_v2"
        case v3 = "deepseek_v3"

        /// The values that the published configuration classes give to absent keys.
        struct Usual {
            let sharedExperts: Int
            let firstSparse: Int
            let factor: Double
            let groups: Int
            let keptGroups: Int
            let counts: (experts: Int, topK: Int?)
        }

        /// The other key under which the published configuration class reads the number of routed
        /// experts.
        var otherName: String { self == .v2 ? "num_experts" : "num_local_experts" }

        var usual: Usual {
            switch self {
            case .v2:
                Usual(
                    sharedExperts: 2, firstSparse: 0, factor: 1, groups: 1, keptGroups: 1,
                    counts: (64, nil))
            case .v3:
                Usual(
                    sharedExperts: 1, firstSparse: 3, factor: 2.5, groups: 8, keptGroups: 4,
                    counts: (256, 8))
            }
        }
    }

    let shape: ModelShape
    let decoder: Decoder<DecoderLayer<LatentAttention, MixedFeedForward<DeepSeekMoE>>>

    init(_ reader: ConfigurationReader, from weights: WeightLoader) throws(CheckpointError) {
        guard let version = Version(rawValue: reader.modelType) else {
            throw reader.error("'model_type' is '\(reader.modelType)'")
        }
        let rotary = try RotaryParameters(reader)
        let attention = try LatentAttention.Configuration(reader, rotary)
        // The reference reads null as false, even in flags that default to true when absent.
        let isInterleaved = try reader.flag(
            "rope_interleave", default: version == .v2 || !reader.isNull("rope_interleave"))
        guard isInterleaved || version == .v3 else {
            throw reader.error("'rope_interleave' false is not supported for deepseek_v2")
        }
        let config = try DecoderConfiguration(
            reader, from: weights, rotary: rotary, rotaryDimensions: attention.shape.ropeDim,
            pairing: isInterleaved ? .neighbours : .halves)
        guard config.layers <= 4096 else {
            throw reader.error("'num_hidden_layers' is \(config.layers)")
        }
        guard try !reader.flag("mlp_bias", default: false) else {
            throw reader.error("'mlp_bias' true is not supported")
        }
        let caches = LayerCaches(
            windows: [Int?](repeating: nil, count: config.layers), heads: 1,
            queryHeads: attention.shape.heads,
            keyDim: attention.shape.latent + attention.shape.ropeDim,
            valueDim: attention.shape.latent)
        let moe = try DeepSeekMoE.Configuration(version, reader)
        shape = config.shape(
            version.rawValue, caches, experts: moe.counts?.experts ?? 0,
            expertsPerToken: moe.counts?.topK ?? 0)
        decoder = try Decoder(config, from: weights) { place throws(CheckpointError) in
            try place.preNorm(
                attention: try LatentAttention(attention, caches.layers[place.index], place),
                feedForward: try moe.layer(place.index, from: place.weights.scoped("mlp")))
        }
    }
}

/// Multi-head latent attention (arXiv:2405.04434 §2.1) in its absorbed form: keys and values of all
/// heads are projections of one latent. The cache holds only this latent and a rotated key that all
/// heads share.
struct LatentAttention: Attention {
    struct Configuration {
        let hidden: Int
        /// The width of the low-rank query projection; nil if queries are projected directly.
        let queryRank: Int?
        let shape: LatentAttentionShape
        let hasBias: Bool

        init(_ config: ConfigurationReader, _ rotary: RotaryParameters) throws(CheckpointError) {
            hidden = try config.dimension("hidden_size")
            // An absent key means the published class's default; only null means that there is
            // none.
            queryRank =
                try config.optionalDimension("q_lora_rank")
                ?? (config.isNull("q_lora_rank") ? nil : 1536)
            hasBias = try config.flag("attention_bias", default: false)
            func size(_ key: String, max: Int) throws(CheckpointError) -> Int {
                let size = try config.dimension(key)
                guard size <= max else {
                    throw config.error("'\(key)' \(size) is more than \(max)")
                }
                return size
            }
            let plainDim = try size("qk_nope_head_dim", max: 1024)
            let ropeDim = try size("qk_rope_head_dim", max: 1024)
            guard ropeDim % 2 == 0 else {
                throw config.error("'qk_rope_head_dim' \(ropeDim) is odd, which cannot turn")
            }
            let heads = try size("num_attention_heads", max: 4096)
            // Keys that other families read. Here they are accepted only if they repeat what
            // another key says.
            for (key, only, other) in [
                ("num_key_value_heads", heads, "num_attention_heads"),
                ("head_dim", ropeDim, "qk_rope_head_dim"),
            ] {
                let size = try config.optionalDimension(key) ?? only
                guard size == only else {
                    throw config.error("'\(key)' is \(size), but '\(other)' is \(only)")
                }
            }
            shape = LatentAttentionShape(
                heads: heads, plainDim: plainDim,
                ropeDim: ropeDim, latent: try size("kv_lora_rank", max: 2048),
                valueDim: try size("v_head_dim", max: 1024),
                scale: Float(
                    try Self.sharpness(rotary) / Double(plainDim + ropeDim).squareRoot()))
        }

        /// The factor by which a rotary scaling multiplies the scores: the square of its magnitude.
        /// What else YaRN changes is in the cosines and sines.
        private static func sharpness(_ rotary: RotaryParameters) throws(CheckpointError)
            -> Double
        {
            let scaling = rotary.scaling
            let allDimensions = try scaling.number("mscale_all_dim", default: 0)
            guard rotary.kind != .plain, allDimensions != 0 else { return 1 }
            let magnitude = RotaryScaling.magnitude(
                try scaling.positive("factor"), allDimensions)
            return magnitude * magnitude
        }
    }

    /// How queries are projected from the hidden state.
    private enum Query {
        case direct(Linear)  // [heads * headDim, hidden]
        /// `up(norm(down(x)))`: `[rank, hidden]`, `[rank]`, `[heads * headDim, rank]`.
        case lowRank(down: Linear, norm: Norm, up: Linear)
    }

    /// The norms inside attention have an epsilon of their own.
    private static let epsilon = 1e-6

    private let query: Query
    private let latent: Linear  // [latent + ropeDim, hidden]
    private let latentNorm: Norm  // [latent]
    private let up: Matrix  // [heads * (plainDim + valueDim), latent]
    private let output: Linear  // [hidden, heads * valueDim]
    private let shape: LatentAttentionShape
    private let rotary: Rotary
    private let layer: KVLayer

    init(_ config: Configuration, _ layer: KVLayer, _ place: LayerPlace) throws(CheckpointError) {
        let weights = place.weights.scoped("self_attn")
        let shape = config.shape
        let queries = shape.heads * shape.headDim
        if let rank = config.queryRank {
            query = .lowRank(
                down: try weights.linear("q_a_proj", rank, config.hidden, bias: config.hasBias),
                norm: try weights.norm("q_a_layernorm", rank, epsilon: Self.epsilon),
                up: try weights.linear("q_b_proj", queries, rank))
        } else {
            query = .direct(try weights.linear("q_proj", queries, config.hidden))
        }
        latent = try weights.linear(
            "kv_a_proj_with_mqa", shape.latent + shape.ropeDim, config.hidden,
            bias: config.hasBias)
        latentNorm = try weights.norm("kv_a_layernorm", shape.latent, epsilon: Self.epsilon)
        up = try weights.linear(
            "kv_b_proj", [("kv_b_proj", shape.heads * shape.upRows)], inputs: shape.latent,
            role: .absorbed
        ).weight
        output = try weights.linear(
            "o_proj", config.hidden, shape.heads * shape.valueDim, bias: config.hasBias)
        self.shape = shape
        rotary = place.rotary
        self.layer = layer
    }

    func callAsFunction(
        _ hidden: Tensor, _ norm: Norm, times factor: Float, on backend: some Backend
    ) {
        let x = backend.norm(hidden, norm)
        let queries = queries(x, on: backend)
        backend.rotate(
            queries, column: shape.plainDim, heads: shape.heads, stride: shape.headDim, rotary)
        let latents = backend.linear(x, latent)
        backend.normHeads(latents, column: 0, heads: 1, latentNorm)
        backend.rotate(
            latents, column: shape.latent, heads: 1, stride: shape.ropeDim, rotary)
        let heads = backend.latentAttention(
            queries: queries, latents: latents, up: up, shape, layer)
        backend.add(output, of: heads, times: factor, to: hidden)
    }

    /// `[tokens, heads * (plainDim + ropeDim)]`.
    private func queries(_ x: Tensor, on backend: some Backend) -> Tensor {
        switch query {
        case .direct(let projection):
            return backend.linear(x, projection)
        case .lowRank(let down, let norm, let up):
            return backend.linear(up, ofNormed: backend.linear(x, down), norm)
        }
    }
}

/// DeepSeek's mixture of experts: routed experts, and shared ones that every token visits. The
/// shared experts are stored as one wider network.
struct DeepSeekMoE: FeedForward {
    struct Configuration {
        /// nil for a model without routed experts.
        let counts: ExpertCounts?
        private let hidden: Int
        private let inner: Int
        private let denseInner: Int
        private let sharedExperts: Int
        private let firstSparse: Int
        private let sparseStep: Int
        private let version: DeepSeek.Version
        private let groups: RoutingRule.Groups?
        private let renormalize: Bool
        private let factor: Float

        init(_ version: DeepSeek.Version, _ config: ConfigurationReader) throws(CheckpointError) {
            self.version = version
            hidden = try config.dimension("hidden_size")
            denseInner = try config.dimension("intermediate_size")
            let usual = version.usual
            sharedExperts = try config.integer(
                "n_shared_experts",
                default: config.isNull("n_shared_experts") ? 0 : usual.sharedExperts)
            firstSparse = try config.integer(
                "first_k_dense_replace",
                default: config.isNull("first_k_dense_replace") ? 0 : usual.firstSparse)
            sparseStep = try config.optionalDimension("moe_layer_freq") ?? 1
            factor = Float(
                try config.number("routed_scaling_factor", default: usual.factor))
            let hasExperts = !config.isNull("n_routed_experts")
            let counts =
                hasExperts
                ? try ExpertCounts(
                    config, experts: ["n_routed_experts", version.otherName], usual: usual.counts)
                : nil
            inner = hasExperts ? try config.dimension("moe_intermediate_size") : 0
            guard sharedExperts <= 1024 else {
                throw config.error("'n_shared_experts' is \(sharedExperts)")
            }
            switch version {
            case .v2:
                try config.require("scoring_func", oneOf: ["softmax"])
                try config.require("topk_method", oneOf: ["greedy", "group_limited_greedy"])
                renormalize = false
                guard try !config.flag("norm_topk_prob", default: false) else {
                    throw config.error("'norm_topk_prob' true is not supported for deepseek_v2")
                }
            case .v3:
                try config.require("scoring_func", oneOf: ["sigmoid"])
                try config.require("topk_method", oneOf: ["noaux_tc"])
                renormalize = try config.flag(
                    "norm_topk_prob", default: !config.isNull("norm_topk_prob"))
            }
            groups = try counts.flatMap { counts throws(CheckpointError) in
                try Self.groups(version, counts, config)
            }
            self.counts = counts
        }

        /// The groups of experts if experts are chosen from the best groups only; nil if from all.
        private static func groups(
            _ version: DeepSeek.Version, _ counts: ExpertCounts, _ config: ConfigurationReader
        ) throws(CheckpointError) -> RoutingRule.Groups? {
            if version == .v2,
                try config.string("topk_method", default: "greedy") == "greedy"
            {
                return nil
            }
            let usual = version.usual
            let count =
                try config.optionalDimension("n_group")
                ?? (config.isNull("n_group") ? 1 : usual.groups)
            let kept =
                try config.optionalDimension("topk_group")
                ?? (config.isNull("topk_group") ? count : min(count, usual.keptGroups))
            guard count > 1 else { return nil }
            guard counts.experts % count == 0, kept <= count,
                kept * (counts.experts / count) >= counts.topK
            else {
                throw config.error(
                    "'n_group' \(count) and 'topk_group' \(kept) do not fit 'n_routed_experts' "
                        + "\(counts.experts) of which a token visits 'num_experts_per_tok' "
                        + "\(counts.topK)")
            }
            guard version == .v2 || counts.experts / count >= 2 else {
                throw config.error("'n_group' \(count) leaves groups of one expert")
            }
            return RoutingRule.Groups(
                count: count, kept: kept, score: version == .v2 ? .largest : .twoLargest)
        }

        /// A layer's feed-forward part.
        func layer(_ index: Int, from weights: WeightLoader) throws(CheckpointError)
            -> MixedFeedForward<DeepSeekMoE>
        {
            guard let counts, index >= firstSparse, index % sparseStep == 0 else {
                return .dense(
                    try GatedFeedForward(hidden: hidden, inner: denseInner, from: weights))
            }
            let scoring: RoutingRule.Scoring =
                switch version {
                case .v2: .softmax
                case .v3:
                    .sigmoid(
                        bias: try weights.vector(
                            "gate.e_score_correction_bias", counts.experts))
                }
            if sharedExperts == 0, weights.contains("shared_experts.gate_proj.weight") {
                throw weights.unread(
                    "shared_experts.gate_proj.weight", "'n_shared_experts' says that there is none")
            }
            return .sparse(
                DeepSeekMoE(
                    routed: SparseFeedForward(
                        router: try weights.router(
                            "gate", experts: counts.experts, hidden: hidden),
                        rule: RoutingRule(
                            topK: counts.topK, scoring: scoring, groups: groups,
                            renormalize: renormalize, factor: factor),
                        bank: try weights.experts(
                            count: counts.experts, hidden: hidden, inner: inner)),
                    shared: sharedExperts == 0
                        ? nil
                        : try GatedFeedForward(
                            hidden: hidden, inner: inner * sharedExperts,
                            from: weights.scoped("shared_experts"))))
        }
    }

    let routed: SparseFeedForward
    let shared: GatedFeedForward?

    func callAsFunction(
        _ hidden: Tensor, _ norm: Norm, times factor: Float, _ place: PassPlace,
        on backend: some Backend
    ) {
        let x = backend.norm(hidden, norm)
        let routes = routed.routes(x, place, on: backend)
        guard let shared else {
            backend.add(routed.bank, of: x, routes, times: factor, to: hidden)
            return
        }
        let result = backend.experts(x, routed.bank, routes)
        backend.add(shared.bank, of: x, times: 1, to: result)
        backend.add(result, times: factor, to: hidden)
    }
}
