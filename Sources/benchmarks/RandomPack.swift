import ArgumentParser
import Checkpoints
import Compute
import Glibc
import Memory
import Models
import Preparation
import Threads

/// Writes a pack of random weights, to try sizes for which there is no download.
struct RandomPack: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "random-pack",
        abstract: "Writes a pack with the shape of a config.json and random weights.",
        discussion: """
            No checkpoint is written on the way: weights are made, quantized and written a matrix at a \
            time. The answers of such a model make no sense; its memory and speed are those of a real \
            one whose experts are visited evenly.

            EXAMPLE
              benchmarks random-pack --shape models/deepseek-v2-lite \
            --files models/smollm2/SmolLM2-135M-Instruct.Q4_1.gguf --output random.switchyard
            """)

    @Option(help: "A folder with a config.json.") var shape: String
    @Option(help: "A model whose tokenizer and template go into the pack.") var files: String?
    @Option(help: "The pack to write.") var output: String
    @Option(help: "Makes the weights; the same seed, the same weights.") var seed: UInt64 = 1
    @Option(help: "A scale a row, or a row and 128 inputs: row or group.") var weights = "group"
    @Option(help: "The form of the head: float or int8.") var head = "int8"
    @Option(help: "Threads.") var threads = Affinity.allowedCores.count

    func run() throws {
        guard let scales = WeightScheme.Scales(rawValue: weights) else {
            throw ValidationError("--weights \(weights): give row or group")
        }
        guard let head = WeightScheme.Head(rawValue: head) else {
            throw ValidationError("--head \(self.head): give float or int8")
        }
        let source = try ModelSource(
            shape: shape, catalog: RandomCatalog(location: shape, seed: seed),
            files: files.map { try ModelSource(path: $0).files } ?? ModelFiles(folder: shape))
        let pool = try WorkerPool(workers: threads, pinned: false)
        defer { pool.stop() }
        let scheme = WeightScheme(
            precision: .int8, scales: scales, head: head, smoothing: Smoothing.alpha)
        var percent = -1
        try PackWriter(source, scheme, on: pool).write(to: output) {
            written, total throws(CheckpointError) in
            guard written * 100 / total > percent else { return }
            percent = written * 100 / total
            note("\(output): \(percent) % of \(ByteSize(total))\n")
        }
    }
}

private func note(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
        _ = unsafe write(STDERR_FILENO, bytes.baseAddress, bytes.count)
    }
}
