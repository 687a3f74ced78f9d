import ArgumentParser
import Compute
import ComputeCPU
import Inference
import Models
import Preparation

/// Where the model is.
struct ModelPath: ParsableArguments {
    @Option(help: "A folder with config.json and safetensors, a GGUF file, or a pack.")
    var model: String

    func open() throws -> ModelSource {
        try ModelSource(path: model)
    }

    /// Opens the model to be run or rewritten, and says which of its tensors would not be read.
    func openWeights() throws -> ModelSource {
        let source = try open()
        if let line = source.unread?.line { StandardError.line("switchyard: \(model): \(line)") }
        return source
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
    var head: WeightScheme.Head = .bf16

    @OptionGroup var smoothing: SmoothingArguments

    @Option(help: "Compute threads; default: the CPUs this process may use.")
    var threads: Int?

    @Option(help: "Kernels to use; default: the best that the CPU has. (scalar|avx2|avx512vnni)")
    var cpuIsa: String?

    @Option(
        help: "Memory for weights, cache and workspace, e.g. 8GiB; default: 3/4 of the machine's.")
    var memory: ByteSize?

    @Option(help: "Positions of a sequence; default: what the model was made for.")
    var context: Int?

    func validate() throws {
        if let threads, !(1...256).contains(threads) {
            throw ValidationError("--threads \(threads): give 1 to 256")
        }
        if let context, !(1...(1 << 24)).contains(context) {
            throw ValidationError("--context \(context): give 1 to \(1 << 24)")
        }
        if let cpuIsa, !CPUBackend.supported.contains(cpuIsa) {
            throw ValidationError(
                "--cpu-isa \(cpuIsa): this CPU has \(CPUBackend.supported.joined(separator: ", "))")
        }
    }

    /// The options for a model; the float32 reference keeps everything float32 and as stored.
    func options(for source: ModelSource) throws -> ModelOptions {
        var options = options()
        if precision == .int8 { options.scheme.smoothing = try smoothing.alpha(for: source) }
        return options
    }

    private func options() -> ModelOptions {
        let scheme =
            precision == .f32
            ? WeightScheme.reference
            : WeightScheme(precision: .int8, scales: weights, head: head)
        return ModelOptions(
            scheme: scheme, kvType: kv ?? (precision == .f32 ? .f32 : .bf16), threads: threads,
            isa: cpuIsa, contextMax: context, memoryMax: memory?.bytes)
    }
}

extension WeightScheme.Precision: ExpressibleByArgument {}
extension WeightScheme.Scales: ExpressibleByArgument {}
extension WeightScheme.Head: ExpressibleByArgument {}
extension KVType: ExpressibleByArgument {}

/// A number of bytes: `1048576`, `64MiB`, `2G`.
struct ByteSize: ExpressibleByArgument {
    let bytes: Int

    init?(argument: String) {
        let units: [(String, Int)] = [("k", 10), ("m", 20), ("g", 30), ("t", 40)]
        var text = argument.lowercased()
        for suffix in ["ib", "b"] where text.hasSuffix(suffix) {
            text.removeLast(suffix.count)
            break
        }
        var shift = 0
        for (unit, bits) in units where text.hasSuffix(unit) {
            text.removeLast()
            shift = bits
            break
        }
        guard let number = Double(text), number >= 0, number.isFinite else { return nil }
        let bytes = number * Double(1 << shift)
        guard bytes < Double(1 << 50) else { return nil }
        self.bytes = Int(bytes)
    }
}
