import Architectures
import Checkpoints
import Compute
import Inference
import Models
import Preparation
import Quantization
import TestSupport
import Threads

/// The small checkpoints of the architectures' tests.
enum TinyModel {
    private static let folder = Repository.fixture("ArchitecturesTests", "models/")

    /// One of each family, and one of each feature that limits smoothing.
    static let names = [
        "deepseek_v2_lite", "deepseek_v3_yarn", "gpt_oss_bf16", "granitemoe", "llama_llama3rope",
        "llama_tied", "mixtral_full", "olmoe", "qwen2_moe", "qwen3_dense", "qwen3_moe",
    ]

    static func source(_ name: String) throws -> ModelSource {
        try ModelSource(path: folder + name)
    }

    /// The reference's prompt number `index`.
    static func prompt(_ index: Int, of name: String) throws -> [Int32] {
        let file = try SafetensorsFile(path: folder + name + "/reference.safetensors")
        return try TensorDecoder.floats(file.require("p\(index).input_ids")).map { Int32($0) }
    }

    /// - workspaceBytesMax: so few that each prompt is a pass by itself, or enough for both in one.
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
        return try withPool { pool in
            try Smoothing.apply(
                calibration(source, name, workspaceBytesMax: workspaceBytesMax), to: source,
                smoothsHead: false, on: pool)
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
        try SequenceRunner(model).append(prompt, allLogits: true) { _, row in
            result += row
        }
        return result
    }
}

func withPool<Result>(_ body: (WorkerPool) throws -> Result) throws -> Result {
    let pool = try WorkerPool(workers: 2, pinned: false)
    defer { pool.stop() }
    return try body(pool)
}

/// The error with which a test stops work.
let stopped = CheckpointError(.unavailable(reason: "stopped"), in: "test")
