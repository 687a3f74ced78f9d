import Architectures
import ArgumentParser
import Checkpoints
import Compute
import Devices
import Generation
import JSON
import Preparation
import Threads
import Weights

/// The speed of one layer's mixture of experts.
struct LayerSpeed: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "layer",
        abstract: "Measures a mixture of experts by shape and tokens, and the share of the limit.",
        discussion: """
            From the sort of the routes to the sum that goes to the residual stream; the router is \
            not measured. Weights are random and there are several layers of them, so that no cache \
            holds them from one pass to the next. The limit is the time to read the visited experts \
            or to compute, whichever is longer.

            EXAMPLES
              benchmarks layer --hidden 2048 --inner 1024 --experts 64 --top-k 8 --tokens 1,8,32,512
              benchmarks layer --hidden 1024 --inner 512 --experts 32 --weights row --json
            """)

    @Option(help: "The width of the residual stream.") var hidden = 2048
    @Option(help: "The width of an expert.") var inner = 1024
    @Option(help: "Experts.") var experts = 64
    @Option(help: "Experts that a token visits.") var topK = 8
    @Option(help: "Tokens of a pass, e.g. 1,8,512.") var tokens = "1,8,32,128,512"
    @Option(help: "A scale a row, or a row and 128 inputs: row or group.") var weights = "group"
    @Option(help: "Threads.") var threads = Affinity.allowedCores.count
    @Option(help: "Kernels; default: the best.") var cpuIsa: String?
    @Option(help: "Samples of a case.") var samples = 9
    @Flag(help: "Print JSON lines.") var json = false

    func run() throws {
        guard let scales = WeightScheme.Scales(rawValue: weights) else {
            throw ValidationError("--weights \(weights): give row or group")
        }
        guard experts > 1, hidden > 0, inner > 0 else {
            throw ValidationError("give 2 --experts or more, and a --hidden and --inner above 0")
        }
        guard (1...experts).contains(topK) else {
            throw ValidationError("--top-k \(topK): give 1 to \(experts) (--experts)")
        }
        let isa = try KernelName.check(cpuIsa)
        let counts = try NumberList.parse(tokens)
        let limits = try MachineLimits.measure(threads: threads, isa: isa, weights: .pages)
        let layer = try RandomLayer(
            self, scales, isa: isa, rowsMax: counts.max() ?? 1)
        defer { layer.stop() }
        for count in counts where count > 0 {
            report(count, try layer.seconds(count, samples: samples), layer, limits)
        }
    }

    private func report(
        _ tokens: Int, _ seconds: [Double], _ layer: RandomLayer, _ limits: MachineLimits
    ) {
        let median = seconds.sorted()[seconds.count / 2]
        let operations = 2 * Double(tokens * topK * 3 * hidden * inner)
        let bytes = Double(layer.work.experts.bytes) * layer.work.visitedShare(tokens)
        let compute = limits.int8 > 0 ? operations / limits.int8 : 0
        let limit = max(bytes / limits.bandwidth, compute)
        let result: JSONObject = [
            "case": "layer", "hidden": .integer(Int64(hidden)), "inner": .integer(Int64(inner)),
            "experts": .integer(Int64(experts)), "top_k": .integer(Int64(topK)),
            "tokens": .integer(Int64(tokens)), "weights": .string(weights),
            "gops": .double((operations / median / 1e9).rounded()),
            "gigabytes_per_second": .double((bytes / median / 1e8).rounded() / 10),
            "samples": .array(seconds.map { .double(($0 * 1e7).rounded() / 10) }),
            "limit": .double((limit * 1e7).rounded() / 10),
            "share": .double((limit / median * 1000).rounded() / 1000),
        ]
        guard !json else {
            print(JSONWriter.string(.object(result)))
            return
        }
        print(
            "\(tokens) tokens: \(Int((operations / median / 1e9).rounded())) GOPS, "
                + "\((bytes / median / 1e8).rounded() / 10) GB/s, "
                + "\((limit / median * 1000).rounded() / 10) % of the limit")
    }
}

/// Some layers' experts, with random weights.
private final class RandomLayer {
    private let device: any Device
    private let banks: [ExpertBank]
    private let router: Linear
    private let table: Matrix
    private let rule: RoutingRule
    let work: StepWork

    /// Bytes of weights that no cache holds.
    private static let coldBytes = 512 << 20

    init(_ shape: LayerSpeed, _ scales: WeightScheme.Scales, isa: String, rowsMax: Int) throws {
        device = try Devices.open(
            threads: shape.threads, isa: isa, pinned: false, rowsMax: rowsMax)
        let pool = try WorkerPool(workers: shape.threads, pinned: false)
        defer { pool.stop() }
        let store = CatalogWeightStore(
            RandomCatalog(location: "random", seed: 1),
            WeightScheme(precision: .int8, scales: scales, smoothing: Smoothing.alpha), on: device,
            packedBy: pool,
            positions: 1, copyBytesMax: 0)
        let loader = WeightLoader(store)
        var banks = [
            try loader.experts(count: shape.experts, hidden: shape.hidden, inner: shape.inner)
        ]
        let work = device.stepWork(
            experts: shape.experts, expertsPerToken: shape.topK, vocabulary: -1)
        while banks.count * work.experts.bytes < Self.coldBytes, banks.count < 32 {
            banks.append(
                try loader.scoped("layer\(banks.count)").experts(
                    count: shape.experts, hidden: shape.hidden, inner: shape.inner))
        }
        self.banks = banks
        self.work = work
        router = try loader.router("router", experts: shape.experts, hidden: shape.hidden)
        table = try loader.embedding("table", vocabulary: 4096, hidden: shape.hidden)
        rule = RoutingRule(topK: shape.topK, scoring: .softmaxOfTopK)
    }

    func stop() { device.stop() }

    /// The seconds of a pass through one layer's experts, for each sample.
    func seconds(_ tokens: Int, samples: Int) throws -> [Double] {
        var batch = ForwardBatch()
        batch.append(
            tokens: (0..<tokens).map { Int32($0 * 37 % 4096) }, at: 0, tables: [], logits: 0..<0)
        device.begin(batch)
        try device.reserveArena { pass { _ in } }
        var seconds: [Double] = []
        let clock = ContinuousClock()
        pass { layer in
            _ = layer(0)
            for sample in 0..<max(samples, 1) {
                let start = clock.now
                for bank in banks.indices { _ = layer((sample + bank) % banks.count) }
                seconds.append((clock.now - start) / .seconds(1) / Double(banks.count))
            }
        }
        return seconds
    }

    /// Runs `body` with a function that computes the experts of one layer.
    private func pass(_ body: ((Int) -> Void) -> Void) {
        device.scope {
            let x = device.embed(table)
            let y = device.embed(table)
            let routes = device.route(device.linear(x, router), rule, layer: 0)
            func layer(_ index: Int) {
                device.scope { device.add(banks[index], of: x, routes, times: 1, to: y) }
            }
            layer(0)
            body(layer)
        }
    }
}

/// Numbers separated by commas.
enum NumberList {
    static func parse(_ text: String) throws -> [Int] {
        try text.split(separator: ",").map { part in
            guard let number = Int(part), number >= 0 else {
                throw ValidationError("'\(part)' is no whole number")
            }
            return number
        }
    }
}
