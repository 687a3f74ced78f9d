import Checkpoints
import JSON
import Memory
import Models
import Quantization
import Testing

/// Writes a checkpoint as GGUF, float32.
struct GGUFWriter {
    private let configuration: JSONObject
    private let splitsLatent: Bool
    /// A bias that only the first layer has.
    private let bias: String?
    private let rotary: Int?
    /// Further metadata of the architecture, which replaces that of the configuration.
    private let extra: [(String, Value)]
    private let architecture: String

    init(
        _ configuration: JSONObject, splitsLatent: Bool, bias: String? = nil, rotary: Int? = nil,
        extra: [(String, Value)] = []
    ) {
        self.extra = extra
        self.configuration = configuration
        self.splitsLatent = splitsLatent
        self.bias = bias
        self.rotary = rotary
        architecture =
            switch configuration["model_type"]?.stringValue {
            case "mixtral": "llama"
            case "qwen3_moe": "qwen3moe"
            case "deepseek_v2", "deepseek_v3": "deepseek2"
            case let other: other ?? ""
            }
    }

    private func integer(_ key: String) -> Int { configuration[key]?.integerValue ?? 0 }

    // MARK: Metadata

    enum Value {
        case integer(Int)
        case float(Double)
        case flag(Bool)
        case text(String)
    }

    private var metadata: [(String, Value)] {
        var result: [(String, Value)] = [
            ("embedding_length", .integer(integer("hidden_size"))),
            ("block_count", .integer(integer("num_hidden_layers"))),
            ("attention.head_count", .integer(integer("num_attention_heads"))),
            ("attention.head_count_kv", .integer(integer("num_key_value_heads"))),
            ("feed_forward_length", .integer(integer("intermediate_size"))),
            ("context_length", .integer(integer("max_position_embeddings"))),
            (
                "attention.layer_norm_rms_epsilon",
                .float(configuration["rms_norm_eps"]?.doubleValue ?? 0)
            ),
            ("rope.freq_base", .float(theta)),
        ]
        if let width = configuration["head_dim"]?.integerValue, architecture != "deepseek2" {
            result += [("attention.key_length", .integer(width))]
            result += [("attention.value_length", .integer(width))]
        }
        let experts =
            [
                "num_local_experts", "num_experts", "n_routed_experts",
            ].map { integer($0) }.max() ?? 0
        if experts > 0 {
            result += [
                ("expert_count", .integer(experts)),
                ("expert_used_count", .integer(integer("num_experts_per_tok"))),
            ]
            if let inner = configuration["moe_intermediate_size"]?.integerValue {
                result += [("expert_feed_forward_length", .integer(inner))]
            }
        }
        if architecture == "deepseek2" { result += latentMetadata }
        if let rotary { result += [("rope.dimension_count", .integer(rotary))] }
        result.removeAll { entry in extra.contains { $0.0 == entry.0 } }
        result += extra
        return [("general.architecture", .text(architecture))]
            + result.map { (architecture + "." + $0.0, $0.1) }
    }

    private var scaling: JSONObject? {
        configuration["rope_parameters"]?.objectValue ?? configuration["rope_scaling"]?.objectValue
    }

    private var theta: Double {
        scaling?["rope_theta"]?.doubleValue ?? configuration["rope_theta"]?.doubleValue ?? 0
    }

    private var latentMetadata: [(String, Value)] {
        let (rope, plain) = (integer("qk_rope_head_dim"), integer("qk_nope_head_dim"))
        let (latent, value) = (integer("kv_lora_rank"), integer("v_head_dim"))
        let isV3 = configuration["model_type"]?.stringValue == "deepseek_v3"
        var result: [(String, Value)] = [
            ("attention.kv_lora_rank", .integer(latent)),
            ("rope.dimension_count", .integer(rope)),
            ("attention.key_length", .integer(splitsLatent ? latent + rope : plain + rope)),
            ("attention.value_length", .integer(splitsLatent ? latent : value)),
            ("leading_dense_block_count", .integer(integer("first_k_dense_replace"))),
            ("expert_shared_count", .integer(integer("n_shared_experts"))),
            (
                "expert_weights_scale",
                .float(configuration["routed_scaling_factor"]?.doubleValue ?? 1)
            ),
            ("expert_weights_norm", .flag(configuration["norm_topk_prob"]?.boolValue ?? false)),
            ("expert_gating_func", .integer(isV3 ? 2 : 1)),
            ("expert_group_count", .integer(integer("n_group"))),
            ("expert_group_used_count", .integer(integer("topk_group"))),
        ]
        if splitsLatent {
            result += [
                ("attention.key_length_mla", .integer(plain + rope)),
                ("attention.value_length_mla", .integer(value)),
            ]
        }
        if let rank = configuration["q_lora_rank"]?.integerValue {
            result += [("attention.q_lora_rank", .integer(rank))]
        }
        if let scaling, let factor = scaling["factor"]?.doubleValue {
            result += [
                ("rope.scaling.type", .text("yarn")), ("rope.scaling.factor", .float(factor)),
                (
                    "rope.scaling.original_context_length",
                    .integer(scaling["original_max_position_embeddings"]?.integerValue ?? 0)
                ),
                (
                    "rope.scaling.yarn_log_multiplier",
                    .float(0.1 * (scaling["mscale_all_dim"]?.doubleValue ?? 0))
                ),
            ]
        }
        return result
    }

    // MARK: Tensors

    private struct Tensor {
        let name: String
        /// Outermost first.
        let shape: [Int]
        let values: [Float]
    }

    private static let words = [
        "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
        "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
        "self_attn.o_proj": "attn_output", "self_attn.q_norm": "attn_q_norm",
        "self_attn.k_norm": "attn_k_norm", "self_attn.q_a_proj": "attn_q_a",
        "self_attn.q_b_proj": "attn_q_b", "self_attn.kv_a_proj_with_mqa": "attn_kv_a_mqa",
        "self_attn.kv_b_proj": "attn_kv_b", "self_attn.q_a_layernorm": "attn_q_a_norm",
        "self_attn.kv_a_layernorm": "attn_kv_a_norm", "mlp.gate_proj": "ffn_gate",
        "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down", "mlp.gate": "ffn_gate_inp",
        "block_sparse_moe.gate": "ffn_gate_inp", "mlp.shared_experts.gate_proj": "ffn_gate_shexp",
        "mlp.shared_experts.up_proj": "ffn_up_shexp",
        "mlp.shared_experts.down_proj": "ffn_down_shexp", "experts.gate_proj": "ffn_gate_exps",
        "experts.up_proj": "ffn_up_exps", "experts.down_proj": "ffn_down_exps",
        "experts.w1": "ffn_gate_exps", "experts.w3": "ffn_up_exps", "experts.w2": "ffn_down_exps",
    ]

    private func tensors(_ catalog: any WeightCatalog) throws -> [Tensor] {
        var result: [Tensor] = []
        var stacks: [String: [(expert: Int, tensor: StoredTensor)]] = [:]
        let top = [
            "model.embed_tokens.weight": "token_embd.weight",
            "model.norm.weight": "output_norm.weight", "lm_head.weight": "output.weight",
        ]
        for stored in catalog.stored {
            let parts = stored.name.split(separator: ".").map(String.init)
            if let name = top[stored.name] {
                try result.append(tensor(name, stored))
                continue
            }
            guard let layer = Int(parts[2]), layer < integer("num_hidden_layers") else { continue }
            let prefix = "blk.\(layer)."
            if parts.last == "e_score_correction_bias" {
                try result.append(tensor(prefix + "exp_probs_b.bias", stored))
            } else if parts.count == 8, parts[4] == "experts", let expert = Int(parts[5]) {
                let word = try #require(Self.words["experts." + parts[6]])
                stacks[prefix + word + ".weight", default: []].append((expert, stored))
            } else {
                let path = parts[3..<parts.count - 1].joined(separator: ".")
                let word = try #require(Self.words[path], "\(stored.name)")
                result += try layerTensors(prefix, word, stored)
            }
        }
        if let bias {
            result.append(Tensor(name: "blk.0.\(bias).bias", shape: [1], values: [1]))
        }
        for (name, members) in stacks {
            let sorted = members.sorted { $0.expert < $1.expert }
            try result.append(
                Tensor(
                    name: name,
                    shape: [sorted.count] + (sorted[0].tensor.shape.dimensions),
                    values: sorted.flatMap { try TensorDecoder.floats($0.tensor) }))
        }
        return result
    }

    private func tensor(_ name: String, _ stored: StoredTensor) throws -> Tensor {
        Tensor(
            name: name, shape: stored.shape.dimensions, values: try TensorDecoder.floats(stored))
    }

    /// A layer's tensor as the converter writes it.
    private func layerTensors(_ prefix: String, _ word: String, _ stored: StoredTensor) throws
        -> [Tensor]
    {
        let plain = try tensor(prefix + word + ".weight", stored)
        if architecture == "llama", word == "attn_q" || word == "attn_k" {
            let heads = integer(word == "attn_q" ? "num_attention_heads" : "num_key_value_heads")
            return [permuted(plain, heads: heads)]
        }
        if splitsLatent, word == "attn_kv_b" { return split(plain, prefix) }
        return [plain]
    }

    /// Row `half * j + i` of a head goes to `2 * i + j`.
    private func permuted(_ tensor: Tensor, heads: Int) -> Tensor {
        let (width, columns) = (tensor.shape[0] / heads, tensor.shape[1])
        var values = tensor.values
        for row in 0..<tensor.shape[0] {
            let (head, place) = (row / width, row % width)
            let target = head * width + 2 * (place % (width / 2)) + place / (width / 2)
            for column in 0..<columns {
                values[target * columns + column] = tensor.values[row * columns + column]
            }
        }
        return Tensor(name: tensor.name, shape: tensor.shape, values: values)
    }

    /// A head's keys transposed, and its values.
    private func split(_ tensor: Tensor, _ prefix: String) -> [Tensor] {
        let heads = integer("num_attention_heads")
        let (plain, value) = (integer("qk_nope_head_dim"), integer("v_head_dim"))
        let latent = tensor.shape[1]
        var keys = [Float](repeating: 0, count: heads * latent * plain)
        var values: [Float] = []
        for head in 0..<heads {
            let first = head * (plain + value)
            for row in 0..<plain {
                for column in 0..<latent {
                    keys[(head * latent + column) * plain + row] =
                        tensor.values[(first + row) * latent + column]
                }
            }
            values += tensor.values[(first + plain) * latent..<(first + plain + value) * latent]
        }
        return [
            Tensor(name: prefix + "attn_k_b.weight", shape: [heads, latent, plain], values: keys),
            Tensor(
                name: prefix + "attn_v_b.weight", shape: [heads, value, latent], values: values),
        ]
    }

    // MARK: Bytes

    func bytes(_ catalog: any WeightCatalog) throws -> [UInt8] {
        file(metadata, try tensors(catalog))
    }

    /// The model in several files, as `gguf-split` cuts it: the metadata lies in the first, which may
    /// hold no tensor, and each knows its place.
    func parts(_ count: Int, firstIsEmpty: Bool, _ catalog: any WeightCatalog) throws -> [[UInt8]] {
        let tensors = try tensors(catalog)
        let holders = firstIsEmpty ? count - 1 : count
        return (0..<count).map { part in
            let split: [(String, Value)] = [
                ("split.no", .integer(part)), ("split.count", .integer(count)),
                ("split.tensors.count", .integer(tensors.count)),
            ]
            let holder = firstIsEmpty ? part - 1 : part
            let own = tensors.indices.filter { $0 * holders / tensors.count == holder }
            return file((part == 0 ? metadata : []) + split, own.map { tensors[$0] })
        }
    }

    private func file(_ metadata: [(String, Value)], _ tensors: [Tensor]) -> [UInt8] {
        var file = Array("GGUF".utf8)
        func append(_ value: some FixedWidthInteger) {
            unsafe withUnsafeBytes(of: value.littleEndian) { unsafe file.append(contentsOf: $0) }
        }
        func append(_ text: String) {
            append(UInt64(text.utf8.count))
            file.append(contentsOf: text.utf8)
        }
        append(UInt32(3))
        append(UInt64(tensors.count))
        append(UInt64(metadata.count))
        for (key, value) in metadata {
            append(key)
            switch value {
            case .integer(let value):
                append(UInt32(4))
                append(UInt32(value))
            case .float(let value):
                append(UInt32(6))
                append(Float(value).bitPattern)
            case .flag(let value):
                append(UInt32(7))
                append(UInt8(value ? 1 : 0))
            case .text(let value):
                append(UInt32(8))
                append(value)
            }
        }
        var offset = 0
        for tensor in tensors {
            append(tensor.name)
            append(UInt32(tensor.shape.count))
            for dimension in tensor.shape.reversed() { append(UInt64(dimension)) }
            append(UInt32(0))
            append(UInt64(offset))
            offset += (tensor.values.count * 4 + 31) / 32 * 32
        }
        while file.count % 32 != 0 { file.append(0) }
        for tensor in tensors {
            for value in tensor.values { append(value.bitPattern) }
            while file.count % 32 != 0 { file.append(0) }
        }
        return file
    }
}
