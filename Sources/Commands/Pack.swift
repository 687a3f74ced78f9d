import ArgumentParser
import Checkpoints
import Compute
import Inference
import Models
import Preparation
import Threads

/// Writes a pack.
struct Pack: ParsableCommand, WritesFile {
    static let configuration = CommandConfiguration(
        abstract: "Writes a model as one pack: quantized, laid out for the CPU, self-contained.",
        discussion: """
            EXAMPLES
              switchyard pack --model models/tiny --output tiny.switchyard
              switchyard pack --split-experts 4 --output smollm2.switchyard \\
                --model models/smollm2/SmolLM2-135M-Instruct.Q4_1.gguf
            """)

    @OptionGroup var path: ModelPath
    @OptionGroup var compute: ComputeArguments
    @Option("The pack to write.", .path) var output: String
    @Flag(help: "Write over a file that is there.") var overwrite = false
    @Option(
        "Cut the dense feed-forward networks of a llama into so many experts. Default: none are cut.",
        .choice(2, 4, 8, 16, 32, 64))
    var splitExperts: Int?
    @Option("A generation_config.json to put in the place of the model's own.", .path)
    var generationConfig: String?

    var inputs: [String?] { [path.model, generationConfig] + compute.inputs }
    var written: String? { output }

    func validate() throws {
        guard compute.precision == .int8 else {
            throw ValidationError("--precision f32: give int8; packs are INT8")
        }
    }

    func run() throws {
        var source = try path.openWeights()
        if let generationConfig {
            let text = try FileText.read(generationConfig, bytesMax: 1 << 20)
            source = source.with(source.files.with(ModelFiles.generationName, text))
            _ = try source.generationDefaults()
        }
        let options = try compute.options(for: source)
        // Calibration may take minutes: what would stop the writing is found before.
        try OutputFile.check(output, unless: overwrite ? nil : "--overwrite")
        try PackCommand.check(split(source), options, output)
        let smoothed = try Smoothed.model(source, compute.smoothing, options)
        try PackCommand.write(split(smoothed), options, to: output)
    }

    private func split(_ source: ModelSource) throws -> ModelSource {
        try splitExperts.map { try ExpertSplit.apply($0, to: source) } ?? source
    }
}

/// Makes packs, showing progress.
enum PackCommand {
    /// Throws if there is no place or no room for the pack.
    static func check(_ source: ModelSource, _ options: ModelOptions, _ output: String) throws {
        let pool = try WorkerPool(workers: 1, pinned: false)
        defer { pool.stop() }
        let writer = PackWriter(source, options.scheme, on: pool)
        try FileReplacement.check(output, byteCount: writer.byteCount(at: output))
    }

    /// - report: hears how far it is, in words.
    static func write(
        _ source: ModelSource, _ options: ModelOptions, to output: String,
        report: @escaping (String) -> Void = { _ in }
    ) throws {
        let pool = try WorkerPool(workers: options.threadCount, pinned: false)
        defer { pool.stop() }
        let progress = Progress("packing \(source.name)", report: report)
        try PackWriter(source, options.scheme, on: pool).write(to: output) {
            written, total throws(CheckpointError) in
            progress.update(written, of: total)
        }
        progress.finish("packed \(source.name) into \(output)")
    }
}
