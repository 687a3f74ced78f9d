import ArgumentParser
import Checkpoints
import Compute
import Inference
import JSON
import Models
import Preparation
import Threads

/// Writes a quantized checkpoint for this and other engines.
struct Quantize: ParsableCommand, WritesFile {
    static let configuration = CommandConfiguration(
        abstract: "Writes an INT8 checkpoint that other engines read too.",
        discussion: """
            The folder gets safetensors in compressed-tensors' int-quantized form (INT8 with a scale \
            a row, inputs quantized a token at a time), config.json and the tokenizer's files. Started \
            again with the same flags after an interruption, it keeps the complete files of up to \
            4 GiB that are there, and does the rest again, the calibration too.

            Prints each tensor's relative error: {"tensor":"…","relative_error":0.008}.

            EXAMPLE
              switchyard quantize --model models/tiny --output tiny-int8
            """)

    /// Forms of a checkpoint.
    enum Scheme: String, ExpressibleByArgument, CaseIterable {
        /// A scale a row.
        case channel
    }

    @OptionGroup var path: ModelPath
    @Option("The folder to write.", .path) var output: String
    @Option(help: "The form: one scale a row.") var scheme: Scheme = .channel
    @OptionGroup var smoothing: SmoothingArguments
    @Option("Compute threads; default: the CPUs this process may use.", .number(1...256))
    var threads: Int?

    var inputs: [String?] { [path.model, smoothing.calibration] }
    var written: String? { output }

    mutating func run() throws {
        let source = try path.openWeights()
        let options = ModelOptions(
            scheme: WeightScheme(
                precision: .int8, scales: .row, head: .float,
                smoothing: try smoothing.alpha(for: source)),
            threads: threads)
        while output.count > 1, output.hasSuffix("/") { output.removeLast() }
        guard
            let key = PackCache.key(
                for: source, options.scheme, splitExperts: nil,
                calibration: try smoothing.calibrationKey(), layout: scheme.rawValue)
        else { throw CommandError("\(source.path): cannot be examined") }
        let pool = try WorkerPool(workers: options.threadCount, pinned: false)
        defer { pool.stop() }
        try ChannelCheckpoint(source, key: key, on: pool).check(output)
        let smoothed = try Smoothed.model(source, smoothing, options)
        let progress = Progress("quantizing \(source.name)")
        var (count, sum, largest) = (0, 0.0, 0.0)
        try ChannelCheckpoint(smoothed, key: key, on: pool).write(to: output) {
            written, total throws(CheckpointError) in
            progress.update(written, of: total)
        } report: { error in
            count += 1
            sum += error.relativeError
            largest = max(largest, error.relativeError)
            StandardOutput.line(
                .object([
                    "tensor": .string(error.name), "relative_error": .double(error.relativeError),
                ]))
        }
        progress.finish(
            "quantized \(source.name) into \(output): \(count) tensors, relative error "
                + "\(rounded(sum / Double(max(count, 1)))) on average, \(rounded(largest)) at most,"
        )
        if source.form == .gguf {
            StandardError.warning(
                "a GGUF file has no tokenizer.json; put the published model's tokenizer "
                    + "files into \(output)")
        }
    }

    private func rounded(_ value: Double) -> Double { (value * 1e5).rounded() / 1e5 }
}
