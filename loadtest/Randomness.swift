/// Random numbers that depend only on a seed, so that a run can be repeated (SplitMix64; Steele,
/// Lea and Flood, OOPSLA 2014).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    /// `stream` separates numbers for different purposes.
    init(seed: UInt64, stream: UInt64) {
        state = seed
        state = next() ^ stream &* 0x9E37_79B9_7F4A_7C15
    }

    mutating func next() -> UInt64 {
        state = state &+ 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Uniform in (0, 1].
    mutating func unit() -> Double {
        Double((next() >> 11) + 1) / 9_007_199_254_740_992
    }
}
