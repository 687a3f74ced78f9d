import Checkpoints
import Compute
import Glibc
import Inference
import JSON
import Memory
import Models
import Quantization

/// A checkpoint that a test may change: its configuration and tensors.
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

    /// A checkpoint with nothing but some tensors.
    init(_ tensors: [(name: String, tensor: HostTensor)], quantization: JSONValue? = nil) {
        self.tensors = tensors
        configuration = JSONObject()
        if let quantization { configuration["quantization_config"] = quantization }
    }

    static func folder(_ name: String) -> String {
        "/" + #filePath.split(separator: "/").dropLast().joined(separator: "/")
            + "/Fixtures/formats/" + name
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

    /// Opens it and gives its weights to `body`.
    func withCatalog<Result>(_ body: (any WeightCatalog) throws -> Result) throws -> Result {
        let (folder, source) = try open()
        defer { folder.remove() }
        guard case .catalog(let catalog) = source.weights else { throw TestError("a pack") }
        return try body(catalog)
    }

    /// What a prompt gives, and so many of the likeliest tokens behind it.
    func run(
        _ scheme: WeightScheme, prompt: [Int32], greedy count: Int = 1, isa: String? = nil,
        routes: Routes = [:]
    ) throws -> Run {
        let (folder, source) = try open()
        defer { folder.remove() }
        return try Run(source, scheme, prompt: prompt, greedy: count, isa: isa, routes: routes)
    }
}

/// Experts and weights to replay, by layer.
typealias Routes = [Int: (indices: [Int32], weights: [Float], topK: Int)]

/// Logits of a prompt and the likeliest tokens behind it.
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
        unsafe try runner.append(prompt, allLogits: true) { _, row in unsafe logits += row }
        last = Array(logits.suffix(logits.count / prompt.count))
        runner.replay = [:]
        while true {
            let best = last.indices.reduce(0) { last[$1] > last[$0] ? $1 : $0 }
            greedy.append(Int32(best))
            if greedy.count == count { return }
            unsafe try runner.append(greedy.suffix(1), allLogits: true) { _, row in
                last = unsafe Array(row)
            }
        }
    }
}

/// A folder that a test removes when it is done.
struct TemporaryFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/switchyard-models-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw TestError("no temporary folder") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        let file = unsafe fopen(path + "/" + name, "w")
        guard unsafe file != nil else { throw TestError("cannot write \(name)") }
        let written = unsafe fwrite(bytes, 1, bytes.count, file)
        guard unsafe fclose(file) == 0, written == bytes.count else {
            throw TestError("cannot write \(name)")
        }
    }

    func remove() {
        if let folder = unsafe opendir(path) {
            while let entry = unsafe readdir(folder) {
                let name = unsafe withUnsafePointer(to: &entry.pointee.d_name.0) {
                    unsafe String(cString: $0)
                }
                _ = unsafe unlink(path + "/" + name)
            }
            unsafe closedir(folder)
        }
        _ = unsafe rmdir(path)
    }
}

struct TestError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// The largest difference of two arrays; infinite where their lengths differ or a number is none.
func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
    guard a.count == b.count else { return .infinity }
    return zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1).isNaN ? .infinity : abs($1.0 - $1.1)) }
}

/// `||a - b|| / ||b||`.
func relativeError(_ a: [Float], _ b: [Float]) -> Double {
    guard a.count == b.count else { return .infinity }
    var (difference, size) = (0.0, 0.0)
    for (x, y) in zip(a, b) {
        difference += Double(x - y) * Double(x - y)
        size += Double(y) * Double(y)
    }
    return (difference / size).squareRoot()
}
