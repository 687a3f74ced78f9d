import CKernels
import Compute

/// Cosines and sines of every position: `[positions, pairs]` each.
struct RotaryTable {
    let pairs: Int
    let cosines: [Float]
    let sines: [Float]

    /// The angle is rounded to float32 before its cosine is taken, as the reference does.
    init(_ frequencies: RotaryFrequencies, positions: Int) {
        pairs = frequencies.inverse.count
        var cosines: [Float] = []
        var sines: [Float] = []
        cosines.reserveCapacity(positions * pairs)
        sines.reserveCapacity(positions * pairs)
        for position in 0..<positions {
            for inverse in frequencies.inverse {
                let angle = Double(Float(position) * inverse)
                cosines.append(Float(sw_cos(angle)) * frequencies.amplitude)
                sines.append(Float(sw_sin(angle)) * frequencies.amplitude)
            }
        }
        self.cosines = cosines
        self.sines = sines
    }

    /// The cosines and sines of one position.
    func withAngles(
        of position: Int, _ body: (UnsafePointer<Float>, UnsafePointer<Float>) -> Void
    ) {
        precondition((position + 1) * pairs <= cosines.count, "position beyond the table")
        unsafe cosines.withUnsafeBufferPointer { cosines in
            unsafe sines.withUnsafeBufferPointer { sines in
                guard let cosine = cosines.baseAddress, let sine = sines.baseAddress else { return }
                unsafe body(cosine + position * pairs, sine + position * pairs)
            }
        }
    }
}
