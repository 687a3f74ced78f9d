/// A hash for the vocabulary's tables: multiply and fold, with a seed drawn once for each process,
/// so that nobody can write a file whose tokens collide.
enum SeededHash {
    private static let seed: UInt64 = UInt64.random(in: .min ... .max)
    private static let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15

    static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = (a ^ seed).multipliedFullWidth(by: b ^ multiplier)
        return product.high ^ product.low
    }

    static func hash(_ bytes: Span<UInt8>) -> UInt64 {
        var hash = UInt64(truncatingIfNeeded: bytes.count) &* multiplier
        var word: UInt64 = 0
        for index in bytes.indices {
            word = word << 8 | UInt64(bytes[index])
            if index & 7 == 7 {
                hash = mix(hash, word)
                word = 0
            }
        }
        return mix(hash, word)
    }
}
