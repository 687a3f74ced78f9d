import Architectures
import ArgumentParser
import Checkpoints
import Compute
import Inference
import JSON
import Memory
import Models

/// Runs prompts and writes their logits.
struct Forward: ParsableCommand, WritesFile {
    static let configuration = CommandConfiguration(
        abstract: "Runs prompts through a model and writes logits, greedy tokens and traces.",
        discussion: """
            Reads {"name":"p0","input_ids":[…],"greedy":24} a line. Writes a safetensors file: \
            p0.logits [T,V], p0.greedy_ids, p0.greedy_last_logits; with --trace also \
            p0.hidden_norms and p0.router.{layer}.indices, .weights, .logits.

            \(LineInput.rule(status: 1))

            EXAMPLE
              echo '{"name":"p0","input_ids":[1,2,3]}' \\
                | switchyard forward --model models/tiny --output out.safetensors
            """)

    @OptionGroup var path: ModelPath
    @OptionGroup var compute: ComputeArguments
    @OptionGroup var lines: LineInput
    @Option("The safetensors file to write, over one that is there.", .path) var output: String
    @Flag(help: "Write hidden norms and router arrays too.") var trace = false
    @Option("Replay the router arrays of this safetensors file.", .path)
    var routes: String?

    var inputs: [String?] { [path.model, lines.input, routes] + compute.inputs }
    var written: String? { output }

    func run() throws {
        try OutputFile.check(output)
        let replayed = try routes.map { try SafetensorsFile(path: $0) }
        let source = try path.openWeights()
        let options = try compute.options(for: source)
        let model = try LoadedModel(
            Smoothed.model(source, compute.smoothing, options), options,
            cacheTokens: contextOfOneSequence(source))
        defer { model.stop() }
        var results: [(String, HostTensor)] = []
        var names: Set<String> = []
        let (count, failed) = try lines.forEach { line in
            let prompt = try ForwardPrompt(line, model.shape, contextMax: model.contextMax)
            guard names.insert(prompt.name).inserted else {
                throw CommandError("the name '\(prompt.name)' occurs twice")
            }
            let replay = try replayed.map { try RouteFile.read($0, prompt, model.shape) } ?? [:]
            let arrays = try ForwardRun(model, prompt, trace: trace, replay: replay).arrays()
            results += arrays
            return .object([
                "name": .string(prompt.name), "tokens": .integer(Int64(prompt.ids.count)),
            ])
        }
        try SafetensorsWriter.write(results, to: output)
        guard failed == 0 else { throw CommandError("\(failed) of \(count) prompts failed") }
    }

    /// One sequence runs at a time.
    private func contextOfOneSequence(_ source: ModelSource) -> Int? {
        compute.context
            ?? source.configuration["max_position_embeddings"]?.integerValue
            .map { min(max($0, 1), 1 << 16) }
    }
}

/// One line of `forward`'s input.
struct ForwardPrompt {
    let name: String
    let ids: [Int32]
    let greedy: Int

    init(_ line: JSONValue, _ shape: ModelShape, contextMax: Int) throws {
        guard let name = line["name"]?.stringValue else {
            throw CommandError("'name' is missing or not a string")
        }
        self.name = name
        ids = try tokenIDs(line, "input_ids")
        greedy = line["greedy"]?.integerValue ?? 0
        guard !ids.isEmpty else { throw CommandError("'input_ids' is empty") }
        if let wrong = ids.first(where: { $0 >= shape.vocabulary }) {
            throw CommandError(
                "'input_ids' holds \(wrong); the vocabulary has \(shape.vocabulary) tokens")
        }
        guard greedy >= 0, ids.count + greedy <= contextMax else {
            throw CommandError(
                "\(ids.count) tokens and \(greedy) more do not fit the context of \(contextMax)")
        }
    }
}

/// Runs one prompt and collects its arrays.
struct ForwardRun {
    private let model: LoadedModel
    private let prompt: ForwardPrompt
    private let recorder: TraceRecorder?
    private let runner: SequenceRunner

    init(
        _ model: LoadedModel, _ prompt: ForwardPrompt, trace: Bool,
        replay: [Int: (indices: [Int32], weights: [Float], topK: Int)]
    ) {
        self.model = model
        self.prompt = prompt
        recorder = trace ? TraceRecorder() : nil
        runner = SequenceRunner(model)
        runner.observe(recorder)
        runner.replay = replay
    }

    func arrays() throws -> [(String, HostTensor)] {
        let vocabulary = model.shape.vocabulary
        var logits: [Float] = []
        logits.reserveCapacity(prompt.ids.count * vocabulary)
        try runner.append(prompt.ids, allLogits: true) { _, row in logits += row }
        runner.observe(nil)
        runner.replay = [:]
        var result: [(String, HostTensor)] = [
            (
                prompt.name + ".logits",
                HostTensor(floats: logits, shape: [prompt.ids.count, vocabulary])
            )
        ]
        if prompt.greedy > 0 {
            var last = Array(logits.suffix(vocabulary))
            var ids: [Int32] = []
            while true {
                ids.append(lowestLargest(last))
                if ids.count == prompt.greedy { break }
                try runner.append(ids.suffix(1), allLogits: true) { _, row in last = row }
            }
            result.append(
                (prompt.name + ".greedy_ids", HostTensor(int32: ids, shape: [ids.count])))
            result.append(
                (
                    prompt.name + ".greedy_last_logits",
                    HostTensor(floats: last, shape: [vocabulary])
                ))
        }
        if let recorder { result += recorder.arrays(prompt.name, tokens: prompt.ids.count) }
        return result
    }
}

/// The index of the largest number; of equals the lowest.
func lowestLargest(_ values: [Float]) -> Int32 {
    var best = 0
    for index in values.indices where values[index] > values[best] { best = index }
    return Int32(best)
}

/// Keeps what a forward pass shows: norms of the hidden states, and the routers' arrays.
final class TraceRecorder: ForwardObserver {
    private var norms: [Int: [Float]] = [:]
    private var routers: [Int: (logits: [Float], indices: [Int32], weights: [Float])] = [:]

    func hidden(at index: Int, _ values: [Float], width: Int) {
        for row in 0..<values.count / max(width, 1) {
            var sum = 0.0
            for value in values[row * width..<(row + 1) * width] {
                sum += Double(value) * Double(value)
            }
            norms[index, default: []].append(Float(sum.squareRoot()))
        }
    }

    func router(layer: Int, logits: [Float], _ routes: (indices: [Int32], weights: [Float])) {
        routers[layer, default: ([], [], [])].logits += logits
        routers[layer, default: ([], [], [])].indices += routes.indices
        routers[layer, default: ([], [], [])].weights += routes.weights
    }

    func arrays(_ name: String, tokens: Int) -> [(String, HostTensor)] {
        let rows = norms.keys.sorted()
        var result: [(String, HostTensor)] = [
            (
                name + ".hidden_norms",
                HostTensor(
                    floats: rows.flatMap { norms[$0] ?? [] }, shape: [rows.count, tokens])
            )
        ]
        for (layer, router) in routers.sorted(by: { $0.key < $1.key }) {
            let prefix = "\(name).router.\(layer)"
            let topK = router.indices.count / tokens
            result += [
                (prefix + ".indices", HostTensor(int32: router.indices, shape: [tokens, topK])),
                (prefix + ".weights", HostTensor(floats: router.weights, shape: [tokens, topK])),
                (
                    prefix + ".logits",
                    HostTensor(
                        floats: router.logits, shape: [tokens, router.logits.count / tokens])
                ),
            ]
        }
        return result
    }
}

/// The router arrays of an earlier run.
enum RouteFile {
    static func read(_ file: SafetensorsFile, _ prompt: ForwardPrompt, _ shape: ModelShape) throws
        -> [Int: (indices: [Int32], weights: [Float], topK: Int)]
    {
        var result: [Int: (indices: [Int32], weights: [Float], topK: Int)] = [:]
        for layer in 0..<shape.layers {
            let prefix = "\(prompt.name).router.\(layer)"
            guard let indices = file.tensor(prefix + ".indices"),
                let weights = file.tensor(prefix + ".weights")
            else { continue }
            let dimensions = indices.shape.dimensions
            guard dimensions.count == 2, dimensions == weights.shape.dimensions,
                dimensions[0] == prompt.ids.count, dimensions[1] > 0,
                dimensions[1] <= shape.expertsPerToken,
                indices.format == .plain(.i32), weights.format == .plain(.f32)
            else {
                throw CommandError(
                    "\(prefix): expected I32 indices and F32 weights [\(prompt.ids.count), k]")
            }
            let ids = unsafe values(of: Int32.self, indices.bytes)
            guard ids.allSatisfy({ $0 >= 0 && $0 < shape.experts }) else {
                throw CommandError("\(prefix).indices: an expert beyond \(shape.experts)")
            }
            result[layer] = (ids, unsafe values(of: Float.self, weights.bytes), dimensions[1])
        }
        return result
    }

    private static func values<Value: BitwiseCopyable>(
        of type: Value.Type, _ bytes: UnsafeRawBufferPointer
    ) -> [Value] {
        let size = MemoryLayout<Value>.size
        return (0..<bytes.count / size).map {
            unsafe bytes.loadUnaligned(fromByteOffset: $0 * size, as: type)
        }
    }
}
