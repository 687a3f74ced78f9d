/// Float32 activations in the backend's step arena: `[rows, columns]`, row-major.
///
/// A tensor is an offset and owns no memory. It is valid until the scope that made it ends, and
/// only the backend that made it can read it.
package struct Tensor: Sendable {
    /// Bytes from the arena's start, a multiple of 64.
    package let offset: Int
    package let rows: Int
    package let columns: Int

    package init(offset: Int, rows: Int, columns: Int) {
        self.offset = offset
        self.rows = rows
        self.columns = columns
    }
}
