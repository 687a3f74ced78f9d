import Architectures
import ArgumentParser
import Compute
import Generation
import Inference
import JSON
import Models
import Preparation
import Threads

/// Prefill and decode speeds of a model.
struct ModelSpeed: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        abstract: "Measures prefill and decode in tokens a second, and the share of the limit.",
        discussion: """
            A step's limit is the sum, over its kinds of product (INT8 projections, experts, float \
            matrices, head, attention), of the time to read the weights or to compute, whichever is \
            longer, at the bandwidth and the peaks measured in the same run. A case is the median of \
            its samples.

            EXAMPLE
              benchmarks model --model M --prefill 512,2048 --decode 128 --depth 0,2048 \
            --sequences 1,8,32 --json
            """)

    @Option(help: "The model: a folder, a GGUF file or a pack.") var model: String
    @Option(help: "Prompt lengths, e.g. 512,2048.") var prefill = "512"
    @Option(help: "Tokens to decode; 0 for none.") var decode = 128
    @Option(help: "Tokens in the cache before decoding.") var depth = "0"
    @Option(help: "Sequences that decode at once.") var sequences = "1"
    @Option(help: "Compute threads.") var threads = Affinity.allowedCores.count
    @Option(help: "Kernels; default: the best.") var cpuIsa: String?
    @Option(help: "Samples of a case.") var samples = 5
    @Flag(help: "Copy a pack's weights into huge pages.") var hugePages = false
    @Flag(help: "Print JSON lines.") var json = false

    func run() throws {
        let isa = try KernelName.check(cpuIsa)
        let source = try ModelSource(path: model)
        let limits = try MachineLimits.measure(
            threads: threads, isa: isa,
            weights: hugePages ? .huge : source.form == .pack ? .mapped : .pages)
        let prompts = try NumberList.parse(prefill)
        let depths = try NumberList.parse(depth)
        let counts = try NumberList.parse(sequences)
        let longest = max(
            prompts.max() ?? 0, (depths.max() ?? 0) + decode + 1)
        var options = ModelOptions(
            scheme: WeightScheme(precision: .int8, smoothing: Smoothing.alpha), threads: threads,
            isa: isa,
            contextMax: longest + 16)
        options.usesHugePages = hugePages
        options.logitRowsMax = max(counts.max() ?? 1, 1)
        let widest = (counts.max() ?? 1) * (longest + 32)
        let loaded = try LoadedModel(source, options, cacheTokens: widest)
        defer { loaded.stop() }
        let runner = SpeedRunner(loaded, limits, samples: samples)
        for tokens in prompts { report(runner.prefill(tokens)) }
        guard decode > 0 else { return }
        for depth in depths {
            for count in counts { report(runner.decode(decode, depth: depth, sequences: count)) }
        }
    }

    private func report(_ result: SpeedResult) {
        if json {
            print(JSONWriter.string(.object(result.json)))
        } else {
            print(
                "\(result.name) \(result.tokens) tokens, depth \(result.depth), "
                    + "\(result.sequences) sequences: \(result.rate.rounded()) tokens/s, "
                    + "\((result.share * 1000).rounded() / 10) % of the limit of "
                    + "\(result.limit.rounded())")
        }
    }
}

/// The result of one case.
struct SpeedResult {
    let name: String
    let tokens: Int
    let depth: Int
    let sequences: Int
    /// Tokens per second of each sample.
    let rates: [Double]
    /// Tokens per second that the machine's limits allow.
    let limit: Double

    var rate: Double { rates.sorted()[rates.count / 2] }
    var share: Double { rate / limit }

    var json: JSONObject {
        [
            "case": .string(name), "tokens": .integer(Int64(tokens)),
            "depth": .integer(Int64(depth)), "sequences": .integer(Int64(sequences)),
            "tokens_per_second": .double((rate * 10).rounded() / 10),
            "samples": .array(rates.map { .double(($0 * 10).rounded() / 10) }),
            "limit": .double(limit.rounded()), "share": .double((share * 1000).rounded() / 1000),
        ]
    }
}

/// Measures forward passes of a model.
struct SpeedRunner {
    private let model: LoadedModel
    private let limits: MachineLimits
    private let samples: Int
    private let clock = ContinuousClock()

    init(_ model: LoadedModel, _ limits: MachineLimits, samples: Int) {
        self.model = model
        self.limits = limits
        self.samples = max(samples, 1)
    }

    private var work: StepWork {
        let shape = model.shape
        return model.backend.stepWork(
            experts: shape.experts, expertsPerToken: shape.expertsPerToken,
            vocabulary: shape.vocabulary)
    }

    /// What attention reads and computes in a step of chunks of `count` tokens from `position` on.
    private func attention(sequences: Int, count: Int, position: Int) -> (bytes: Int, products: Int)
    {
        let type = model.options.kvType
        var (bytes, products) = (0, 0)
        for group in model.shape.cache.groups {
            func keys(_ position: Int) -> Int { min(position + 1, group.window ?? .max) }
            // A chunk's first query sees the window before it.
            let seen = group.window.map { min(position + count, $0 + count - 1) }
            let read = seen ?? position + count
            let width = group.keyDim + group.valueDim
            bytes += sequences * group.layers * group.heads * read * width * type.bytes
            let pairs = (position..<position + count).reduce(0) { $0 + keys($1) }
            products += sequences * group.layers * model.shape.queryHeads * pairs * width
        }
        return (bytes, products)
    }

    /// One sequence's prompt, in chunks as the server computes it.
    func prefill(_ tokens: Int) -> SpeedResult {
        let work = work
        var seconds = 0.0
        for done in stride(from: 0, to: tokens, by: model.options.stepTokensMax) {
            let count = min(model.options.stepTokensMax, tokens - done)
            seconds += limits.seconds(
                work, tokens: count, logitRows: done + count == tokens ? 1 : 0,
                attention: attention(sequences: 1, count: count, position: done))
        }
        let limit = Double(tokens) / seconds
        return measure("prefill", tokens: tokens, depth: 0, sequences: 1, limit: limit) {
            var done = 0
            while done < tokens {
                let count = min(model.options.stepTokensMax, tokens - done)
                step(
                    sequences: 1, count: count, position: done, wantsLogits: done + count == tokens)
                done += count
            }
            return tokens
        }
    }

    /// Decodes several sequences together, one token of each in a step.
    func decode(_ tokens: Int, depth: Int, sequences: Int) -> SpeedResult {
        let seconds = limits.seconds(
            work, tokens: sequences, logitRows: sequences,
            attention: attention(sequences: sequences, count: 1, position: depth + tokens / 2))
        let limit = Double(sequences) / seconds
        return measure(
            "decode", tokens: tokens, depth: depth, sequences: sequences, limit: limit
        ) {
            for index in 0..<tokens {
                step(
                    sequences: sequences, count: 1, position: depth + index, wantsLogits: true)
            }
            return tokens * sequences
        }
    }

    private func measure(
        _ name: String, tokens: Int, depth: Int, sequences: Int, limit: Double,
        _ body: () -> Int
    ) -> SpeedResult {
        _ = body()
        let rates = (0..<samples).map { _ in
            let start = clock.now
            let count = body()
            return Double(count) / ((clock.now - start) / .seconds(1))
        }
        return SpeedResult(
            name: name, tokens: tokens, depth: depth, sequences: sequences, rates: rates,
            limit: limit)
    }

    private func step(sequences: Int, count: Int, position: Int, wantsLogits: Bool) {
        var batch = ForwardBatch()
        let blocks = (model.contextMax + KVCacheLayout.blockTokens - 1) / KVCacheLayout.blockTokens
        let groups = model.shape.cache.groups.count
        for sequence in 0..<sequences {
            let first = sequence * blocks * groups
            batch.append(
                tokens: (0..<count).map { Int32((position + $0 * 7 + sequence) % 512 + 3) },
                at: position,
                tables: (0..<groups).map { group in
                    (0..<blocks).map {
                        Int32(first + group * blocks + $0) % Int32(model.cacheBlocks)
                    }
                }, logits: wantsLogits ? count - 1..<count : 0..<0)
        }
        var results = StepResults()
        model.backend.begin(batch)
        model.backend.scope { _ = model.architecture.forward(on: model.backend) }
        model.backend.finish(into: &results)
    }
}
