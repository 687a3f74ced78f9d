import Architectures
package import Checkpoints
import Compute
import Devices
import Generation
import JSON
package import Models
import Threads
import Weights

/// What smoothing knows of a model: the matrices that its architecture asks for, and how large each of
/// their inputs was while the float32 model read some texts.
package struct Calibration: Sendable {
    /// Every matrix, in the order in which the architecture asks for them.
    let requests: [MatrixRequest]
    /// The names of all vectors: norms and biases.
    let vectors: Set<String>
    /// Sums of squares over tokens, `[experts, inputs]`, by the request's key; zeros for experts that
    /// no token visited.
    let inputSquares: [String: [Float]]

    /// A sequence's last tokens, which also go through the head.
    fileprivate static let headTokens = 16

    /// Tokens of one sequence; longer ones are cut.
    package static let sequenceTokensMax = 512

    /// Runs the float32 model over token sequences, each from position 0.
    ///
    /// Many sequences pass through the layers together and weights are decoded where they are used, so
    /// that each is decoded once or a few times, and only one chunk of one matrix is in memory.
    ///
    /// - workspaceBytesMax: memory for the activations and keys of the sequences of one pass.
    /// - progress: hears how many of how many matrices have been passed.
    package static func run(
        _ source: ModelSource, _ sequences: [[Int32]], threads: Int, isa: String?,
        workspaceBytesMax: Int = 1 << 30,
        progress: @escaping (_ done: Int, _ total: Int) -> Void
    ) throws(CheckpointError) -> Calibration {
        guard case .catalog(let catalog) = source.weights else {
            throw CheckpointError(
                .unsupported("a pack cannot be calibrated", remedy: "calibrate its checkpoint"),
                in: source.path)
        }
        let trained = source.configuration["max_position_embeddings"]?.integerValue ?? 0
        let positions = min(sequenceTokensMax, max(trained, 1))
        let sequences = sequences.map { Array($0.prefix(positions)) }
        do {
            let pool = try WorkerPool(workers: threads, pinned: false)
            defer { pool.stop() }
            let backend = try Devices.open(
                threads: threads, isa: isa, pinned: false,
                rowsMax: max(positions, sequences.reduce(0) { $0 + $1.count }))
            defer { backend.stop() }
            let store = CalibrationStore(
                CatalogWeightStore(
                    catalog, .reference, on: backend, packedBy: pool,
                    positions: positions, copyBytesMax: 0))
            let architecture = try ArchitectureRegistry.build(
                source.configuration, file: source.configurationFile, from: store)
            let runner = try CalibrationRunner(
                architecture, backend, sequences, bytesMax: workspaceBytesMax)
            let total = runner.passes.count * store.projections
            var done = 0
            let recorder = InputRecorder {
                done += 1
                progress(min(done, total), total)
            }
            backend.inputObserver = recorder
            for pass in runner.passes where !runner.run(pass) {
                throw CheckpointError(
                    .configuration(
                        "the float32 model gives a NaN or an infinity on the calibration text; "
                            + "try --smoothing 0"), in: source.path)
            }
            return Calibration(store, recorder)
        } catch let error as CheckpointError {
            throw error
        } catch {
            throw CheckpointError(.unavailable(reason: "calibrating: \(error)"), in: source.path)
        }
    }

    private init(_ store: CalibrationStore, _ recorder: InputRecorder) {
        requests = store.requests.map(\.request)
        vectors = store.vectors
        var squares: [String: [Float]] = [:]
        for (request, matrix) in store.requests {
            squares[request.key] = recorder.squares(before: matrix)
        }
        inputSquares = squares
    }
}

/// Runs passes of several sequences through a model.
private final class CalibrationRunner {
    /// The sequences of each pass.
    let passes: [[[Int32]]]
    private let architecture: any Architecture
    private let backend: any Device
    private let layout: KVCacheLayout
    private var batch = ForwardBatch()
    private var results = StepResults()

    /// Cuts the sequences into passes that take at most `bytesMax`, if one sequence does not take
    /// more. Tokens beyond the vocabulary are left out.
    init(
        _ architecture: any Architecture, _ backend: any Device, _ sequences: [[Int32]],
        bytesMax: Int
    ) throws(BackendError) {
        self.architecture = architecture
        self.backend = backend
        layout = architecture.shape.cache
        let vocabulary = architecture.shape.vocabulary
        let known = sequences.map { $0.filter { $0 >= 0 && $0 < vocabulary } }
            .filter { !$0.isEmpty }
        let rows = known.map(\.count).max() ?? 1
        try Self.measure(architecture, backend, rows, logitRows: Calibration.headTokens)
        let blockBytes = layout.blockBytes(.f32) * layout.groups.count
        let stepBytes = backend.workspaceBytes - backend.rotaryBytes
        let rowBytes = stepBytes / rows + blockBytes / KVCacheLayout.blockTokens + 1
        var passes: [[[Int32]]] = []
        var left = 0
        for sequence in known {
            if sequence.count > left {
                passes.append([])
                left = max(rows, bytesMax / rowBytes)
            }
            passes[passes.count - 1].append(sequence)
            left -= sequence.count
        }
        self.passes = passes
        let rowsMax = passes.map { $0.reduce(0) { $0 + $1.count } }.max() ?? 1
        let blocksMax = passes.map { $0.reduce(0) { $0 + Self.blocks($1) } }.max() ?? 1
        let logitRows = passes.map { $0.count * Calibration.headTokens }.max() ?? 1
        try Self.measure(architecture, backend, rowsMax, logitRows: logitRows)
        try backend.reserveCache(layout, type: .f32, blocks: blocksMax * layout.groups.count)
    }

    /// Reserves what a step of `rows` tokens or less takes, `logitRows` of which go through the head.
    private static func measure(
        _ architecture: any Architecture, _ backend: any Device, _ rows: Int, logitRows: Int
    ) throws(BackendError) {
        var batch = ForwardBatch()
        let tokens = [Int32](repeating: 0, count: rows)
        let groups = architecture.shape.cache.groups
        try backend.reserveArena {
            for count in Set([1, 16, 32, 64, 128, 256, rows]) where count <= rows {
                batch.removeAll()
                batch.append(
                    tokens: tokens.prefix(count), at: 0, tables: groups.map { _ in [] },
                    logits: 0..<min(count, logitRows))
                backend.begin(batch)
                backend.scope { _ = architecture.forward(on: backend) }
            }
        }
    }

    /// Blocks that hold a sequence in one group of layers.
    private static func blocks(_ sequence: [Int32]) -> Int {
        (sequence.count + KVCacheLayout.blockTokens - 1) / KVCacheLayout.blockTokens
    }

    /// Whether all that the layers made was finite.
    func run(_ sequences: [[Int32]]) -> Bool {
        batch.removeAll()
        var first = 0
        for sequence in sequences {
            var tables: [[Int32]] = []
            for _ in layout.groups {
                let end = first + Self.blocks(sequence)
                tables.append((first..<end).map { Int32($0) })
                first = end
            }
            let head = max(0, sequence.count - Calibration.headTokens)..<sequence.count
            batch.append(tokens: sequence, at: 0, tables: tables, logits: head)
        }
        backend.begin(batch)
        backend.scope { _ = architecture.forward(on: backend) }
        backend.finish(into: &results)
        return results.faultyRows.isEmpty
    }
}

/// Hands weights on and notes what was asked for.
private final class CalibrationStore: WeightStore {
    private(set) var requests: [(request: MatrixRequest, matrix: Matrix)] = []
    private(set) var vectors: Set<String> = []
    private let store: CatalogWeightStore

    init(_ store: CatalogWeightStore) {
        self.store = store
    }

    /// Matrices whose inputs are noted.
    var projections: Int { requests.count { $0.request.role == .projection } }

    var location: String { store.location }

    func contains(_ name: String) -> Bool { store.contains(name) }

    func matrix(_ request: MatrixRequest) throws(CheckpointError) -> Matrix {
        let matrix = try store.matrix(request)
        requests.append((request, matrix))
        return matrix
    }

    func vector(_ key: String, _ parts: [(name: String, count: Int)]) throws(CheckpointError)
        -> Vector
    {
        vectors.formUnion(parts.map(\.name))
        return try store.vector(key, parts)
    }

    func values(_ name: String, count: Int) throws(CheckpointError) -> [Float] {
        try store.values(name, count: count)
    }

    func rotary(_ frequencies: RotaryFrequencies) throws(CheckpointError) -> Rotary {
        try store.rotary(frequencies)
    }

    func separatesTiedHead(_ request: MatrixRequest) -> Bool { store.separatesTiedHead(request) }
}
