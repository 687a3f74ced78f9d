import ArgumentParser
import Compute
import Inference
import JSON
import Memory
import Models
import Preparation

/// Where the model is.
struct ModelPath: ParsableArguments {
    @Option("A folder with config.json and safetensors, a GGUF file, or a pack.", .path)
    var model: String

    func open() throws -> ModelSource {
        try ModelSource(path: model)
    }

    /// Opens the model to be run or rewritten, and says which of its tensors would not be read.
    func openWeights() throws -> ModelSource {
        let source = try open()
        if let line = source.unread?.line { StandardError.warning("\(model): \(line)") }
        return source
    }

    /// What lies beside a model's weights; the folder needs none.
    static func files(_ path: String) throws -> ModelFiles {
        if FileText.isFolder(path), !FileText.exists(path + "/config.json") {
            let files = try ModelFiles(folder: path)
            if !files.texts.isEmpty { return files }
        }
        return try ModelSource(path: path).files
    }
}

/// How a model is held and run: the flags that every command which computes has.
struct ComputeArguments: ParsableArguments {
    @Option(help: "Arithmetic: int8, or the float32 reference.")
    var precision: WeightScheme.Precision = .int8

    @Option(help: "The KV cache's numbers; default: bf16, or f32 with f32 arithmetic.")
    var kv: KVType?

    @Option(help: "INT8 scales: one a row, or one a row and group of 128 inputs.")
    var weights: WeightScheme.Scales = .group

    @Option(help: "Embeddings and head: as stored, rounded to bf16, or the head in INT8.")
    var head: WeightScheme.Head = .int8

    @OptionGroup var smoothing: SmoothingArguments

    @Option("Compute threads; default: the CPUs this process may use.", .number(1...256))
    var threads: Int?

    @Option("Kernels to use; default: the best that the CPU has.", .isa)
    var cpuIsa: String?

    @Option(
        "Memory for weights, cache and workspace, e.g. 8GiB; default: 3/4 of the machine's or the container's.",
        .bytes(1 << 20...1 << 49))
    var memory: Int?

    @Option("Positions of a sequence; default: what the model was made for.", .number(1...1 << 24))
    var context: Int?

    var inputs: [String?] { [smoothing.calibration] }

    /// The options for a model; the float32 reference keeps everything float32 and as stored.
    func options(for source: ModelSource) throws -> ModelOptions {
        let trained = source.configuration["max_position_embeddings"]?.integerValue ?? 0
        if let context, trained > 0, context > trained {
            throw CommandError(
                "--context \(context): give 1 to \(trained), the positions that \(source.path) "
                    + "was made for")
        }
        if let text = memoryWarning(machine: MachineMemory.bytes) { StandardError.warning(text) }
        var options = options()
        if precision == .int8 { options.scheme.smoothing = try smoothing.alpha(for: source) }
        return options
    }

    /// Says that `--memory` is more than there is; nil if it is not.
    func memoryWarning(machine bytes: Int) -> String? {
        guard let memory, memory > bytes else { return nil }
        return "--memory \(ByteSize(memory).roundedUp) is more than the "
            + "\(ByteSize(bytes).roundedDown) that the machine has, or the container allows: the "
            + "system may end this process"
    }

    private func options() -> ModelOptions {
        let scheme =
            precision == .f32
            ? WeightScheme.reference
            : WeightScheme(precision: .int8, scales: weights, head: head)
        return ModelOptions(
            scheme: scheme, kvType: kv ?? (precision == .f32 ? .f32 : .bf16), threads: threads,
            isa: cpuIsa, contextMax: context, memoryMax: memory)
    }
}

extension WeightScheme.Precision: ExpressibleByArgument {}
extension WeightScheme.Scales: ExpressibleByArgument {}
extension WeightScheme.Head: ExpressibleByArgument {}
extension KVType: ExpressibleByArgument {}
