package import Checkpoints

/// The source of an architecture's weights while it is built: a checkpoint or a pack.
package protocol WeightStore: AnyObject {
    /// The file or folder, for messages.
    var location: String { get }
    func contains(_ name: String) -> Bool
    func matrix(_ request: MatrixRequest) throws(CheckpointError) -> Matrix
    /// Vectors joined end to end. Each part has its published name and length.
    func vector(_ key: String, _ parts: [(name: String, count: Int)]) throws(CheckpointError)
        -> Vector
    /// The numbers of a small vector that an architecture computes with while it is built.
    func values(_ name: String, count: Int) throws(CheckpointError) -> [Float]
    func rotary(_ frequencies: RotaryFrequencies) throws(CheckpointError) -> Rotary
    /// For a model whose head is its embedding table: whether the head that `request` asks for is
    /// stored apart from the table, in another form.
    func separatesTiedHead(_ request: MatrixRequest) -> Bool
}
