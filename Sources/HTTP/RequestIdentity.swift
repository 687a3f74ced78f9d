/// Makes the request ids used in `x-request-id`, in errors and in the log.
///
/// An id is a counter passed through a bijection of 64 bits: one source makes no id twice, and two
/// sources make the same one only by chance.
package struct RequestIdentity: Sendable {
    private var state: UInt64

    package init(seed: UInt64) {
        state = seed
    }

    /// The longest id accepted from a client.
    package static let lengthMax = 128

    /// The client's id if it may be repeated in headers, JSON and logs, else a new one.
    package mutating func take(_ offered: String?) -> String {
        if let offered, Self.isSafe(offered) { return offered }
        return make()
    }

    /// A new id: `req-` and sixteen hexadecimal digits.
    package mutating func make() -> String {
        // SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
        state = state &+ 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        let digits = String(mixed, radix: 16)
        return "req-" + String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    /// 1 to 128 visible ASCII characters, none of which needs an escape in JSON.
    package static func isSafe(_ id: String) -> Bool {
        let bytes = id.utf8
        guard !bytes.isEmpty, bytes.count <= lengthMax else { return false }
        return bytes.allSatisfy {
            $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
        }
    }
}
