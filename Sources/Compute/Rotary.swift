/// A rotary position embedding (arXiv:2104.09864) held by a backend.
package struct Rotary: Sendable {
    /// Which elements of a head are rotated as a pair.
    package enum Pairing: Sendable {
        /// `(i, i + half)`: Llama's form in published checkpoints.
        case halves
        /// `(2i, 2i + 1)`: DeepSeek's form.
        case neighbours
    }

    package let index: Int
    package let pairing: Pairing
    /// Elements of a head that are rotated: twice the number of pairs.
    package let dimensions: Int
    /// The number of positions; a token's position must be below it.
    package let positions: Int

    package init(_ frequencies: RotaryFrequencies, index: Int, positions: Int) {
        self.index = index
        pairing = frequencies.pairing
        dimensions = frequencies.inverse.count * 2
        self.positions = positions
    }
}
