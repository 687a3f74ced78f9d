package import Checkpoints
import Memory
import Quantization

/// GGUF: published names are translated to llama.cpp's, experts are cut out of their stacks, and
/// the q and k rows that its converter permutes are put back.
package struct GGUFCatalog: WeightCatalog {
    private let file: ShardedGGUF
    /// Heads whose q and k rows the converter permuted; nil where it did not.
    private let permutedHeads: (query: Int, key: Int)?

    package init(_ file: ShardedGGUF, permutedHeads: (query: Int, key: Int)?) {
        self.file = file
        self.permutedHeads = permutedHeads
    }

    package var location: String { file.location }
    package var byteCount: Int { file.byteCount }
    package var stored: [StoredTensor] { file.names.compactMap { file.tensor($0) } }

    package func storedNames(of published: String) -> [String] {
        guard let name = GGUFName(published) else { return [] }
        return [name.name] + [name.singleExpertName].compactMap { $0 } + name.splitNames
    }

    package func contains(_ name: String) -> Bool {
        GGUFName(name).flatMap { find($0) } != nil || splitLatent(name) != nil
    }

    package func matrix(_ name: String, rows: Int, columns: Int) throws(CheckpointError)
        -> MatrixSource
    {
        let translated = try translate(name)
        guard let tensor = find(translated) else {
            if let split = splitLatent(name) {
                return try split.joined(name, rows: rows, columns: columns, in: location)
            }
            throw CheckpointError(.missingTensor("\(translated.name) (\(name))"), in: location)
        }
        if let expert = translated.expert, tensor.shape.dimensions.count == 3 {
            let expected = [tensor.shape.dimensions[0], rows, columns]
            guard tensor.shape.dimensions == expected, expert < expected[0] else {
                throw wrongShape(tensor, [max(expert + 1, expected[0]), rows, columns])
            }
            return MatrixSource(
                name: name, tensor, first: expert * rows, rows: rows, columns: columns)
        }
        guard tensor.shape.dimensions == [rows, columns] else {
            throw wrongShape(tensor, [rows, columns])
        }
        let matrix = MatrixSource(name: name, tensor, rows: rows, columns: columns)
        return try order(rows: rows, of: name).map { matrix.reordered($0) } ?? matrix
    }

    package func vector(_ name: String, count: Int) throws(CheckpointError) -> [Float] {
        let translated = try translate(name)
        guard let tensor = find(translated) else {
            throw CheckpointError(.missingTensor("\(translated.name) (\(name))"), in: location)
        }
        guard tensor.shape.dimensions == [count] else { throw wrongShape(tensor, [count]) }
        let values = try TensorDecoder.floats(tensor)
        guard let order = try order(rows: count, of: name) else { return values }
        return (0..<count).map { values[order($0)] }
    }

    private func translate(_ name: String) throws(CheckpointError) -> GGUFName {
        guard let translated = GGUFName(name) else {
            throw CheckpointError(
                .unsupported(
                    "GGUF has no name for '\(name)'", remedy: "use the safetensors checkpoint"),
                in: location)
        }
        return translated
    }

    /// `kv_b_proj` where a file holds its two halves apart, as newer converters write it.
    private func splitLatent(_ name: String) -> SplitLatent? {
        let names = GGUFName(name)?.splitNames ?? []
        guard names.count == 2, let keys = file.tensor(names[0]),
            let values = file.tensor(names[1])
        else { return nil }
        return SplitLatent(keys: keys, values: values)
    }

    private func find(_ name: GGUFName) -> StoredTensor? {
        file.tensor(name.name) ?? name.singleExpertName.flatMap { file.tensor($0) }
    }

    private func wrongShape(_ tensor: StoredTensor, _ expected: [Int]) -> CheckpointError {
        guard let shape = try? Shape(validating: expected) else {
            return CheckpointError(
                .configuration("asks for '\(tensor.name)' of \(expected)"), in: location)
        }
        return CheckpointError(
            .wrongShape(tensor: tensor.name, found: tensor.shape, expected: shape), in: location)
    }

    /// llama.cpp's converter stores row `half * j + i` of a head (`j` 0 or 1) at `2 * i + j`.
    private func order(rows: Int, of name: String) throws(CheckpointError)
        -> (@Sendable (Int) -> Int)?
    {
        guard let permutedHeads else { return nil }
        let heads: Int
        if name.contains(".self_attn.q_proj.") {
            heads = permutedHeads.query
        } else if name.contains(".self_attn.k_proj.") {
            heads = permutedHeads.key
        } else {
            return nil
        }
        guard heads > 0, rows % (2 * heads) == 0 else {
            throw CheckpointError(
                .configuration("\(name) has \(rows) rows for \(heads) heads"), in: location)
        }
        let width = rows / heads
        let half = width / 2
        return { row in
            let (head, place) = (row / width, row % width)
            return head * width + 2 * (place % half) + place / half
        }
    }
}

/// A published tensor name in GGUF's words.
struct GGUFName {
    let name: String
    /// The expert, where the tensor is one of a stack.
    let expert: Int?
    /// What old files call a single expert's tensor.
    let singleExpertName: String?

    /// The halves of DeepSeek's `kv_b`, keys and values, as newer converters write it.
    var splitNames: [String] {
        guard name.hasSuffix("attn_kv_b.weight") else { return [] }
        let prefix = name.dropLast("kv_b.weight".count)
        return [prefix + "k_b.weight", prefix + "v_b.weight"]
    }

    private static let top = [
        "model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output",
        "rope_freqs": "rope_freqs",
    ]

    private static let inLayer = [
        "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
        "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
        "self_attn.o_proj": "attn_output", "self_attn.q_norm": "attn_q_norm",
        "self_attn.k_norm": "attn_k_norm", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
        "mlp.down_proj": "ffn_down", "mlp.gate": "ffn_gate_inp",
        "mlp.gate.correction": "exp_probs_b",
        "block_sparse_moe.gate": "ffn_gate_inp", "self_attn.q_a_proj": "attn_q_a",
        "self_attn.q_b_proj": "attn_q_b", "self_attn.kv_a_proj_with_mqa": "attn_kv_a_mqa",
        "self_attn.kv_b_proj": "attn_kv_b", "self_attn.q_a_layernorm": "attn_q_a_norm",
        "self_attn.kv_a_layernorm": "attn_kv_a_norm",
        "mlp.shared_experts.gate_proj": "ffn_gate_shexp",
        "mlp.shared_experts.up_proj": "ffn_up_shexp",
        "mlp.shared_experts.down_proj": "ffn_down_shexp",
    ]

    private static let inExpert = [
        "gate_proj": "ffn_gate", "up_proj": "ffn_up", "down_proj": "ffn_down", "w1": "ffn_gate",
        "w3": "ffn_up", "w2": "ffn_down",
    ]

    /// nil for names that GGUF has no word for.
    init?(_ published: String) {
        guard let dot = published.lastIndex(of: ".") else { return nil }
        var kind = published[dot...]
        var path = String(published[..<dot])
        if kind == ".e_score_correction_bias" {
            kind = ".bias"
            path += ".correction"
        }
        if let top = Self.top[path] {
            self.init(name: top + kind, expert: nil, singleExpertName: nil)
            return
        }
        let parts = path.split(separator: ".").map(String.init)
        guard parts.count > 3, parts[0] == "model", parts[1] == "layers", let layer = Int(parts[2])
        else { return nil }
        let rest = Array(parts[3...])
        if rest.count == 4, rest[1] == "experts", let expert = Int(rest[2]),
            let word = Self.inExpert[rest[3]]
        {
            self.init(
                name: "blk.\(layer).\(word)_exps\(kind)", expert: expert,
                singleExpertName: "blk.\(layer).\(word).\(expert)\(kind)")
            return
        }
        guard let word = Self.inLayer[rest.joined(separator: ".")] else { return nil }
        self.init(name: "blk.\(layer).\(word)\(kind)", expert: nil, singleExpertName: nil)
    }

    private init(name: String, expert: Int?, singleExpertName: String?) {
        self.name = name
        self.expert = expert
        self.singleExpertName = singleExpertName
    }
}
