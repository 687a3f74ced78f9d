/// The gated feed-forward networks of one layer, one for each expert: `down(activation(gate(x),
/// up(x)))`. `gate`, `up`: `[experts, inner, hidden]`; `down`: `[experts, hidden, inner]`.
package struct ExpertBank: Sendable {
    /// The vectors that the projections add to their outputs. Those of `down` lie one after the
    /// other.
    package struct Biases: Sendable {
        package let gate: ExpertBias
        package let up: ExpertBias
        package let down: ExpertBias

        package init(gate: ExpertBias, up: ExpertBias, down: ExpertBias) {
            precondition(down.step == 1, "the biases of down stand one after the other")
            self.gate = gate
            self.up = up
            self.down = down
        }
    }

    package let gate: Matrix
    package let up: Matrix
    package let down: Matrix
    package let biases: Biases?
    package let activation: Activation
    package var experts: Int { gate.experts }
    package var inner: Int { gate.outputs }
    package var hidden: Int { gate.inputs }

    package init(
        gate: Matrix, up: Matrix, down: Matrix, biases: Biases? = nil,
        activation: Activation = .silu
    ) {
        precondition(
            gate.experts == up.experts && gate.experts == down.experts,
            "the three projections of a bank have the same experts")
        self.gate = gate
        self.up = up
        self.down = down
        self.biases = biases
        self.activation = activation
    }
}
