import CKernels
import Compute
import Memory

/// Cosines and sines for the positions of a step's rows: `pairs` of each for every row.
///
/// The first layer that rotates a row computes them, the later layers reuse them. They depend on
/// nothing but the position, so they stay valid while a row's position is the same.
@safe final class RotaryRows {
    let pairs: Int
    private let frequencies: RotaryFrequencies
    private let rowsMax: Int
    /// `[rowsMax, 2 * pairs]` floats: a row's cosines, then its sines.
    private let angles: AlignedBuffer
    /// `[rowsMax]` Int32: one more than the position that a row holds the angles of; 0 for none.
    private let held: AlignedBuffer

    init(_ frequencies: RotaryFrequencies, rowsMax: Int) throws(MemoryError) {
        self.frequencies = frequencies
        self.rowsMax = rowsMax
        pairs = frequencies.inverse.count
        angles = try AlignedBuffer(count: rowsMax * pairs * 2 * MemoryLayout<Float>.size)
        held = try AlignedBuffer(count: rowsMax * MemoryLayout<Int32>.size)
    }

    var bytes: Int { angles.count + held.count }

    /// The cosines and sines of a row at a position. Workers may call it at the same time for
    /// different rows.
    func withAngles(
        ofRow row: Int, at position: Int32,
        _ body: (UnsafePointer<Float>, UnsafePointer<Float>) -> Void
    ) {
        precondition(row >= 0 && row < rowsMax, "more rows than a step may have")
        let cosines = unsafe angles.values(
            of: Float.self, at: row * pairs * 2 * MemoryLayout<Float>.size, count: pairs * 2)
        let positions = unsafe held.values(of: Int32.self, count: rowsMax)
        guard let base = cosines.baseAddress else { return }
        if unsafe positions[row] != position + 1 {
            unsafe compute(position, into: base)
            unsafe positions[row] = position + 1
        }
        unsafe body(base, base + pairs)
    }

    /// The angle is rounded to float32 before its cosine is computed, as in the reference.
    private func compute(_ position: Int32, into cosines: UnsafeMutablePointer<Float>) {
        let sines = unsafe cosines + pairs
        for (pair, inverse) in frequencies.inverse.enumerated() {
            let angle = Double(Float(position) * inverse)
            unsafe cosines[pair] = Float(sw_cos(angle)) * frequencies.amplitude
            unsafe sines[pair] = Float(sw_sin(angle)) * frequencies.amplitude
        }
    }
}
