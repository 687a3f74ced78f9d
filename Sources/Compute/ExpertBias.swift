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
