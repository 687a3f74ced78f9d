/// Numbers for bytes that nobody outside this process can foresee: Swift's SipHash
/// under a secret that is drawn at the start.
enum KeyedHash {
    private static let secret: (UInt64, UInt64) = (
        .random(in: .min ... .max), .random(in: .min ... .max)
    )

    /// The same number for the same domain and bytes as long as the process lives; never 0.
    static func number(of bytes: [UInt8], domain: UInt64) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(secret.0)
        hasher.combine(secret.1)
        hasher.combine(domain)
        hasher.combine(bytes)
        return max(1, UInt64(bitPattern: Int64(hasher.finalize())))
    }
}
