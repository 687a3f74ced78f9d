package import HTTP
import Synchronization

/// The keys that clients may show as `Authorization: Bearer KEY` (RFC 6750 §2.1).
package final class Authentication: Sendable {
    /// The most keys of a file, and the most bytes of a key.
    package static let keysMax = 1024
    package static let keyBytesMax = 512
    /// Shorter keys can be guessed.
    package static let keyBytesMin = 8

    /// Whose key it is.
    package struct Client: Sendable, Equatable {
        /// Never 0; a key has the same in every file that names it.
        package let number: UInt64
        /// What the log calls it: the key's name in the file, or `key-` and its line.
        package let name: String
    }

    private struct Key {
        let bytes: [UInt8]
        let client: Client
    }

    private static let nameBytesMax = 64

    private let keys: Mutex<[Key]>

    /// `keyFile` holds a key a line, after a name and a blank if it has one; empty lines and lines
    /// that begin with `#` are left out, as is a byte order mark. `name` is the file's, for errors.
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
        var lines: [ArraySlice<UInt8>: Int] = [:]
        var number = 0
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let text = keyFile.starts(with: mark) ? keyFile.dropFirst(mark.count) : keyFile[...]
        for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            let words = trimmed(line).split { $0 == 0x20 || $0 == 0x09 }
            guard let key = words.last, words[0].first != UInt8(ascii: "#") else { continue }
            let place = "\(name), line \(number)"
            let keyName = words.count == 2 ? try Self.name(words[0], place) : nil
            // A key travels in a header; RFC 6750 allows still less.
            guard words.count <= 2, key.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                throw AuthenticationError(
                    "\(name), line \(number): a key is one word of printable ASCII, after a name if "
                        + "it has one")
            }
            guard (keyBytesMin...keyBytesMax).contains(key.count) else {
                throw AuthenticationError(
                    "\(name), line \(number): a key has \(keyBytesMin) to "
                        + "\(keyBytesMax) characters, this one has \(key.count)")
            }
            if let first = lines[key] {
                throw AuthenticationError(
                    "\(place): the key of line \(first); give each client one of its own")
            }
            lines[key] = number
            guard keys.count < keysMax else {
                throw AuthenticationError("\(name) has more than \(keysMax) keys")
            }
            let client = Client(
                number: KeyedHash.number(of: Array(key), domain: 0),
                name: keyName ?? "key-\(number)")
            keys.append(Key(bytes: Array(key), client: client))
        }
        guard !keys.isEmpty else {
            throw AuthenticationError("\(name) holds no key; write one a line")
        }
        return keys
    }

    private static func name(
        _ word: ArraySlice<UInt8>, _ place: String
    ) throws(AuthenticationError) -> String {
        let isPlain = word.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0 & 0xDF)
                || [0x2D, 0x2E, 0x5F].contains($0)
        }
        guard isPlain, word.count <= nameBytesMax else {
            throw AuthenticationError(
                "\(place): a key's name has up to \(nameBytesMax) letters, digits, '-', '_' and '.'"
            )
        }
        return String(decoding: word, as: UTF8.self)
    }

    /// Returns whose key it is, or throws 401.
    package func check(_ headers: HTTPHeaders) throws(APIError) -> Client {
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
    private func match(_ presented: [UInt8]) -> Client? {
        guard presented.count <= Self.keyBytesMax else { return nil }
        var found: Client?
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
