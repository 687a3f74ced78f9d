import Architectures
import Checkpoints
import Compute
import ComputeCPU
import Glibc
import Inference
import Models
import Preparation
import Quantization

/// The small checkpoints of the architectures' tests.
enum TinyModel {
    private static let folder =
        "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        + "/ArchitecturesTests/Fixtures/models/"

    /// One of each family, and of each thing that stands in smoothing's way.
    static let names = [
        "deepseek_v2_lite", "deepseek_v3_yarn", "gpt_oss_bf16", "granitemoe", "llama_llama3rope",
        "llama_tied", "mixtral_full", "olmoe", "qwen2_moe", "qwen3_dense", "qwen3_moe",
    ]

    static func source(_ name: String) throws -> ModelSource {
        try ModelSource(path: folder + name)
    }

    /// The reference's prompt of that number.
    static func prompt(_ index: Int, of name: String) throws -> [Int32] {
        let file = try SafetensorsFile(path: folder + name + "/reference.safetensors")
        return try TensorDecoder.floats(file.require("p\(index).input_ids")).map { Int32($0) }
    }

    /// - workspaceBytesMax: so little that each prompt is a pass, or room for both in one.
    static func calibration(
        _ source: ModelSource, _ name: String, workspaceBytesMax: Int = 1 << 30
    ) throws -> Calibration {
        try Calibration.run(
            source, [prompt(0, of: name), prompt(1, of: name)], threads: 1, isa: nil,
            workspaceBytesMax: workspaceBytesMax
        ) { _, _ in }
    }

    static func smoothed(_ name: String, workspaceBytesMax: Int = 1 << 30) throws -> ModelSource {
        let source = try source(name)
        return try withBackend { backend in
            try Smoothing.apply(
                calibration(source, name, workspaceBytesMax: workspaceBytesMax), to: source,
                on: backend)
        }
    }

    /// The logits of a prompt: `[tokens, vocabulary]`.
    static func logits(_ source: ModelSource, _ scheme: WeightScheme, _ prompt: [Int32]) throws
        -> [Float]
    {
        let options = ModelOptions(
            scheme: scheme, kvType: .f32, threads: 1, isPinned: false, contextMax: 256)
        let model = try LoadedModel(source, options, cacheTokens: 256)
        defer { model.stop() }
        var result: [Float] = []
        unsafe try SequenceRunner(model).append(prompt, allLogits: true) { _, row in
            unsafe result += row
        }
        return result
    }
}

func withBackend<Result>(_ body: (CPUBackend) throws -> Result) throws -> Result {
    let backend = try CPUBackend(threads: 2, isa: nil, pinned: false, rowsMax: 1)
    defer { backend.stop() }
    return try body(backend)
}

/// Runs `body` with a new folder, which is removed after.
func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    var template = Array("/tmp/switchyard-tests-XXXXXX".utf8CString)
    let path = unsafe template.withUnsafeMutableBufferPointer { buffer -> String in
        guard let base = buffer.baseAddress, unsafe mkdtemp(base) != nil else { return "" }
        return unsafe String(cString: base)
    }
    guard !path.isEmpty else { throw stopped }
    defer {
        for name in listing(path) {
            for inner in listing(path + "/" + name) {
                unsafe unlink(path + "/" + name + "/" + inner)
            }
            unsafe unlink(path + "/" + name)
            unsafe rmdir(path + "/" + name)
        }
        unsafe rmdir(path)
    }
    return try body(path)
}

/// The names in a folder, sorted.
func listing(_ folder: String) -> [String] {
    guard let directory = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
        let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
            unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) {
                unsafe String(cString: $0)
            }
        }
        if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
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

/// What a test stops work with.
let stopped = CheckpointError(.unavailable(reason: "stopped"), in: "test")
