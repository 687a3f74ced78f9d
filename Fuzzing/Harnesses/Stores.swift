import Checkpoints
import Compute
import Models

/// A store that has every weight that an architecture asks for, up to a number that no checkpoint
/// reaches. With real files a configuration's claims must be true, and a fuzzer cannot make files
/// that large.
final class ObligingStore: WeightStore {
    /// The most matrices, counting those of each expert.
    private static let partsMax = 1 << 14

    /// Optional weights, which a model reads only if they are there.
    private static let extras: Set = ["lm_head.weight", "rope_freqs.weight"]

    private let hasExtras: Bool
    private var parts = 0

    init(hasExtras: Bool) {
        self.hasExtras = hasExtras
    }

    var location: String { "model.safetensors" }

    func contains(_ name: String) -> Bool { hasExtras && Self.extras.contains(name) }

    func matrix(_ request: MatrixRequest) throws(CheckpointError) -> Matrix {
        try take(request.experts.reduce(0) { $0 + $1.count }, request.key)
        return Matrix(
            index: parts, experts: request.experts.count, outputs: request.outputs,
            inputs: request.columns)
    }

    func vector(_ key: String, _ parts: [(name: String, count: Int)]) throws(CheckpointError)
        -> Vector
    {
        try take(parts.count, key)
        return Vector(index: self.parts, count: parts.reduce(0) { $0 + $1.count })
    }

    func values(_ name: String, count: Int) throws(CheckpointError) -> [Float] {
        try take(1, name)
        return [Float](repeating: 1, count: count)
    }

    func rotary(_ frequencies: RotaryFrequencies) -> Rotary {
        Rotary(frequencies, index: 0, positions: 1)
    }

    func separatesTiedHead(_ request: MatrixRequest) -> Bool { true }

    private func take(_ count: Int, _ name: String) throws(CheckpointError) {
        parts += count
        guard parts <= Self.partsMax else {
            throw CheckpointError(.missingTensor(name), in: location)
        }
    }
}

/// Finds weights in a checkpoint as the CPU's store does, but keeps none.
final class CatalogStore: WeightStore {
    private let catalog: any WeightCatalog

    init(_ catalog: any WeightCatalog) {
        self.catalog = catalog
    }

    var location: String { catalog.location }

    func contains(_ name: String) -> Bool { catalog.contains(name) }

    func matrix(_ request: MatrixRequest) throws(CheckpointError) -> Matrix {
        for part in request.experts.joined() {
            if let member = part.member {
                _ = try catalog.matrix(
                    member.index, of: member.count, in: part.name, rows: member.rows,
                    columns: request.columns, isTransposed: member.isTransposed)
            } else {
                _ = try catalog.matrix(part.name, rows: part.rows, columns: request.columns)
            }
        }
        return Matrix(
            index: 0, experts: request.experts.count, outputs: request.outputs,
            inputs: request.columns)
    }

    func vector(_ key: String, _ parts: [(name: String, count: Int)]) throws(CheckpointError)
        -> Vector
    {
        var count = 0
        for part in parts { count += try catalog.vector(part.name, count: part.count).count }
        return Vector(index: 0, count: count)
    }

    func values(_ name: String, count: Int) throws(CheckpointError) -> [Float] {
        try catalog.vector(name, count: count)
    }

    func rotary(_ frequencies: RotaryFrequencies) -> Rotary {
        Rotary(frequencies, index: 0, positions: 1)
    }

    func separatesTiedHead(_ request: MatrixRequest) -> Bool { true }
}
