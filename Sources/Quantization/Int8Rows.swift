/// A matrix in symmetric INT8: `scale = max|w| / 127` (1 if all weights are zero), `q = w / scale`
/// rounded half to even and clamped to ±127. There is a scale for each row, or for each `group`
/// columns of a row.
///
/// The arithmetic is float32, so the same floats give the same integers and scales everywhere.
package struct Int8Rows: Sendable, Equatable {
    package let rows: Int
    package let columns: Int

    /// Columns that share a scale; the last group of a row may be shorter. Equal to `columns` if
    /// each row has one scale.
    package let group: Int

    /// `[rows, columns]`
    package let values: [Int8]

    /// `[rows, groups]`
    package let scales: [Float]

    /// Quantizes `weights` `[rows, columns]`, with a scale for each `group` columns, or for each
    /// row if it is nil.
    package init(quantizing weights: [Float], rows: Int, columns: Int, group: Int? = nil) {
        let group = group ?? max(columns, 1)
        precondition(rows >= 0 && columns >= 0 && group > 0, "\(rows) × \(columns) by \(group)")
        precondition(weights.count == rows * columns, "\(weights.count) for \(rows) × \(columns)")
        let groups = Self.groups(columns: columns, group: group)
        var values = [Int8](repeating: 0, count: rows * columns)
        var scales = [Float](repeating: 1, count: rows * groups)
        // SAFETY: the three arrays have the lengths that `quantize` asks for.
        unsafe weights.withUnsafeBufferPointer { weights in
            unsafe values.withUnsafeMutableBufferPointer { values in
                unsafe scales.withUnsafeMutableBufferPointer { scales in
                    unsafe Self.quantize(
                        weights, columns: columns, group: group, values: values, scales: scales)
                }
            }
        }
        self.rows = rows
        self.columns = columns
        self.group = group
        self.values = values
        self.scales = scales
    }

    /// The number of scales of a row.
    package var groups: Int { Self.groups(columns: columns, group: group) }

    /// Whether every weight was finite. A group with a weight that is not finite has the scale NaN
    /// and zeros.
    package var isFinite: Bool { scales.allSatisfy { $0.isFinite } }

    /// The integers times their scales, `[rows, columns]`.
    package func floats() -> [Float] {
        var floats = values.map { Float($0) }
        for row in 0..<rows {
            for column in 0..<columns {
                floats[row * columns + column] *= scales[row * groups + column / group]
            }
        }
        return floats
    }

    /// The number of scales for a row of `columns`.
    package static func groups(columns: Int, group: Int) -> Int {
        columns == 0 ? 0 : (columns - 1) / group + 1
    }

    /// Quantizes whole rows of `columns` weights into the caller's buffers: as many values as
    /// weights, and a scale for each group of each row. Rows are independent, so several threads
    /// may each quantize some.
    package static func quantize(
        _ weights: UnsafeBufferPointer<Float>, columns: Int, group: Int,
        values: UnsafeMutableBufferPointer<Int8>, scales: UnsafeMutableBufferPointer<Float>
    ) {
        precondition(columns >= 0 && group > 0, "\(columns) columns by \(group)")
        let rows = columns == 0 ? 0 : weights.count / columns
        let groups = groups(columns: columns, group: group)
        precondition(weights.count == rows * columns, "\(weights.count) weights are not rows")
        precondition(values.count == weights.count, "\(values.count) values")
        precondition(scales.count == rows * groups, "\(scales.count) scales")
        guard let weights = weights.baseAddress, let values = values.baseAddress else { return }
        for row in 0..<rows {
            for index in 0..<groups {
                let start = index * group
                let count = min(group, columns - start)
                let offset = row * columns + start
                // SAFETY: the counts checked above make every group lie in its buffer.
                unsafe scales[row * groups + index] = unsafe quantizeGroup(
                    weights + offset, count, values + offset)
            }
        }
    }

    /// Quantizes `count` weights and returns their scale.
    @inline(__always)
    private static func quantizeGroup(
        _ weights: UnsafePointer<Float>, _ count: Int, _ values: UnsafeMutablePointer<Int8>
    ) -> Float {
        // Magnitudes are compared as integers; a NaN or infinity is above every number.
        var bits: UInt32 = 0
        for index in 0..<count {
            bits = unsafe max(bits, weights[index].bitPattern & 0x7FFF_FFFF)
        }
        let magnitude = Float(bitPattern: bits)
        guard magnitude.isFinite else {
            unsafe values.update(repeating: 0, count: count)
            return .nan
        }
        let scale = magnitude / 127
        guard scale > 0 else {
            // All weights are zero, or so near to it that the scale underflows.
            unsafe values.update(repeating: 0, count: count)
            return 1
        }
        // Adding 1.5 · 2²³ leaves the integer nearest, ties to even, in the low bits of the sum.
        let shifter: Float = 12_582_912
        for index in 0..<count {
            let quotient = unsafe weights[index] / scale
            let clamped = max(-127, min(127, quotient))
            let sum = clamped + shifter
            unsafe values[index] = Int8(truncatingIfNeeded: sum.bitPattern)
        }
        return scale
    }
}
