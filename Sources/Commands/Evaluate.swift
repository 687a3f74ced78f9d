import Architectures
import ArgumentParser
import Compute
import Inference
import JSON
import Models
import Sampling
import Tokenization

/// Compares precisions on a text.
struct Evaluate: ParsableCommand, ReadsFiles {
    static let configuration = CommandConfiguration(
        commandName: "eval",
        abstract: "Measures perplexity, and the divergence between precisions, on a text.",
        discussion: """
            The text is cut into chunks that are scored alone, all tokens but a chunk's first. \
            Further precisions are compared with the first: mean KL divergence and top-1 agreement.

            EXAMPLE
              switchyard eval --model models/tiny --text models/README.md --chunk 128
            """)

    @OptionGroup var path: ModelPath
    @OptionGroup var compute: EvaluationArguments
    @Option("The text.", .path) var text: String
    @Option("Tokens of a chunk.", .number(2...8192)) var chunk = 512
    @Option("Chunks to score at most; default: all.", .number(1...1 << 30))
    var chunks: Int?
    @Flag(help: "Print one JSON object a precision.") var json = false

    var inputs: [String?] { [path.model, text, compute.smoothing.calibration] }

    func run() throws {
        let source = try path.openWeights()
        guard let tokenizer = try source.tokenizer() else {
            throw CommandError("\(path.model): has no tokenizer")
        }
        let bytes = try FileText.read(text, bytesMax: 1 << 30)
        let ids = tokenizer.encode(
            String(decoding: bytes, as: UTF8.self), special: false, parseSpecial: false)
        let count = min(ids.count / chunk, chunks ?? .max)
        guard count > 0 else {
            throw CommandError(
                "\(text): its \(ids.count) tokens make no chunk of \(chunk); give a longer text or a "
                    + "smaller --chunk")
        }
        var scores = try compute.precision.precisions.map { precision in
            try PrecisionScore(source, compute, precision, chunk: chunk)
        }
        let progress = Progress("evaluating", unit: .items("chunks"))
        for index in 0..<count {
            let tokens = Array(ids[index * chunk..<(index + 1) * chunk])
            var reference: [Float]?
            for place in scores.indices {
                let logits = try scores[place].score(tokens, against: reference)
                if place == 0 { reference = logits }
            }
            progress.update(index + 1, of: count)
        }
        for score in scores { print(score) }
        for score in scores { score.stop() }
    }

    private func print(_ score: PrecisionScore) {
        if json {
            StandardOutput.line(.object(score.report))
            return
        }
        StandardOutput.line(
            score.report.map { "\($0.key) \($0.value.stringValue ?? JSONWriter.string($0.value))" }
                .joined(separator: ", "))
    }
}

/// The compute flags, with a list of precisions in the place of one.
struct EvaluationArguments: ParsableArguments {
    @Option("Precisions, the reference first.", .precisions)
    var precision = PrecisionList([.f32, .int8])
    @Option(help: "The KV cache's numbers of INT8 runs.") var kv: KVType = .bf16
    @Option(help: "INT8 scales: one a row, or one a row and group of 128 inputs.") var weights:
        WeightScheme.Scales = .group
    @Option(help: "Embeddings and head of INT8 runs.") var head: WeightScheme.Head = .int8
    @OptionGroup var smoothing: SmoothingArguments
    @Option("Compute threads; default: the CPUs this process may use.", .number(1...256))
    var threads: Int?
    @Option("Kernels to use; default: the best.", .isa) var cpuIsa: String?

    /// How one precision runs.
    func options(_ precision: WeightScheme.Precision, for source: ModelSource, chunk: Int) throws
        -> ModelOptions
    {
        let isReference = precision == .f32
        let scheme =
            isReference
            ? WeightScheme.reference
            : WeightScheme(
                precision: .int8, scales: weights, head: head,
                smoothing: try smoothing.alpha(for: source))
        return ModelOptions(
            scheme: scheme, kvType: isReference ? .f32 : kv, threads: threads, isa: cpuIsa,
            isPinned: false, contextMax: chunk, logitRowsMax: 512)
    }
}

/// `f32,int8`: one precision or several.
struct PrecisionList: CustomStringConvertible, Sendable {
    fileprivate static let countMax = 8

    let precisions: [WeightScheme.Precision]

    init(_ precisions: [WeightScheme.Precision]) { self.precisions = precisions }

    init?(_ text: String) {
        let names = text.split(separator: ",", omittingEmptySubsequences: false)
        precisions = names.compactMap { WeightScheme.Precision(rawValue: String($0)) }
        guard precisions.count == names.count, names.count <= Self.countMax else { return nil }
    }

    var description: String { precisions.map(\.rawValue).joined(separator: ",") }
}

extension Allowed<PrecisionList> {
    static let precisions = Allowed(
        words: "f32 or int8, or up to \(PrecisionList.countMax) of them with commas between",
        read: { PrecisionList($0) })
}

/// One precision's model and what it scored so far.
struct PrecisionScore {
    private let model: LoadedModel
    private let runner: SequenceRunner
    private let precision: WeightScheme.Precision
    private let scores = Scores()
    private var lossSum = 0.0
    private var tokens = 0
    private var divergenceSum = 0.0
    private var agreements = 0
    private var compared = 0

    init(
        _ source: ModelSource, _ arguments: EvaluationArguments,
        _ precision: WeightScheme.Precision, chunk: Int
    ) throws {
        let options = try arguments.options(precision, for: source, chunk: chunk)
        model = try LoadedModel(
            Smoothed.model(source, arguments.smoothing, options), options, cacheTokens: chunk)
        runner = SequenceRunner(model)
        self.precision = precision
    }

    func stop() { model.stop() }

    /// Scores a chunk; returns its logits, all but the last row: `[chunk - 1, vocabulary]`.
    mutating func score(_ chunk: [Int32], against reference: [Float]?) throws -> [Float] {
        let vocabulary = model.shape.vocabulary
        var logits: [Float] = []
        logits.reserveCapacity(chunk.count * vocabulary)
        runner.restart()
        try runner.append(chunk, allLogits: true) { _, row in logits += row }
        for row in 0..<chunk.count - 1 {
            let range = row * vocabulary..<(row + 1) * vocabulary
            lossSum += scores.loss(of: Int(chunk[row + 1]), in: logits[range])
            tokens += 1
            guard let reference else { continue }
            let comparison = scores.divergence(of: logits[range], from: reference[range])
            divergenceSum += comparison.divergence
            agreements += comparison.agrees ? 1 : 0
            compared += 1
        }
        return logits
    }

    var report: JSONObject {
        var report = JSONObject()
        report["precision"] = .string(precision.rawValue)
        report["tokens"] = .integer(Int64(tokens))
        report["perplexity"] = .double(Scores.exponential(lossSum / Double(max(tokens, 1))))
        guard compared > 0 else { return report }
        report["mean_kl"] = .double(divergenceSum / Double(compared))
        report["top1_agreement"] = .double(Double(agreements) / Double(compared))
        return report
    }
}
