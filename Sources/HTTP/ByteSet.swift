/// A set of ASCII characters with a constant-time test.
package struct ByteSet: Sendable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    /// The ASCII characters of `characters`; others are left out.
    package init(_ characters: String) {
        for byte in characters.utf8 { insert(byte) }
    }

    private mutating func insert(_ byte: UInt8) {
        if byte < 64 {
            low |= 1 &<< UInt64(byte)
        } else if byte < 128 {
            high |= 1 &<< UInt64(byte & 63)
        }
    }

    @inline(__always) package func contains(_ byte: UInt8) -> Bool {
        guard byte < 128 else { return false }
        return ((byte < 64 ? low : high) &>> UInt64(byte & 63)) & 1 != 0
    }

    private static let alphanumerics =
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

    /// `tchar` of RFC 9110 §5.6.2.
    package static let token = ByteSet(alphanumerics + "!#$%&'*+-.^_`|~")
    /// What a path or query may hold (RFC 3986 §3.3 and §3.4), `%` included.
    package static let target = ByteSet(alphanumerics + "-._~!$&'()*+,;=:@/?%")
    /// What a registered name may hold (RFC 3986 §3.2.2), `%` included.
    package static let registeredName = ByteSet(alphanumerics + "-._~!$&'()*+,;=%")
    package static let hexDigits = ByteSet("0123456789abcdefABCDEF")
}
