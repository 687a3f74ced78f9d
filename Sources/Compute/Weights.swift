/// A weight matrix that a backend holds: `experts` blocks of `[outputs, inputs]`, one block for an
/// ordinary projection.
package struct Matrix: Sendable {
    package let index: Int
    package let experts: Int
    package let outputs: Int
    package let inputs: Int

    package init(index: Int, experts: Int, outputs: Int, inputs: Int) {
        self.index = index
        self.experts = experts
        self.outputs = outputs
        self.inputs = inputs
    }
}

/// A float32 vector that a backend holds: a norm's gain or a bias.
package struct Vector: Sendable {
    package let index: Int
    package let count: Int

    package init(index: Int, count: Int) {
        self.index = index
        self.count = count
    }
}

/// A projection `y = W x + b`; `x` is `[tokens, inputs]`, `y` is `[tokens, outputs]`.
package struct Linear: Sendable {
    package let weight: Matrix
    package let bias: Vector?
    package var outputs: Int { weight.outputs }
    package var inputs: Int { weight.inputs }

    package init(weight: Matrix, bias: Vector?) {
        self.weight = weight
        self.bias = bias
    }
}

/// The gated feed-forward networks of one layer: `down(silu(gate(x)) * up(x))`, one an expert.
/// `gate`, `up`: `[experts, inner, hidden]`; `down`: `[experts, hidden, inner]`.
package struct ExpertBank: Sendable {
    package let gate: Matrix
    package let up: Matrix
    package let down: Matrix
    package var experts: Int { gate.experts }
    package var inner: Int { gate.outputs }
    package var hidden: Int { gate.inputs }

    package init(gate: Matrix, up: Matrix, down: Matrix) {
        precondition(
            gate.experts == up.experts && gate.experts == down.experts,
            "the three projections of a bank have the same experts")
        self.gate = gate
        self.up = up
        self.down = down
    }
}

/// Root-mean-square norm (arXiv:1910.07467): `x / sqrt(mean(x²) + epsilon) * gain`.
package struct Norm: Sendable {
    package let gain: Vector
    package let epsilon: Float

    package init(gain: Vector, epsilon: Float) {
        self.gain = gain
        self.epsilon = epsilon
    }
}
