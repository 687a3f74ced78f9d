import Architectures
import Checkpoints
import Compute
import Glibc
import Inference
import JSON
import Memory
import Models
import Quantization
import Testing

/// Checkpoints written as GGUF files, under llama.cpp's names and in its row orders, give the logits
/// of the checkpoints.
@Suite struct GGUFFamilyTests {
    /// Cases, and whether the file holds `kv_b_proj` in two halves.
    private static let cases =
        ["deepseek_v2_group", "deepseek_v2_lite", "deepseek_v3_plain", "deepseek_v3_yarn"].flatMap {
            [($0, false), ($0, true)]
        } + [("mixtral_full", false), ("qwen3_dense", false)]

    @Test("a checkpoint has the same logits as a GGUF file", arguments: cases)
    func logits(name: String, isSplit: Bool) throws {
        let fixture = try Fixture(folder: name)
        let source = try fixture.source()
        let configuration = source.configuration
        let writer = GGUFWriter(configuration, splitsLatent: isSplit)
        guard case .catalog(let catalog) = source.weights else {
            throw FixtureError(description: "\(name) is no checkpoint")
        }
        let file = try TemporaryFile(writer.bytes(catalog))
        let session = try Session(ModelSource(path: file.path), .reference)
        #expect(session.model.shape.family == configuration["model_type"]?.stringValue)
        for prompt in 0..<fixture.promptCount {
            let logits = try session.logits(fixture.prompt(prompt))
            #expect(
                largestDifference(logits, try fixture.floats("p\(prompt).logits")) <= 2e-4)
        }
    }

    @Test(
        "a bias or a part of a rotation is not passed over",
        arguments: [
            ("attn_q", nil, "blk.0.attn_q.bias"), ("ffn_up", nil, "blk.0.ffn_gate.bias"),
            (nil, 8, "rope.dimension_count' 8 of 32"),
        ] as [(String?, Int?, String)])
    func unusual(bias: String?, rotary: Int?, message: String) throws {
        let source = try Fixture(folder: "llama_tied").source()
        guard case .catalog(let catalog) = source.weights else { return }
        let writer = GGUFWriter(
            source.configuration, splitsLatent: false, bias: bias, rotary: rotary)
        let file = try TemporaryFile(writer.bytes(catalog))
        let error = #expect(throws: (any Error).self) {
            _ = try Session(ModelSource(path: file.path), .reference)
        }
        #expect("\(error.map { "\($0)" } ?? "")".contains(message))
    }

    /// llama.cpp takes a scaling without a type for a linear one, under its old name too, and a
    /// factor of 0 for none.
    @Test(
        "a GGUF file's rotary scaling is llama.cpp's",
        arguments: [
            ([("rope.scaling.factor", 2.0)], nil, 2), ([("rope.scale_linear", 2.0)], nil, 2),
            ([("rope.scaling.factor", 2.0)], "linear", 2),
            ([("rope.scaling.factor", 2.0)], "none", nil),
            ([("rope.scaling.factor", 0.0)], "linear", nil), ([], "linear", nil),
        ] as [([(String, Double)], String?, Int64?)])
    func scaling(numbers: [(String, Double)], type: String?, factor: Int64?) throws {
        let fixture = try Fixture(folder: "llama_tied")
        let source = try fixture.source()
        guard case .catalog(let catalog) = source.weights else { return }
        var extra = numbers.map { ($0.0, GGUFWriter.Value.float($0.1)) }
        if let type { extra.append(("rope.scaling.type", .text(type))) }
        let file = try TemporaryFile(
            GGUFWriter(source.configuration, splitsLatent: false, extra: extra).bytes(catalog))
        let logits = try Session(ModelSource(path: file.path), .reference)
            .logits(fixture.prompt(0))
        let said = try fixture.source(configuration: "config.json") { configuration in
            configuration["rope_parameters"] = nil
            configuration["rope_theta"] =
                source.configuration["rope_parameters"]?["rope_theta"]
                ?? configuration["rope_theta"]
            configuration["rope_scaling"] = factor.map {
                ["rope_type": "linear", "factor": .integer($0)]
            }
        }
        let expected = try Session(said, .reference).logits(fixture.prompt(0))
        #expect(largestDifference(logits, expected) <= 2e-4)
    }

    @Test("metadata of another type than it should be is refused, not passed over")
    func wrongType() throws {
        let source = try Fixture(folder: "llama_tied").source()
        guard case .catalog(let catalog) = source.weights else { return }
        for key in ["rope.freq_base", "attention.head_count_kv", "rope.scaling.factor"] {
            let writer = GGUFWriter(
                source.configuration, splitsLatent: false, extra: [(key, .text("5e5"))])
            let file = try TemporaryFile(writer.bytes(catalog))
            let error = #expect(throws: CheckpointError.self) {
                _ = try ModelSource(path: file.path)
            }
            #expect("\(error.map { "\($0)" } ?? "")".contains("'llama.\(key)' is not a"))
        }
    }

    /// Heads of a file without `key_length` share the width, also where a family's class means
    /// something else by an absent `head_dim`.
    @Test("a GGUF file without a head's width has the usual one")
    func usualWidth() throws {
        let source = try Fixture(folder: "qwen3_dense").source()
        guard case .catalog(let catalog) = source.weights else { return }
        var configuration = source.configuration
        configuration["head_dim"] = nil
        let writer = GGUFWriter(configuration, splitsLatent: false)
        let file = try TemporaryFile(writer.bytes(catalog))
        #expect(try ModelSource(path: file.path).configuration["head_dim"] == .null)
    }
}

/// A file that is gone with the value.
final class TemporaryFile {
    let path: String

    init(_ bytes: [UInt8]) throws {
        var name = Array("/tmp/switchyard-XXXXXX".utf8CString)
        let descriptor = unsafe mkstemp(&name)
        path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard descriptor >= 0 else { throw FixtureError(description: "no temporary file") }
        defer { close(descriptor) }
        var done = 0
        while done < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe write(descriptor, $0.baseAddress?.advanced(by: done), bytes.count - done)
            }
            guard count > 0 else { throw FixtureError(description: "cannot write \(path)") }
            done += count
        }
    }

    deinit { unsafe unlink(path) }
}

/// Writes a checkpoint as GGUF, float32.
private struct GGUFWriter {
    private let configuration: JSONObject
    private let splitsLatent: Bool
    /// A bias that the first layer has alone.
    private let bias: String?
    private let rotary: Int?
    /// Further metadata of the architecture, in the place of what the configuration says.
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
        let tensors = try tensors(catalog)
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
