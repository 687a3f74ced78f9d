import Checkpoints
package import Compute

/// Counts the weights that a model is built from and computes nothing: for those who ask what a model
/// takes, or only read its weights.
package final class WeightLedger: WeightHolder {
    /// Bytes of matrices that stay in memory.
    package private(set) var weightBytes = 0
    /// Bytes for the rotary angles of one of a step's tokens.
    package private(set) var rotaryBytesPerRow = 0
    private var owners: [AnyObject] = []

    package init() {}

    package func install(
        _ storage: MatrixStorage, experts: Int, owners: [AnyObject]
    ) -> Matrix {
        weightBytes += storage.bytes
        self.owners += owners
        return Matrix(index: 0, experts: experts, outputs: storage.outputs, inputs: storage.inputs)
    }

    package func install(_ values: [Float]) -> Vector {
        Vector(index: 0, count: values.count)
    }

    package func install(
        _ frequencies: RotaryFrequencies, positions: Int, location: String
    ) -> Rotary {
        rotaryBytesPerRow += frequencies.bytesPerRow
        return Rotary(frequencies, index: 0, positions: positions)
    }
}
