/// A rotary position embedding (arXiv:2104.09864) that a backend holds.
package struct Rotary: Sendable {
    /// Which elements of a head turn together.
    package enum Pairing: Sendable {
        /// `(i, i + half)`: Llama's form in published checkpoints.
        case halves
        /// `(2i, 2i + 1)`: DeepSeek's form.
        case neighbours
    }

    package let index: Int
    package let pairing: Pairing
    /// Elements of a head that turn: twice the pairs.
    package let dimensions: Int
    /// Positions that may be turned to: those below.
    package let positions: Int

    package init(_ frequencies: RotaryFrequencies, index: Int, positions: Int) {
        self.index = index
        pairing = frequencies.pairing
        dimensions = frequencies.inverse.count * 2
        self.positions = positions
    }
}
