import Architectures
import Checkpoints
import Compute
import Generation
import Inference
import JSON
import Memory
import Models
import Quantization
import TestSupport
import Testing

/// A checkpoint with the numbers that the reference implementation gives for it.
struct Fixture {
    let name: String
    private let model: String
    private let folder: String
    let reference: JSONValue
    let arrays: SafetensorsFile

    private static let root = Repository.fixture("ArchitecturesTests", "")

    /// Cases as folders of published files.
    static let folders = [
        "deepseek_v2_group", "deepseek_v2_lite", "deepseek_v3_plain", "deepseek_v3_wide",
        "deepseek_v3_yarn", "gpt_oss_bf16", "granitemoe", "llama_llama3rope", "llama_tied",
        "mixtral_full", "mixtral_wide", "mixtral_window16", "olmoe", "qwen2_moe", "qwen3_dense",
        "qwen3_moe", "qwen3_moe_wide",
    ]

    init(folder name: String) throws {
        try self.init(name, model: "models/" + name, folder: "models/" + name)
    }

    init(gguf name: String) throws {
        try self.init(name, model: "gguf/" + name + ".gguf", folder: "gguf/" + name)
    }

    private init(_ name: String, model: String, folder: String) throws {
        self.name = name
        self.model = Self.root + model
        self.folder = Self.root + folder
        reference = try Self.json(self.folder + "/reference.json")
        arrays = try SafetensorsFile(path: self.folder + "/reference.safetensors")
    }

    /// The model as `config.json` describes it.
    func source() throws -> ModelSource { try ModelSource(path: model) }

    /// The model as `file` describes it, which may change the configuration first.
    func source(
        configuration file: String, _ change: (inout JSONObject) -> Void = { _ in }
    ) throws -> ModelSource {
        let source = try source()
        guard case .catalog(let catalog) = source.weights,
            var configuration = try Self.json(folder + "/" + file).objectValue
        else { throw TestError("\(name) is no checkpoint") }
        change(&configuration)
        return ModelSource(source, configuration: configuration, catalog: catalog)
    }

    var int8Reference: (json: JSONValue, arrays: SafetensorsFile) {
        get throws {
            (
                try Self.json(folder + "/int8_reference.json"),
                try SafetensorsFile(path: folder + "/int8_reference.safetensors")
            )
        }
    }

    var promptCount: Int { reference["prompts"]?.arrayValue?.count ?? 0 }

    func prompt(_ index: Int) throws -> [Int32] {
        try integers("p\(index).input_ids")
    }

    func floats(_ name: String) throws -> [Float] {
        try TensorDecoder.floats(arrays.require(name))
    }

    func integers(_ name: String) throws -> [Int32] {
        try floats(name).map { Int32($0) }
    }

    /// The reference's experts and weights of a prompt, by layer.
    func routes(_ prompt: Int) throws -> [Int: (indices: [Int32], weights: [Float], topK: Int)] {
        var result: [Int: (indices: [Int32], weights: [Float], topK: Int)] = [:]
        for name in arrays.names where name.hasPrefix("p\(prompt).router.") {
            let parts = name.split(separator: ".")
            guard parts.count == 4, parts[3] == "indices", let layer = Int(parts[2]) else {
                continue
            }
            let prefix = "p\(prompt).router.\(layer)."
            result[layer] = (
                try integers(name), try floats(prefix + "weights"),
                try arrays.require(name).shape.columns
            )
        }
        return result
    }

    private static func json(_ path: String) throws -> JSONValue {
        try JSONParser.parse(FileText.read(path, bytesMax: 1 << 24))
    }
}

/// A model in memory and one sequence of it.
final class Session {
    let model: LoadedModel
    let runner: SequenceRunner

    init(
        _ source: ModelSource, _ scheme: WeightScheme, kv: KVType = .f32, threads: Int = 1,
        isa: String? = nil, context: Int? = nil
    ) throws {
        let options = ModelOptions(
            scheme: scheme, kvType: kv, threads: threads, isa: isa, isPinned: false,
            contextMax: context)
        model = try LoadedModel(source, options, cacheTokens: context ?? 512)
        runner = SequenceRunner(model)
    }

    deinit { model.stop() }

    /// The logits of all tokens of a new sequence, computed `chunk` tokens at a time.
    func logits(_ tokens: [Int32], chunk: Int? = nil) throws -> [Float] {
        runner.restart()
        var result: [Float] = []
        var rest = tokens[...]
        while !rest.isEmpty {
            try runner.append(rest.prefix(chunk ?? tokens.count), allLogits: true) {
                _, row in
                result += row
            }
            rest = rest.dropFirst(chunk ?? tokens.count)
        }
        return result
    }

    /// Appends the most likely token (of equal ones the lowest) `count` times; `last` are the
    /// logits that chose the last one.
    func greedy(_ count: Int, after logits: [Float]) throws -> (ids: [Int32], last: [Float]) {
        var last = Array(logits.suffix(model.shape.vocabulary))
        var ids: [Int32] = []
        while true {
            let best = last.indices.reduce(0) { last[$1] > last[$0] ? $1 : $0 }
            ids.append(Int32(best))
            if ids.count == count { return (ids, last) }
            try runner.append(ids.suffix(1), allLogits: true) { _, row in
                last = row
            }
        }
    }
}

/// Records what a forward pass shows.
final class Recorder: ForwardObserver {
    /// Norms of the hidden states by index.
    private(set) var norms: [Int: [Float]] = [:]
    private(set) var indices: [Int: [Int32]] = [:]
    private(set) var weights: [Int: [Float]] = [:]

    func hidden(at index: Int, _ values: [Float], width: Int) {
        for row in 0..<values.count / width {
            let squares = values[row * width..<(row + 1) * width].reduce(0) {
                $0 + Double($1) * Double($1)
            }
            norms[index, default: []].append(Float(squares.squareRoot()))
        }
    }

    func router(layer: Int, logits: [Float], _ routes: (indices: [Int32], weights: [Float])) {
        indices[layer, default: []] += routes.indices
        weights[layer, default: []] += routes.weights
    }
}

extension Session {
    /// The logits of several sequences that run in one step.
    func logitsTogether(_ prompts: [[Int32]]) -> [[Float]] {
        var batch = ForwardBatch()
        let size = KVCacheLayout.blockTokens
        var block: Int32 = 0
        for prompt in prompts {
            let tables = model.shape.cache.groups.map { _ in
                (0..<(prompt.count + size - 1) / size).map { _ in
                    defer { block += 1 }
                    return block
                }
            }
            batch.append(tokens: prompt, at: 0, tables: tables, logits: 0..<prompt.count)
        }
        model.backend.begin(batch)
        return model.backend.scope {
            let logits = model.backend.read(model.architecture.forward(on: model.backend))
            var first = 0
            return prompts.map { prompt in
                defer { first += prompt.count * model.shape.vocabulary }
                return Array(logits[first..<first + prompt.count * model.shape.vocabulary])
            }
        }
    }
}
