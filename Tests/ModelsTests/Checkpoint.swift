import Checkpoints
import Compute
import Inference
import JSON
import Memory
import Models
import Quantization
import TestSupport

/// A checkpoint's configuration and tensors, which a test may change.
struct Checkpoint {
    var configuration: JSONObject
    /// In file order.
    var tensors: [(name: String, tensor: HostTensor)]

    /// A published form with the numbers that the reference implementation gives for it.
    init(fixture name: String, configuration file: String = "config.json") throws {
        let folder = Self.folder(name)
        configuration = try Self.json(folder + "/" + file).objectValue ?? JSONObject()
        let source = try SafetensorsFile(path: folder + "/model.safetensors")
        tensors = []
        for name in source.names { tensors.append((name, try Self.copy(source.require(name)))) }
    }

    /// A checkpoint with only some tensors.
    init(_ tensors: [(name: String, tensor: HostTensor)], quantization: JSONValue? = nil) {
        self.tensors = tensors
        configuration = JSONObject()
        if let quantization { configuration["quantization_config"] = quantization }
    }

    static func folder(_ name: String) -> String {
        Repository.fixture("ModelsTests", "formats/" + name)
    }

    static func json(_ path: String) throws -> JSONValue {
        try JSONParser.parse(FileText.read(path, bytesMax: 1 << 24))
    }

    static func copy(_ tensor: StoredTensor) throws -> HostTensor {
        guard case .plain(let dtype) = tensor.format else { throw TestError("not plain") }
        return try HostTensor(
            dtype: dtype, shape: tensor.shape, bytes: unsafe Array(tensor.bytes))
    }

    subscript(name: String) -> HostTensor? {
        get { tensors.first { $0.name == name }?.tensor }
        set {
            let index = tensors.firstIndex { $0.name == name }
            if let index { tensors.remove(at: index) }
            if let newValue { tensors.insert((name, newValue), at: index ?? tensors.count) }
        }
    }

    /// Writes it to a folder of its own and opens it.
    func open() throws -> (folder: TemporaryFolder, source: ModelSource) {
        let folder = try TemporaryFolder()
        let text = JSONWriter.bytes(.object(configuration))
        try folder.write(text, to: "config.json")
        try SafetensorsWriter.write(
            tensors.map { ($0.name, $0.tensor) }, to: folder.path + "/model.safetensors")
        return (folder, try ModelSource(path: folder.path))
    }

    /// Opens it and passes its weights to `body`.
    func withCatalog<Result>(_ body: (any WeightCatalog) throws -> Result) throws -> Result {
        let (folder, source) = try open()
        defer { extendLifetime(folder) }
        guard case .catalog(let catalog) = source.weights else { throw TestError("a pack") }
        return try body(catalog)
    }

    /// The logits of a prompt, and the given number of most likely tokens after it.
    func run(
        _ scheme: WeightScheme, prompt: [Int32], greedy count: Int = 1, isa: String? = nil,
        routes: Routes = [:]
    ) throws -> Run {
        let (folder, source) = try open()
        defer { extendLifetime(folder) }
        return try Run(source, scheme, prompt: prompt, greedy: count, isa: isa, routes: routes)
    }
}

/// Experts and weights to replay, by layer.
typealias Routes = [Int: (indices: [Int32], weights: [Float], topK: Int)]

/// The logits of a prompt and the most likely tokens after it.
struct Run {
    private(set) var logits: [Float] = []
    private(set) var greedy: [Int32] = []
    /// The logits that chose the last token.
    private(set) var last: [Float] = []

    init(
        _ source: ModelSource, _ scheme: WeightScheme, prompt: [Int32], greedy count: Int,
        isa: String? = nil, routes: Routes = [:]
    ) throws {
        let options = ModelOptions(
            scheme: scheme, kvType: .f32, threads: 1, isa: isa, isPinned: false)
        let model = try LoadedModel(source, options, cacheTokens: 128)
        defer { model.stop() }
        let runner = SequenceRunner(model)
        runner.replay = routes
        try runner.append(prompt, allLogits: true) { _, row in logits += row }
        last = Array(logits.suffix(logits.count / prompt.count))
        runner.replay = [:]
        while true {
            let best = last.indices.reduce(0) { last[$1] > last[$0] ? $1 : $0 }
            greedy.append(Int32(best))
            if greedy.count == count { return }
            try runner.append(greedy.suffix(1), allLogits: true) { _, row in
                last = row
            }
        }
    }
}
