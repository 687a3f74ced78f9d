import API
import ArgumentParser
import Compute
import Inference
import JSON
import Models
import Preparation
import Serving
import Threads
import Tokenization

/// How much to smooth and what to calibrate on.
struct SmoothingArguments: ParsableArguments {
    @Option(
        """
        SmoothQuant's alpha: moves the inputs' outliers into float weights before they are \
        quantized. Default: 0.5 where that is possible.
        """, .choice(0, Double(Smoothing.alpha)))
    var smoothing: Double?

    @Option("A text to calibrate smoothing on; default: one that comes with the program.", .path)
    var calibration: String?

    func validate() throws {
        if smoothing == 0, calibration != nil {
            throw ValidationError("--calibration has no use with --smoothing 0")
        }
    }

    /// The alpha for a model; without a tokenizer there is nothing to calibrate with.
    func alpha(for source: ModelSource) throws -> Float {
        if smoothing == 0 { return 0 }
        let isPossible = try Smoothing.applies(to: source) && source.tokenizer() != nil
        if !isPossible, smoothing != nil || calibration != nil {
            throw ValidationError(
                "--smoothing \(smoothing ?? Double(Smoothing.alpha)): only float checkpoints with "
                    + "a tokenizer can be smoothed; \(source.path) is none")
        }
        return isPossible ? Smoothing.alpha : 0
    }

    /// What a cached pack depends on besides the alpha.
    func calibrationKey() throws -> String {
        guard let calibration else { return "" }
        return String(decoding: try FileText.read(calibration, bytesMax: 64 << 20), as: UTF8.self)
    }
}

/// Smooths models, showing progress.
enum Smoothed {
    /// The model with smoothed weights, where `options` say so. `report` hears how far it is.
    static func model(
        _ source: ModelSource, _ arguments: SmoothingArguments, _ options: ModelOptions,
        report: @escaping (String) -> Void = { _ in }
    ) throws -> ModelSource {
        guard options.scheme.precision == .int8, options.scheme.smoothing > 0 else {
            return source
        }
        let progress = Progress(
            "calibrating \(source.name)", unit: .items("matrices"), report: report)
        let calibration = try Calibration.run(
            source, try sequences(source, arguments), threads: options.threadCount,
            isa: options.isa
        ) { done, total in
            progress.update(done, of: total)
        }
        let pool = try WorkerPool(workers: options.threadCount, pinned: false)
        defer { pool.stop() }
        let result = try Smoothing.apply(
            calibration, to: source, smoothsHead: options.scheme.head == .int8,
            on: pool)
        progress.finish("calibrated \(source.name)")
        return result
    }

    /// Tokens of `--calibration`, or of the passages and conversations that come with the program.
    private static func sequences(_ source: ModelSource, _ arguments: SmoothingArguments) throws
        -> [[Int32]]
    {
        guard let tokenizer = try source.tokenizer() else {
            throw CommandError("\(source.path): has no tokenizer to calibrate with")
        }
        if let path = arguments.calibration {
            let text = String(
                decoding: try FileText.read(path, bytesMax: 64 << 20), as: UTF8.self)
            return chunks(tokenizer.encode(text, special: true), path)
        }
        var result: [[Int32]] = []
        let description = try ModelDescription(
            source, tokenizer, name: source.name, created: 0, contextMax: 0,
            vocabularySize: tokenizer.vocabularySize, fingerprint: "")
        for turns in CalibrationText.conversations {
            guard let text = render(turns, description) else { continue }
            result.append(tokenizer.encode(text, special: false))
        }
        result += CalibrationText.passages.map { tokenizer.encode($0, special: true) }
        return result
    }

    /// A conversation in the model's template; nil if it has none, or one that refuses.
    private static func render(
        _ turns: [CalibrationText.Turn], _ description: ModelDescription
    ) -> String? {
        var variables = description.templateVariables
        variables["messages"] = .array(
            turns.map { ["role": .string($0.role), "content": .string($0.content)] })
        variables["add_generation_prompt"] = false
        return try? description.template?.prompt(variables)
    }

    /// Sequences of at most the length that calibration takes, and at most so many.
    private static func chunks(_ ids: [Int32], _ path: String) -> [[Int32]] {
        let size = Calibration.sequenceTokensMax
        let sequencesMax = 256
        if ids.count > size * sequencesMax {
            StandardError.warning(
                "\(path) has \(ids.count) tokens; the first \(size * sequencesMax) "
                    + "calibrate")
        }
        return stride(from: 0, to: min(ids.count, size * sequencesMax), by: size).map {
            Array(ids[$0..<min($0 + size, ids.count)])
        }
    }
}
