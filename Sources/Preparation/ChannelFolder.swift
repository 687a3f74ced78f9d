import Checkpoints
import Glibc
import JSON
import Memory
import Models

/// The files of a written checkpoint besides its tensors.
enum ChannelFolder {
    /// Throws for what is there and no folder, and for one that holds a finished checkpoint.
    static func check(_ folder: String) throws(CheckpointError) {
        if FileText.exists(folder), !FileText.isFolder(folder) {
            throw CheckpointError(
                .unavailable(reason: "\(folder): is no folder; give another"), in: folder)
        }
        guard !FileText.exists(folder + "/config.json") else {
            throw CheckpointError(
                .unavailable(reason: "\(folder): holds a model already; give another folder"),
                in: folder)
        }
    }

    /// Makes the folder, or clears an unfinished one of what an interruption left.
    static func prepare(_ folder: String) throws(CheckpointError) {
        guard FileReplacement.makeFolder(folder) else {
            throw CheckpointError(
                .unavailable(reason: MemoryError("\(folder): cannot be made", code: errno).message),
                in: folder)
        }
        FileReplacement.removeAbandoned(in: folder)
    }

    /// `model.safetensors`, or `model-00001-of-00003.safetensors`.
    static func shardName(_ index: Int, of count: Int) -> String {
        if count == 1 { return "model.safetensors" }
        func padded(_ number: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
        }
        return "model-\(padded(index + 1))-of-\(padded(count)).safetensors"
    }

    /// Whether a complete file of this layout lies there: shards get their name when complete, and
    /// the header's metadata say what they were made from.
    static func holds(_ layout: SafetensorsLayout, at path: String) -> Bool {
        var status = stat()
        guard unsafe stat(path, &status) == 0, Int(status.st_size) == layout.fileBytes,
            let header = try? FileText.head(path, count: layout.header.count)
        else { return false }
        return header == layout.header
    }

    static func write(_ text: String, to path: String) throws(CheckpointError) {
        try write(Array(text.utf8), to: path)
    }

    private static func write(_ bytes: [UInt8], to path: String) throws(CheckpointError) {
        var file = try FileReplacement(path, byteCount: bytes.count)
        // SAFETY: plain bytes have no padding between them.
        try unsafe file.write(bytes.span.bytes)
        try file.commit()
    }

    /// Files of a published folder that this program does not read and others do.
    private static let otherNames = [
        "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt",
        "tokenizer.model",
    ]

    /// The tokenizer, template and generation defaults.
    static func writeTexts(_ source: ModelSource, to folder: String) throws(CheckpointError) {
        for (name, bytes) in source.files.texts.sorted(by: { $0.key < $1.key })
        where name != ModelFiles.vocabularyName {
            if let end = name.lastIndex(of: "/") {
                _ = FileReplacement.makeFolder(folder + "/" + name[..<end])
            }
            try write(bytes, to: folder + "/" + name)
        }
        guard source.form == .folder else { return }
        for name in otherNames where FileText.exists(source.path + "/" + name) {
            let bytes = try FileText.read(source.path + "/" + name, bytesMax: 256 << 20)
            try write(bytes, to: folder + "/" + name)
        }
    }

    // MARK: config.json

    /// The classes that published configurations name, for sources that name none.
    private static let classes = [
        "deepseek_v2": "DeepseekV2ForCausalLM", "deepseek_v3": "DeepseekV3ForCausalLM",
        "granite": "GraniteForCausalLM", "llama": "LlamaForCausalLM",
        "mixtral": "MixtralForCausalLM", "olmoe": "OlmoeForCausalLM",
        "qwen2": "Qwen2ForCausalLM", "qwen2_moe": "Qwen2MoeForCausalLM",
        "qwen3": "Qwen3ForCausalLM", "qwen3_moe": "Qwen3MoeForCausalLM",
    ]

    /// The configuration with compressed-tensors' account of the weights.
    static func configuration(_ source: JSONObject, ignoring modules: [String]) -> JSONObject {
        var result = source
        result["compression_config"] = nil
        if result["architectures"]?.arrayValue == nil,
            let name = source["model_type"]?.stringValue.flatMap({ classes[$0] })
        {
            result["architectures"] = [.string(name)]
        }
        if result["hidden_act"] == nil { result["hidden_act"] = "silu" }
        result["torch_dtype"] = "bfloat16"
        let unset: JSONObject = [
            "actorder": .null, "block_structure": .null, "group_size": .null, "num_bits": 8,
            "observer_kwargs": [:], "strategy": "channel", "symmetric": true, "type": "int",
        ]
        var weights = unset
        weights["dynamic"] = false
        weights["observer"] = "minmax"
        var inputs = unset
        inputs["dynamic"] = true
        inputs["observer"] = .null
        inputs["strategy"] = "token"
        var ignored = modules
        if !ignored.contains("lm_head") { ignored.append("lm_head") }
        result["quantization_config"] = [
            "config_groups": [
                "group_0": [
                    "format": "int-quantized", "input_activations": .object(inputs),
                    "output_activations": .null, "targets": ["Linear"],
                    "weights": .object(weights),
                ]
            ],
            "format": "int-quantized", "global_compression_ratio": .null,
            "ignore": .array(ignored.map { .string($0) }), "kv_cache_scheme": .null,
            "quant_method": "compressed-tensors", "quantization_status": "compressed",
        ]
        return result
    }
}
