/// The largest difference of two arrays; infinite if their lengths differ or a number is NaN.
package func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
    guard a.count == b.count else { return .infinity }
    return zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1).isNaN ? .infinity : abs($1.0 - $1.1)) }
}

/// `||a - b|| / ||b||`; infinite if their lengths differ, NaN if a number is NaN.
package func relativeError(_ a: [Float], _ b: [Float]) -> Double {
    guard a.count == b.count else { return .infinity }
    var (difference, size) = (0.0, 0.0)
    for (x, y) in zip(a, b) {
        difference += Double(x - y) * Double(x - y)
        size += Double(y) * Double(y)
    }
    return (difference / size).squareRoot()
}

extension Sequence<Float> {
    /// Comparing bits distinguishes −0 from 0, and a NaN is equal to itself.
    package var bits: [UInt32] { map(\.bitPattern) }
}

/// The little-endian bytes of an integer.
package func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    unsafe withUnsafeBytes(of: value.littleEndian) { unsafe Array($0) }
}
