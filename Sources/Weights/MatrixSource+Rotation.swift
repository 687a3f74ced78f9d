import Checkpoints
import Compute
import Models

extension MatrixSource {
    /// This matrix with each row rotated.
    func rotated(_ rotation: BlockRotation) -> MatrixSource {
        let width = columns
        return unsafe MatrixSource(name: name, rows: rows, columns: width) {
            range, target throws(CheckpointError) in
            try unsafe decode(range, into: target)
            guard let base = target.baseAddress else { return }
            for row in 0..<range.count {
                unsafe rotation.apply(base + row * width, width: width)
            }
        }
    }
}
