/// The biases of a bank's projection. Element `i` of expert `e` is at `(e * outputs + i) * step +
/// first`, so gate and up may share one interleaved vector.
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
