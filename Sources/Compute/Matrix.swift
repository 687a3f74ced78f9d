/// A weight matrix held by a backend: `experts` blocks of `[outputs, inputs]`, one block for an
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
