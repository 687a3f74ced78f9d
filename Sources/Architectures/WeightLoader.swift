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

    /// A projection `[outputs, inputs]`, joined from `parts`, whose rows follow each other. With
    /// `bias` every part must have a bias.
    package func linear(
        _ key: String, _ parts: [(name: String, outputs: Int)], inputs: Int, bias: Bool = false,
        role: MatrixRequest.Role = .projection
    ) throws(CheckpointError) -> Linear {
        let weight = try store.matrix(
            MatrixRequest(
                key: prefix + key, role: role,
                experts: [parts.map { .init(prefix + $0.name + ".weight", rows: $0.outputs) }],
                columns: inputs))
        guard bias else {
            for part in parts { try requireNoBias(part.name) }
            return Linear(weight: weight, bias: nil)
        }
        let vector = try store.vector(
            prefix + key + ".bias", parts.map { (prefix + $0.name + ".bias", $0.outputs) })
        return Linear(weight: weight, bias: vector)
    }

    /// Throws if a module that the model reads without a bias has one: the results would be wrong.
    private func requireNoBias(_ module: String) throws(CheckpointError) {
        guard contains(module + ".bias") else { return }
        throw unread(
            module + ".bias", "the configuration asks for '\(prefix)\(module)' without one")
    }

    /// The error about a tensor that the checkpoint holds and the configured model would ignore.
    func unread(_ name: String, _ reason: String) -> CheckpointError {
        CheckpointError(
            .unsupported(
                "tensor '\(prefix)\(name)' would not be read: \(reason)",
                remedy: "does the configuration belong to this checkpoint?"), in: store.location)
    }

    /// A projection stored as one matrix.
    package func linear(_ name: String, _ outputs: Int, _ inputs: Int, bias: Bool = false)
        throws(CheckpointError) -> Linear
    {
        try linear(name, [(name, outputs)], inputs: inputs, bias: bias)
    }

    /// A router's weights `[experts, hidden]`, which stay float.
    package func router(_ name: String, experts: Int, hidden: Int, bias: Bool = false)
        throws(CheckpointError) -> Linear
    {
        try linear(name, [(name, experts)], inputs: hidden, bias: bias, role: .router)
    }

    /// Gated feed-forward networks, one for each expert; `names` has the names of an expert's three
    /// matrices.
    package func experts(
        _ key: String = "experts", count: Int, hidden: Int, inner: Int,
        biases: ExpertBank.Biases? = nil,
        names: (Int) -> (gate: String, up: String, down: String) = {
            ("experts.\($0).gate_proj", "experts.\($0).up_proj", "experts.\($0).down_proj")
        }
    ) throws(CheckpointError) -> ExpertBank {
        if biases == nil {
            for expert in 0..<count {
                let (gate, up, down) = names(expert)
                for module in [gate, up, down] { try requireNoBias(module) }
            }
        }
        return try experts(key, count: count, hidden: hidden, inner: inner, biases: biases) {
            let (gate, up, down) = names($0)
            return (
                .init(prefix + gate + ".weight", rows: inner),
                .init(prefix + up + ".weight", rows: inner),
                .init(prefix + down + ".weight", rows: hidden)
            )
        }
    }

    /// Gated feed-forward networks cut out of stacked tensors: `gateUp` holds gate and up of all
    /// experts, `down` the down-projections. Both names are complete, as published.
    package func stackedExperts(
        _ key: String = "experts", count: Int, hidden: Int, inner: Int, gateUp: String,
        down: String, _ order: StackOrder, biases: ExpertBank.Biases? = nil,
        activation: Activation = .silu
    ) throws(CheckpointError) -> ExpertBank {
        if biases == nil {
            for tensor in [gateUp, down] where tensor.hasSuffix(".weight") {
                try requireNoBias(String(tensor.dropLast(".weight".count)))
            }
        }
        let isInterleaved = order == .interleavedTransposed
        func member(_ expert: Int, first: Int) -> MatrixRequest.Member {
            MatrixRequest.Member(
                expert, of: count, rows: 2 * inner, first: first, step: isInterleaved ? 2 : 1,
                isTransposed: isInterleaved)
        }
        return try experts(
            key, count: count, hidden: hidden, inner: inner, biases: biases,
            activation: activation
        ) {
            (
                .init(prefix + gateUp, rows: inner, member: member($0, first: 0)),
                .init(
                    prefix + gateUp, rows: inner,
                    member: member($0, first: isInterleaved ? 1 : inner)),
                .init(
                    prefix + down, rows: hidden,
                    member: .init($0, of: count, rows: hidden, isTransposed: isInterleaved))
            )
        }
    }

    /// How a stacked tensor holds gate and up.
    package enum StackOrder {
        /// `[experts, 2 * inner, hidden]`: an expert's rows of gate, then those of up (GraniteMoE).
        case halves
        /// `[experts, hidden, 2 * inner]`: columns of gate and up alternate (gpt-oss).
        case interleavedTransposed
    }

    private func experts(
        _ key: String, count: Int, hidden: Int, inner: Int, biases: ExpertBank.Biases?,
        activation: Activation = .silu,
        parts: (Int) -> (
            gate: MatrixRequest.Part, up: MatrixRequest.Part, down: MatrixRequest.Part
        )
    ) throws(CheckpointError) -> ExpertBank {
        let parts = (0..<count).map(parts)
        func matrix(_ name: String, _ experts: [[MatrixRequest.Part]], _ columns: Int)
            throws(CheckpointError) -> Matrix
        {
            try store.matrix(
                MatrixRequest(
                    key: prefix + key + name, role: .projection, experts: experts,
                    columns: columns))
        }
        return ExpertBank(
            gate: try matrix(".gate", parts.map { [$0.gate] }, hidden),
            up: try matrix(".up", parts.map { [$0.up] }, hidden),
            down: try matrix(".down", parts.map { [$0.down] }, inner), biases: biases,
            activation: activation)
    }

    package func norm(_ name: String, _ width: Int, epsilon: Double) throws(CheckpointError) -> Norm
    {
        try requireNoBias(name)
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

    /// The head of a model that uses its embedding table as head.
    package func tiedHead(_ embedding: Matrix, _ table: String) throws(CheckpointError) -> Linear {
        let request = MatrixRequest(
            key: prefix + "lm_head", role: .head,
            experts: [[.init(prefix + table + ".weight", rows: embedding.outputs)]],
            columns: embedding.inputs)
        return Linear(
            weight: store.separatesTiedHead(request) ? try store.matrix(request) : embedding,
            bias: nil)
    }

    package func rotary(_ frequencies: RotaryFrequencies) throws(CheckpointError) -> Rotary {
        try store.rotary(frequencies)
    }

    /// A vector by its complete name.
    package func vector(_ name: String, _ count: Int) throws(CheckpointError) -> Vector {
        try store.vector(prefix + name, [(prefix + name, count)])
    }

    /// A small vector's numbers.
    package func values(_ name: String, count: Int) throws(CheckpointError) -> [Float] {
        try store.values(prefix + name, count: count)
    }
}
