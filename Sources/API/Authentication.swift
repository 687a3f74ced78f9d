package import HTTP
import Synchronization

/// The keys that clients may show as `Authorization: Bearer KEY` (RFC 6750 §2.1).
package final class Authentication: Sendable {
    /// The most keys of a file, and the most bytes of a key.
    package static let keysMax = 1024
    package static let keyBytesMax = 512
    /// Shorter keys can be guessed.
    package static let keyBytesMin = 8

    private struct Key {
        let bytes: [UInt8]
        /// The client's number; a key has the same in every file that names it.
        let client: UInt64
    }

    private let keys: Mutex<[Key]>

    /// `keyFile` holds a key a line; empty lines and lines that begin with `#` are left out. `name`
    /// stands in errors.
    package init(keyFile: [UInt8], name: String) throws(AuthenticationError) {
        keys = Mutex(try Self.parse(keyFile, name))
    }

    /// Takes the keys of this file instead; they stay as they are if it is refused. Returns how many
    /// there are now. Any thread.
    @discardableResult
    package func reload(keyFile: [UInt8], name: String) throws(AuthenticationError) -> Int {
        let new = try Self.parse(keyFile, name)
        keys.withLock { $0 = new }
        return new.count
    }

    private static func parse(
        _ keyFile: [UInt8], _ name: String
    ) throws(AuthenticationError) -> [Key] {
        var keys: [Key] = []
        var number = 0
        for line in keyFile.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            let key = trimmed(line)
            guard let first = key.first, first != UInt8(ascii: "#") else { continue }
            // A key travels in a header; RFC 6750 allows still less.
            guard key.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw AuthenticationError(
                    "\(name), line \(number): a key is one word of printable ASCII")
            }
            guard (keyBytesMin...keyBytesMax).contains(key.count) else {
                throw AuthenticationError(
                    "\(name), line \(number): a key has \(keyBytesMin) to "
                        + "\(keyBytesMax) characters, this one has \(key.count)")
            }
            guard keys.count < keysMax else {
                throw AuthenticationError("\(name) has more than \(keysMax) keys")
            }
            keys.append(Key(bytes: Array(key), client: KeyedHash.number(of: Array(key), domain: 0)))
        }
        guard !keys.isEmpty else {
            throw AuthenticationError("\(name) holds no key; write one a line")
        }
        return keys
    }

    /// Returns a number for the client's key, never 0, or throws 401.
    package func check(_ headers: HTTPHeaders) throws(APIError) -> UInt64 {
        guard let header = headers.first("authorization") else {
            throw APIError(
                .missingKey,
                "this server needs a key: send 'Authorization: Bearer KEY'")
        }
        let scheme = "bearer "
        guard HTTPHeaders.lowercased(String(header.prefix(scheme.count))) == scheme else {
            throw APIError(
                .unauthenticated, "the Authorization header must be 'Bearer KEY'")
        }
        let presented = Array(Self.trimmed(Array(header.utf8.dropFirst(scheme.utf8.count))[...]))
        guard let client = match(presented) else {
            throw APIError(.unauthenticated, "the key is not one of this server's")
        }
        return client
    }

    /// Looks at every key and every presented byte, so that the time tells neither which key came
    /// near nor how far.
    private func match(_ presented: [UInt8]) -> UInt64? {
        guard presented.count <= Self.keyBytesMax else { return nil }
        var found: UInt64?
        for key in keys.withLock({ $0 }) {
            var difference = UInt64(key.bytes.count ^ presented.count)
            for (position, byte) in presented.enumerated() {
                difference |= UInt64(byte ^ key.bytes[position % key.bytes.count])
            }
            found = difference == 0 ? key.client : found
        }
        return found
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
        var slice = bytes.drop(while: isSpace)
        while let last = slice.last, isSpace(last) { slice.removeLast() }
        return slice
    }
}
