/// A row of logits, and the token whose log-probability is wanted.
package struct LogprobJob: Sendable {
    package let row: Int
    package let id: Int32
    /// How many of the most likely tokens are wanted too.
    package let top: Int

    package init(row: Int, id: Int32, top: Int) {
        self.row = row
        self.id = id
        self.top = top
    }
}
