package import Checkpoints

/// Where an architecture gets its weights from while it is built: a checkpoint, or a pack.
package protocol WeightStore: AnyObject {
    /// The file or folder, for messages.
    var location: String { get }
    func contains(_ name: String) -> Bool
    func matrix(_ request: MatrixRequest) throws(CheckpointError) -> Matrix
    /// Vectors joined end to end: each a published name and its length.
    func vector(_ key: String, _ parts: [(name: String, count: Int)]) throws(CheckpointError)
        -> Vector
    /// A small vector's numbers, for constants that an architecture computes with while loading.
    func values(_ name: String, count: Int) throws(CheckpointError) -> [Float]
    func rotary(_ frequencies: RotaryFrequencies) throws(CheckpointError) -> Rotary
    /// Whether the head of a model whose head is its embedding table, asked for by `request`, is held
    /// in another form than the table.
    func separatesTiedHead(_ request: MatrixRequest) -> Bool
}
