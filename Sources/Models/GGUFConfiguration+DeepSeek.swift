import Checkpoints
import JSON

extension GGUFConfiguration {
    /// What `deepseek2` files say beside the common keys. Those with sigmoid routing are
    /// DeepSeek-V3's. Files made before groups were written have none, as llama.cpp then ran them.
    static func addDeepSeek(
        _ json: inout JSONObject, _ metadata: GGUFMetadata, _ file: ShardedGGUF
    ) throws(CheckpointError) {
        func key(_ name: String) -> String { "deepseek2." + name }
        func integer(_ name: String) throws(CheckpointError) -> JSONValue {
            .integer(Int64(try metadata.integer(key(name))))
        }
        func optional(_ name: String) throws(CheckpointError) -> JSONValue {
            try metadata.optionalInteger(key(name)).map { .integer(Int64($0)) } ?? .null
        }
        let isSigmoid = try isSigmoid(metadata, key("expert_gating_func"), file)
        json["model_type"] = .string(isSigmoid ? "deepseek_v3" : "deepseek_v2")
        json["num_key_value_heads"] = json["num_attention_heads"]
        json["head_dim"] = nil
        json["q_lora_rank"] = try optional("attention.q_lora_rank")
        json["kv_lora_rank"] = try integer("attention.kv_lora_rank")
        // With `_mla` keys the plain ones mean the absorbed form.
        let width =
            try metadata.optionalInteger(
                key("attention.key_length_mla"), key("attention.key_length")) ?? 0
        let rotary = try metadata.integer(key("rope.dimension_count"))
        guard rotary > 0, width > rotary else {
            throw CheckpointError(
                .configuration("\(width) numbers a query head, of which \(rotary) turn"),
                in: file.location)
        }
        json["qk_rope_head_dim"] = .integer(Int64(rotary))
        json["qk_nope_head_dim"] = .integer(Int64(width - rotary))
        let value = try optional("attention.value_length_mla")
        json["v_head_dim"] = value.isNull ? try integer("attention.value_length") : value
        json["n_routed_experts"] = try integer("expert_count")
        json["num_experts_per_tok"] = try integer("expert_used_count")
        json["moe_intermediate_size"] = try integer("expert_feed_forward_length")
        json["n_shared_experts"] = try optional("expert_shared_count")
        json["first_k_dense_replace"] = try optional("leading_dense_block_count")
        json["norm_topk_prob"] = .bool(
            try metadata.flag(key("expert_weights_norm"), default: false))
        json["routed_scaling_factor"] = .double(
            try metadata.optionalDouble(key("expert_weights_scale")) ?? 1)
        let groups = try metadata.optionalInteger(key("expert_group_count")) ?? 1
        json["n_group"] = .integer(Int64(groups))
        json["topk_group"] = try optional("expert_group_used_count")
        if !isSigmoid {
            json["topk_method"] = .string(groups > 1 ? "group_limited_greedy" : "greedy")
        }
        addSharpness(&json, try metadata.optionalDouble(key("rope.scaling.yarn_log_multiplier")))
    }

    /// 1 is softmax, 2 sigmoid; files that do not say are DeepSeek-V2's.
    private static func isSigmoid(_ metadata: GGUFMetadata, _ key: String, _ file: ShardedGGUF)
        throws(CheckpointError) -> Bool
    {
        switch try metadata.optionalInteger(key) ?? 1 {
        case 1: return false
        case 2: return true
        case let other:
            throw CheckpointError(
                .unsupported(
                    "'\(key)' \(other)", remedy: "supported: 1 (softmax) and 2 (sigmoid)"),
                in: file.location)
        }
    }

    /// YaRN's multiplier is a tenth of `mscale_all_dim`, which `mscale` equals in all published models.
    private static func addSharpness(_ json: inout JSONObject, _ multiplier: Double?) {
        guard let multiplier, var scaling = json["rope_scaling"]?.objectValue else { return }
        // Stored as float32: five digits are what configurations have.
        let mscale = (multiplier * 1e6).rounded() / 1e5
        scaling["mscale"] = .double(mscale)
        scaling["mscale_all_dim"] = .double(mscale)
        json["rope_scaling"] = .object(scaling)
    }
}
