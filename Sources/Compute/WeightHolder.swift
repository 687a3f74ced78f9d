package import Checkpoints

/// Takes a model's weights over while the model is built.
package protocol WeightHolder: AnyObject {
    /// Takes a matrix over; `owners` keep the memory that it lies in.
    func install(_ storage: MatrixStorage, experts: Int, owners: [AnyObject]) -> Matrix
    /// Takes a norm's gain or a bias over.
    func install(_ values: [Float]) -> Vector
    /// Takes a rotary embedding over, with memory for the angles of one step's rows.
    ///
    /// - location: the model's, for the error.
    func install(_ frequencies: RotaryFrequencies, positions: Int, location: String)
        throws(CheckpointError) -> Rotary
}
