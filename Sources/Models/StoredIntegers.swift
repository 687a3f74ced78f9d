package import Checkpoints
import Memory
import Quantization

/// The INT8 numbers of a matrix as stored in a checkpoint; they may include -128. A weight is its
/// integer times a scale: that of its row, or that of its row and group of 128 columns.
package struct StoredIntegers: Sendable {
    package typealias Reader = @Sendable (_ rows: Range<Int>) throws(CheckpointError) -> IntegerRows

    /// Columns that share a scale if a row has several. The last group may be shorter.
    package static let group = 128

    package let rows: Int
    package let columns: Int
    /// Whether a row has a scale for each group of columns, and not just one.
    package let hasGroupScales: Bool
    private let reader: Reader

    package init(rows: Int, columns: Int, hasGroupScales: Bool, reader: @escaping Reader) {
        self.rows = rows
        self.columns = columns
        self.hasGroupScales = hasGroupScales
        self.reader = reader
    }

    /// The number of scales of a row.
    package var groups: Int { hasGroupScales ? Self.groups(columns) : 1 }

    /// The number of groups of a row.
    static func groups(_ columns: Int) -> Int { (columns + group - 1) / group }

    /// Reads some rows. Throws if a scale is not finite.
    package func read(_ rows: Range<Int>) throws(CheckpointError) -> IntegerRows {
        precondition(rows.lowerBound >= 0 && rows.upperBound <= self.rows, "rows of the matrix")
        let result = try reader(rows)
        precondition(
            result.values.count == rows.count * columns
                && result.scales.count == rows.count * groups, "whole rows")
        return result
    }

    /// Some rows of these.
    package func sliced(rows slice: Range<Int>) -> StoredIntegers {
        StoredIntegers(rows: slice.count, columns: columns, hasGroupScales: hasGroupScales) {
            rows throws(CheckpointError) in
            try read(slice.lowerBound + rows.lowerBound..<slice.lowerBound + rows.upperBound)
        }
    }

    /// `count` rows of these: row `i` of the result is row `source(i)`.
    package func gathered(_ count: Int, _ source: @escaping @Sendable (Int) -> Int)
        -> StoredIntegers
    {
        StoredIntegers(rows: count, columns: columns, hasGroupScales: hasGroupScales) {
            rows throws(CheckpointError) in
            var result = IntegerRows(values: [], scales: [])
            result.values.reserveCapacity(rows.count * columns)
            for row in rows {
                let place = source(row)
                let one = try read(place..<place + 1)
                result.values += one.values
                result.scales += one.scales
            }
            return result
        }
    }

    /// Some columns of these, times a power of two; nil if groups would be cut.
    package func sliced(columns slice: Range<Int>, times factor: Float) -> StoredIntegers? {
        guard !hasGroupScales || slice.lowerBound % Self.group == 0 else { return nil }
        let skipped = hasGroupScales ? slice.lowerBound / Self.group : 0
        return StoredIntegers(
            rows: rows, columns: slice.count, hasGroupScales: hasGroupScales
        ) { rows throws(CheckpointError) in
            let whole = try read(rows)
            var result = IntegerRows(values: [], scales: [])
            let kept = hasGroupScales ? Self.groups(slice.count) : 1
            for index in 0..<rows.count {
                let start = index * columns
                result.values += whole.values[start + slice.lowerBound..<start + slice.upperBound]
                let first = index * groups + skipped
                result.scales += whole.scales[first..<first + kept].map { $0 * factor }
            }
            return result
        }
    }
}

extension StoredIntegers {
    /// Rows `first ..< first + rows` of a stored INT8 tensor. Nil unless its blocks are 128 columns
    /// or whole rows wide.
    init?(_ tensor: ScaledTensor, first: Int, rows: Int) {
        let columns = tensor.weight.shape.columns
        guard tensor.weight.format == .plain(.i8) else { return nil }
        let hasOne = tensor.block.columns >= columns
        guard hasOne || tensor.block.columns % Self.group == 0 else { return nil }
        self.init(rows: rows, columns: columns, hasGroupScales: !hasOne) {
            range throws(CheckpointError) in
            try tensor.integers(first + range.lowerBound..<first + range.upperBound)
        }
    }
}
