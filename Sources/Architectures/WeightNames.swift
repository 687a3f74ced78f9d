package import Checkpoints
import Compute
package import JSON

extension ArchitectureRegistry {
    /// The published names of the weights that the model of `configuration` reads. No weight is
    /// read. Throws if a weight that the model needs is missing.
    ///
    /// - location: the weights' file or folder, for messages.
    /// - holds: whether the checkpoint has a weight of this published name.
    package static func weightNames(
        _ configuration: JSONObject, file: String, location: String,
        holds: @escaping (String) -> Bool
    ) throws(CheckpointError) -> Set<String> {
        let notes = WeightNotes(location: location, holds: holds)
        _ = try build(configuration, file: file, from: notes)
        return notes.names
    }
}

/// Records the names of the weights that an architecture asks for, and returns empty ones.
private final class WeightNotes: WeightStore {
    private(set) var names: Set<String> = []
    let location: String
    private let holds: (String) -> Bool

    init(location: String, holds: @escaping (String) -> Bool) {
        self.location = location
        self.holds = holds
    }

    func contains(_ name: String) -> Bool { holds(name) }

    func matrix(_ request: MatrixRequest) throws(CheckpointError) -> Matrix {
        for parts in request.experts {
            for part in parts { try note(part.name) }
        }
        return Matrix(
            index: 0, experts: request.experts.count, outputs: request.outputs,
            inputs: request.columns)
    }

    func vector(_ key: String, _ parts: [(name: String, count: Int)]) throws(CheckpointError)
        -> Vector
    {
        for part in parts { try note(part.name) }
        return Vector(index: 0, count: parts.reduce(0) { $0 + $1.count })
    }

    /// Ones, so that no constant computed from them is out of range.
    func values(_ name: String, count: Int) throws(CheckpointError) -> [Float] {
        try note(name)
        return [Float](repeating: 1, count: count)
    }

    func rotary(_ frequencies: RotaryFrequencies) -> Rotary {
        Rotary(frequencies, index: 0, positions: 1)
    }

    func separatesTiedHead(_ request: MatrixRequest) -> Bool { false }

    private func note(_ name: String) throws(CheckpointError) {
        guard holds(name) else { throw CheckpointError(.missingTensor(name), in: location) }
        names.insert(name)
    }
}
