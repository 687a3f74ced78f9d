/// Decides which clients share cached prefixes. A short time to the first token tells a client that
/// its prompt's beginning was cached, that is, that somebody asked the same; so each client has
/// prefixes of its own.
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
