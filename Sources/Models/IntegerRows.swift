/// Rows of a matrix in INT8, with their scales.
package struct IntegerRows: Sendable {
    /// `[rows, columns]`.
    package var values: [Int8]
    /// `[rows, groups]`.
    package var scales: [Float]

    package init(values: [Int8], scales: [Float]) {
        self.values = values
        self.scales = scales
    }
}
