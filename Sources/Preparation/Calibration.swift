import Architectures
package import Checkpoints
import Compute
import ComputeCPU
import JSON
package import Models

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

    /// Tokens of one sequence; longer ones are cut.
    package static let sequenceTokensMax = 512

    /// Runs the float32 model over token sequences, each from position 0.
    ///
    /// - copyBytesMax: memory for float32 weights; those beyond it are decoded at each use.
    /// - progress: hears how many of how many sequences are done.
    package static func run(
        _ source: ModelSource, _ sequences: [[Int32]], threads: Int, isa: String?,
        copyBytesMax: Int, progress: (_ done: Int, _ total: Int) -> Void
    ) throws(CheckpointError) -> Calibration {
        guard case .catalog(let catalog) = source.weights else {
            throw CheckpointError(
                .unsupported("a pack cannot be calibrated", remedy: "calibrate its checkpoint"),
                in: source.path)
        }
        let trained = source.configuration["max_position_embeddings"]?.integerValue ?? 0
        let rowsMax = min(sequenceTokensMax, max(trained, 1))
        do {
            let backend = try CPUBackend(
                threads: threads, isa: isa, pinned: false, rowsMax: rowsMax)
            defer { backend.stop() }
            let store = CalibrationStore(
                CatalogWeightStore(
                    catalog, .reference, on: backend, positions: rowsMax,
                    copyBytesMax: copyBytesMax))
            let architecture = try ArchitectureRegistry.build(
                source.configuration, file: source.configurationFile, from: store)
            let recorder = InputRecorder()
            let runner = try CalibrationRunner(architecture, backend, rowsMax: rowsMax)
            backend.recorder = recorder
            for (index, sequence) in sequences.enumerated() {
                guard runner.run(sequence.prefix(rowsMax)) else {
                    throw CheckpointError(
                        .configuration(
                            "the float32 model gives a NaN or an infinity on the calibration text; "
                                + "try --smoothing 0"), in: source.path)
                }
                progress(index + 1, sequences.count)
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

/// Runs sequences alone through a model.
private final class CalibrationRunner {
    private let architecture: any Architecture
    private let backend: CPUBackend
    private let blocks: Int
    private let pass = ForwardPass()

    init(_ architecture: any Architecture, _ backend: CPUBackend, rowsMax: Int)
        throws(BackendError)
    {
        self.architecture = architecture
        self.backend = backend
        let size = KVCacheLayout.blockTokens
        blocks = (rowsMax + size - 1) / size
        let layout = architecture.shape.cache
        let tokens = [Int32](repeating: 0, count: rowsMax)
        let pass = pass
        try backend.reserveArena {
            for count in Set([1, 16, 32, 64, 128, 256, rowsMax]) where count <= rowsMax {
                pass.batch.removeAll()
                pass.batch.append(
                    tokens: tokens.prefix(count), at: 0, tables: layout.groups.map { _ in [] },
                    logits: 0..<0)
                backend.scope { _ = architecture.forward(pass, on: backend) }
            }
        }
        try backend.reserveCache(layout, type: .f32, blocks: blocks * layout.groups.count)
    }

    /// Whether all that the layers made was finite. Tokens beyond the vocabulary are left out.
    func run(_ sequence: some Collection<Int32>) -> Bool {
        let tokens = sequence.filter { $0 >= 0 && $0 < architecture.shape.vocabulary }
        guard !tokens.isEmpty else { return true }
        pass.batch.removeAll()
        pass.batch.append(
            tokens: tokens, at: 0,
            tables: architecture.shape.cache.groups.indices.map { group in
                (0..<blocks).map { Int32(group * blocks + $0) }
            }, logits: 0..<0)
        backend.beginStep()
        backend.scope { _ = architecture.forward(pass, on: backend) }
        return !tokens.indices.contains { backend.isFaulty(row: $0) }
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

    func rotary(_ frequencies: RotaryFrequencies) -> Rotary {
        store.rotary(frequencies)
    }

    func separatesTiedHead(_ request: MatrixRequest) -> Bool { store.separatesTiedHead(request) }
}
