/// The size of the blocks of a matrix that share a scale: `rows` × `columns` numbers; blocks at the
/// edges may be smaller.
package struct ScaleBlock: Sendable, Hashable {
    package let rows: Int
    package let columns: Int

    /// A block of this size; neither may be zero.
    package init(rows: Int, columns: Int) {
        precondition(rows > 0 && columns > 0, "a scale block of \(rows) × \(columns)")
        self.rows = rows
        self.columns = columns
    }
}
