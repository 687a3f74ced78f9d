/// Numbers that stand for bytes and that nobody outside this process can foresee: Swift's SipHash
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

/// Decides who shares cached prefixes with whom. How fast an answer begins tells whether its prompt's
/// beginning was cached, and by that what others have asked; so each client has prefixes of its own.
package struct CacheSalting: Sendable {
    /// All clients share.
    package let sharesPrefixes: Bool

    package init(sharesPrefixes: Bool = false) {
        self.sharesPrefixes = sharesPrefixes
    }

    /// The salt of a client's request; `own` is the client's word for whom to share with.
    package func salt(client: UInt64, own: String?) -> UInt64 {
        let client = sharesPrefixes ? 0 : client
        guard let own else { return client }
        return KeyedHash.number(of: Array(own.utf8), domain: client)
    }
}
