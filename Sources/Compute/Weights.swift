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

/// The biases of a bank's projection: element `i` of expert `e` stands at
/// `(e * outputs + i) * step + first`, so that gate and up may share one interleaved vector.
package struct ExpertBias: Sendable {
    package let vector: Vector
    package let first: Int
    package let step: Int

    package init(_ vector: Vector, first: Int = 0, step: Int = 1) {
        self.vector = vector
        self.first = first
        self.step = step
    }
}

/// What a gated feed-forward network makes of its gate's and up's outputs.
package enum Activation: Sendable, Equatable {
    /// `silu(gate) * up` (arXiv:2002.05202).
    case silu
    /// gpt-oss's: gate at most `limit`, up within `±limit`, then
    /// `(up + 1) * gate * sigmoid(alpha * gate)`.
    case clampedSwiGLU(limit: Float, alpha: Float)
}

/// The gated feed-forward networks of one layer, one an expert:
/// `down(activation(gate(x), up(x)))`.
/// `gate`, `up`: `[experts, inner, hidden]`; `down`: `[experts, hidden, inner]`.
package struct ExpertBank: Sendable {
    /// What each projection adds to its outputs; `down`'s stand one after the other.
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

/// Root-mean-square norm (arXiv:1910.07467): `x / sqrt(mean(x²) + epsilon) * gain`.
package struct Norm: Sendable {
    package let gain: Vector
    package let epsilon: Float

    package init(gain: Vector, epsilon: Float) {
        self.gain = gain
        self.epsilon = epsilon
    }
}
