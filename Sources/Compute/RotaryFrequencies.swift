/// What a rotary embedding's angles are made from.
package struct RotaryFrequencies: Sendable {
    /// Radians a position, one for each pair, in float32 as the reference computes them.
    package var inverse: [Float]
    /// What cosines and sines are multiplied by (YaRN's attention factor); 1 without scaling.
    package var amplitude: Float
    package var pairing: Rotary.Pairing

    package init(inverse: [Float], amplitude: Float = 1, pairing: Rotary.Pairing = .halves) {
        self.inverse = inverse
        self.amplitude = amplitude
        self.pairing = pairing
    }
}
