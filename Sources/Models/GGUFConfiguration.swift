import Checkpoints
import JSON
import Memory

/// A GGUF file's metadata in the words of `config.json`.
struct GGUFConfiguration {
    let json: JSONObject
    /// Query and key heads where the converter permuted their rows.
    let permutedHeads: (query: Int, key: Int)?

    /// Architectures by GGUF's name, and what `config.json` calls them with and without experts.
    private static let families: [String: (dense: String?, sparse: String?)] = [
        "llama": ("llama", "mixtral"), "qwen2": ("qwen2", nil), "qwen3": ("qwen3", nil),
        "qwen3moe": (nil, "qwen3_moe"), "deepseek2": (nil, "deepseek_v2"),
    ]

    init(_ file: ShardedGGUF) throws(CheckpointError) {
        let metadata = GGUFMetadata(file)
        let architecture = try metadata.string("general.architecture")
        let experts = try metadata.optionalInteger("\(architecture).expert_count") ?? 0
        guard let family = Self.families[architecture],
            let type = experts > 0 ? family.sparse : family.dense
        else {
            throw CheckpointError(
                .unsupported(
                    "architecture '\(architecture)'\(experts > 0 ? " with experts" : "") is not "
                        + "supported",
                    remedy: "supported in GGUF: "
                        + Self.families.keys.sorted().joined(separator: ", ")),
                in: file.location)
        }
        var json = try Self.common(metadata, architecture, file)
        json["model_type"] = .string(type)
        if architecture == "deepseek2" {
            try Self.addDeepSeek(&json, metadata, file)
        } else if experts > 0 {
            try Self.addExperts(&json, metadata, architecture, type, experts)
        }
        self.json = json
        let heads = json["num_attention_heads"]?.integerValue ?? 0
        let kvHeads = json["num_key_value_heads"]?.integerValue ?? 0
        permutedHeads = architecture == "llama" ? (heads, kvHeads) : nil
    }

    private static func common(
        _ metadata: GGUFMetadata, _ architecture: String, _ file: ShardedGGUF
    ) throws(CheckpointError) -> JSONObject {
        func integer(_ key: String) throws(CheckpointError) -> JSONValue {
            .integer(Int64(try metadata.integer("\(architecture).\(key)")))
        }
        var json = JSONObject()
        json["hidden_size"] = try integer("embedding_length")
        json["num_hidden_layers"] = try integer("block_count")
        json["num_attention_heads"] = try integer("attention.head_count")
        let heads = try metadata.integer("\(architecture).attention.head_count")
        let kvHeads =
            try metadata.optionalInteger("\(architecture).attention.head_count_kv") ?? heads
        json["num_key_value_heads"] = .integer(Int64(kvHeads))
        json["intermediate_size"] = .integer(
            Int64(try metadata.optionalInteger("\(architecture).feed_forward_length") ?? 0))
        json["max_position_embeddings"] = try integer("context_length")
        json["rms_norm_eps"] = .double(
            try metadata.double("\(architecture).attention.layer_norm_rms_epsilon"))
        json["rope_theta"] = .double(
            try metadata.optionalDouble("\(architecture).rope.freq_base") ?? 10_000)
        // Absent means that the heads share the width, whatever the family's class means by it.
        let width = try metadata.optionalInteger("\(architecture).attention.key_length")
        json["head_dim"] = width.map { .integer(Int64($0)) } ?? .null
        try requireWholeRotary(metadata, architecture, file, width: width)
        // llama.cpp adds the biases that it finds.
        func has(_ names: String...) -> JSONValue {
            .bool(names.contains { file.tensor("blk.0.\($0).bias") != nil })
        }
        json["attention_bias"] = has("attn_q", "attn_k", "attn_v", "attn_output")
        json["mlp_bias"] = has("ffn_gate", "ffn_up", "ffn_down")
        if let window = try metadata.optionalInteger("\(architecture).attention.sliding_window"),
            window > 0
        {
            json["sliding_window"] = .integer(Int64(window))
        }
        json["vocab_size"] = .integer(Int64(try vocabulary(metadata, architecture, file)))
        json["tie_word_embeddings"] = .bool(file.tensor("output.weight") == nil)
        json["rope_scaling"] = try scaling(metadata, architecture, file)
        return json
    }

    /// Throws where only a part of a head turns; DeepSeek's says so in its own keys.
    private static func requireWholeRotary(
        _ metadata: GGUFMetadata, _ architecture: String, _ file: ShardedGGUF, width: Int?
    ) throws(CheckpointError) {
        let key = "\(architecture).rope.dimension_count"
        guard architecture != "deepseek2", let dimensions = try metadata.optionalInteger(key) else {
            return
        }
        let heads = try metadata.integer("\(architecture).attention.head_count")
        let hidden = try metadata.integer("\(architecture).embedding_length")
        let whole = width ?? hidden / max(heads, 1)
        guard dimensions == whole else {
            throw CheckpointError(
                .unsupported(
                    "'\(key)' \(dimensions) of \(whole)", remedy: "use the safetensors checkpoint"),
                in: file.location)
        }
    }

    private static func addExperts(
        _ json: inout JSONObject, _ metadata: GGUFMetadata, _ architecture: String, _ type: String,
        _ experts: Int
    ) throws(CheckpointError) {
        json["num_experts_per_tok"] = .integer(
            Int64(try metadata.integer("\(architecture).expert_used_count")))
        json[type == "mixtral" ? "num_local_experts" : "num_experts"] = .integer(Int64(experts))
        if let inner = try metadata.optionalInteger(
            "\(architecture).expert_feed_forward_length")
        {
            json["moe_intermediate_size"] = .integer(Int64(inner))
        }
        if type == "qwen3_moe" { json["norm_topk_prob"] = .bool(true) }
    }

    /// The embedding table says how many tokens there are.
    private static func vocabulary(
        _ metadata: GGUFMetadata, _ architecture: String, _ file: ShardedGGUF
    ) throws(CheckpointError) -> Int {
        if let table = file.tensor("token_embd.weight"), let rows = table.shape.dimensions.first {
            return rows
        }
        return try metadata.integer("\(architecture).vocab_size")
    }

    private static func scaling(
        _ metadata: GGUFMetadata, _ architecture: String, _ file: ShardedGGUF
    ) throws(CheckpointError) -> JSONValue {
        // llama.cpp takes a file that does not say how for a linear one, and 0 for no factor.
        let type = try metadata.optionalString("\(architecture).rope.scaling.type") ?? "linear"
        let said =
            try metadata.optionalDouble(
                "\(architecture).rope.scaling.factor", "\(architecture).rope.scale_linear") ?? 0
        let factor = said == 0 ? 1 : said
        switch type {
        case "none":
            return .null
        case "linear":
            return factor == 1
                ? .null : .object(["rope_type": "linear", "factor": .double(factor)])
        case "yarn":
            for key in ["attn_factor", "yarn_attn_factor", "yarn_ext_factor"] {
                let name = "\(architecture).rope.scaling.\(key)"
                guard try metadata.optionalDouble(name) ?? 1 == 1 else {
                    throw CheckpointError(
                        .unsupported(
                            "'\(name)' other than 1", remedy: "use the safetensors checkpoint"),
                        in: file.location)
                }
            }
            var scaling: JSONObject = ["rope_type": "yarn", "factor": .double(factor)]
            for (key, name) in [("yarn_beta_fast", "beta_fast"), ("yarn_beta_slow", "beta_slow")] {
                if let value = try metadata.optionalDouble("\(architecture).rope.scaling.\(key)") {
                    scaling[name] = .double(value)
                }
            }
            if let original = try metadata.optionalInteger(
                "\(architecture).rope.scaling.original_context_length")
            {
                scaling["original_max_position_embeddings"] = .integer(Int64(original))
            }
            return .object(scaling)
        default:
            throw CheckpointError(
                .unsupported("rope scaling '\(type)'", remedy: "use the safetensors checkpoint"),
                in: file.location)
        }
    }
}
