/// Root-mean-square norm (arXiv:1910.07467): `x / sqrt(mean(x²) + epsilon) * gain`.
package struct Norm: Sendable {
    package let gain: Vector
    package let epsilon: Float

    package init(gain: Vector, epsilon: Float) {
        self.gain = gain
        self.epsilon = epsilon
    }
}
