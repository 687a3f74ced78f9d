package import Checkpoints
package import Compute

/// Finds a model's weights by their published names and checks their shapes.
package struct WeightLoader {
    private let store: any WeightStore
    private let prefix: String

    package init(_ store: any WeightStore, prefix: String = "") {
        self.store = store
        self.prefix = prefix
    }

    package func scoped(_ name: String) -> WeightLoader {
        WeightLoader(store, prefix: prefix + name + ".")
    }

    package func contains(_ name: String) -> Bool {
        store.contains(prefix + name)
    }

    /// A projection `[outputs, inputs]`, joined from `parts` one below the other. With `bias` every
    /// part has one.
    package func linear(
        _ key: String, _ parts: [(name: String, outputs: Int)], inputs: Int, bias: Bool = false,
        role: MatrixRequest.Role = .projection
    ) throws(CheckpointError) -> Linear {
        let weight = try store.matrix(
            MatrixRequest(
                key: prefix + key, role: role,
                experts: [parts.map { .init(prefix + $0.name + ".weight", rows: $0.outputs) }],
                columns: inputs))
        guard bias else { return Linear(weight: weight, bias: nil) }
        let vector = try store.vector(
            prefix + key + ".bias", parts.map { (prefix + $0.name + ".bias", $0.outputs) })
        return Linear(weight: weight, bias: vector)
    }

    /// A projection by itself.
    package func linear(_ name: String, _ outputs: Int, _ inputs: Int, bias: Bool = false)
        throws(CheckpointError) -> Linear
    {
        try linear(name, [(name, outputs)], inputs: inputs, bias: bias)
    }

    /// A router's scores `[experts, hidden]`, which stay float.
    package func router(_ name: String, experts: Int, hidden: Int) throws(CheckpointError)
        -> Linear
    {
        try linear(name, [(name, experts)], inputs: hidden, role: .router)
    }

    /// Gated feed-forward networks, one an expert; `names` says what the expert's three are called.
    package func experts(
        _ key: String, count: Int, hidden: Int, inner: Int,
        names: (Int) -> (gate: String, up: String, down: String)
    ) throws(CheckpointError) -> ExpertBank {
        func matrix(
            _ part: String, _ name: (Int) -> String, _ rows: Int, _ columns: Int
        ) throws(CheckpointError) -> Matrix {
            try store.matrix(
                MatrixRequest(
                    key: prefix + key + part, role: .projection,
                    experts: (0..<count).map { [.init(prefix + name($0) + ".weight", rows: rows)] },
                    columns: columns))
        }
        return ExpertBank(
            gate: try matrix(".gate", { names($0).gate }, inner, hidden),
            up: try matrix(".up", { names($0).up }, inner, hidden),
            down: try matrix(".down", { names($0).down }, hidden, inner))
    }

    package func norm(_ name: String, _ width: Int, epsilon: Double) throws(CheckpointError) -> Norm
    {
        let key = prefix + name + ".weight"
        return Norm(gain: try store.vector(key, [(key, width)]), epsilon: Float(epsilon))
    }

    /// The token embeddings `[vocabulary, hidden]`.
    package func embedding(_ name: String, vocabulary: Int, hidden: Int) throws(CheckpointError)
        -> Matrix
    {
        try store.matrix(
            MatrixRequest(
                key: prefix + name, role: .embedding,
                experts: [[.init(prefix + name + ".weight", rows: vocabulary)]], columns: hidden))
    }

    /// The output head `[vocabulary, hidden]`.
    package func head(_ name: String, vocabulary: Int, hidden: Int) throws(CheckpointError)
        -> Linear
    {
        try linear(name, [(name, vocabulary)], inputs: hidden, role: .head)
    }

    package func rotary(_ frequencies: RotaryFrequencies) -> Rotary {
        store.rotary(frequencies)
    }

    /// A small vector's numbers.
    package func values(_ name: String, count: Int) throws(CheckpointError) -> [Float] {
        try store.values(prefix + name, count: count)
    }
}
