/// The numbers that determine a rotary embedding's angles.
package struct RotaryFrequencies: Sendable {
    /// Radians per position, for each pair; float32, as the reference computes them.
    package var inverse: [Float]
    /// Multiplies cosines and sines (YaRN's attention factor); 1 without scaling.
    package var amplitude: Float
    package var pairing: Rotary.Pairing

    package init(inverse: [Float], amplitude: Float = 1, pairing: Rotary.Pairing = .halves) {
        self.inverse = inverse
        self.amplitude = amplitude
        self.pairing = pairing
    }

    /// What a backend keeps for one row of a step: a cosine and a sine a pair, and the position.
    package var bytesPerRow: Int {
        inverse.count * 2 * MemoryLayout<Float>.size + MemoryLayout<Int32>.size
    }
}
