/// Philox 4x32-10 (Salmon, Moraes, Dror, Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3"):
/// random bits as a function of a counter and a key. So a draw depends only on its seed, choice and
/// position.
enum Philox {
    /// The four words for a counter of four words and a key of two.
    static func words(_ counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
        var x = counter
        var k = key
        for round in 0..<10 {
            if round > 0 { k &+= SIMD2(0x9E37_79B9, 0xBB67_AE85) }
            let a = UInt64(x[0]) * 0xD251_1F53
            let b = UInt64(x[2]) * 0xCD9E_8D57
            x = SIMD4(
                UInt32(b >> 32) ^ x[1] ^ k[0], UInt32(truncatingIfNeeded: b),
                UInt32(a >> 32) ^ x[3] ^ k[1], UInt32(truncatingIfNeeded: a))
        }
        return x
    }

    /// A number in 0 ..< 1, a multiple of 2⁻⁵², for the token of one choice at one position.
    static func uniform(seed: UInt64, choice: Int, position: Int) -> Double {
        let place = UInt64(truncatingIfNeeded: position)
        let counter = SIMD4<UInt32>(
            UInt32(truncatingIfNeeded: place), UInt32(truncatingIfNeeded: place >> 32),
            UInt32(truncatingIfNeeded: choice), 0)
        let key = SIMD2<UInt32>(
            UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
        let words = words(counter, key: key)
        let bits = UInt64(words[0]) << 20 | UInt64(words[1] >> 12)
        return Double(bits) * 0x1p-52
    }
}
