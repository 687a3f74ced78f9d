/// Which methods, targets, hosts and lengths a request may have, in HTTP/1.1 and HTTP/2. Pure
/// functions.
package enum RequestRules {
    /// The longest method accepted.
    package static let methodBytesMax = 32

    /// Whether a method is a token that is not too long.
    package static func isMethod(_ text: String) -> Bool {
        let bytes = text.utf8
        return !bytes.isEmpty && bytes.count <= methodBytesMax
            && bytes.allSatisfy(ByteSet.token.contains)
    }

    /// Decimal digits and nothing else; a number too large for any limit reads as `Int.max`.
    package static func length(_ text: String) throws(RequestViolation) -> Int {
        let digits = text.utf8
        guard !digits.isEmpty else { throw .contentLengthMalformed }
        var length = 0
        var overflow = false
        for digit in digits {
            guard digit >= 0x30 && digit <= 0x39 else { throw .contentLengthMalformed }
            let (product, first) = length.multipliedReportingOverflow(by: 10)
            let (sum, second) = product.addingReportingOverflow(Int(digit - 0x30))
            overflow = overflow || first || second
            length = overflow ? Int.max : sum
        }
        return length
    }

    /// Splits a request target (RFC 9112 §3.2) into its path, its query, and the authority if it is
    /// an absolute form.
    package static func split(
        _ target: String, method: String
    ) throws(RequestViolation) -> (path: String, query: String?, authority: String?) {
        if method == "CONNECT" { throw .connectRefused }
        if target == "*" {
            guard method == "OPTIONS" else { throw .targetMalformed }
            return (target, nil, nil)
        }
        let bytes = target.utf8
        if bytes.first == UInt8(ascii: "/") {
            let (path, query) = try splitPath(bytes[...])
            return (path, query, nil)
        }
        guard let scheme = ["http://", "https://"].first(where: { hasPrefix(target, $0) }) else {
            throw .targetMalformed
        }
        let rest = bytes.dropFirst(scheme.utf8.count)
        let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }
        let authority = String(Substring(rest[..<(end ?? rest.endIndex)]))
        guard isHost(authority) else { throw .targetMalformed }
        guard let end else {
            // `OPTIONS http://host` is how a proxy asks for `OPTIONS *` (RFC 9112 §3.2.4).
            return (method == "OPTIONS" ? "*" : "/", nil, authority)
        }
        let (path, query) = try splitPath(rest[end...])
        return (path.isEmpty ? "/" : path, query, authority)
    }

    private static func hasPrefix(_ target: String, _ prefix: String) -> Bool {
        HTTPHeaders.lowercased(String(target.prefix(prefix.count))) == prefix
    }

    private static func splitPath(
        _ bytes: Substring.UTF8View
    ) throws(RequestViolation) -> (path: String, query: String?) {
        let allowed = ByteSet.target
        var hexWanted = 0
        for byte in bytes {
            guard allowed.contains(byte) else { throw .targetMalformed }
            if hexWanted > 0 {
                guard ByteSet.hexDigits.contains(byte) else { throw .targetMalformed }
                hexWanted -= 1
            } else if byte == UInt8(ascii: "%") {
                hexWanted = 2
            }
        }
        guard hexWanted == 0 else { throw .targetMalformed }
        guard let mark = bytes.firstIndex(of: UInt8(ascii: "?")) else {
            return (String(Substring(bytes)), nil)
        }
        return (
            String(Substring(bytes[..<mark])),
            String(Substring(bytes[bytes.index(after: mark)...]))
        )
    }

    /// `uri-host [ ":" port ]` (RFC 9110 §7.2): a name, an IPv4 address or a bracketed IPv6
    /// address, not empty, with no user information.
    package static func isHost(_ text: String) -> Bool {
        var rest = text.utf8[...]
        if rest.first == UInt8(ascii: "[") {
            guard let end = rest.firstIndex(of: UInt8(ascii: "]")) else { return false }
            let address = rest[rest.index(after: rest.startIndex)..<end]
            guard address.count >= 2, address.count <= 45,
                address.contains(UInt8(ascii: ":")),
                address.allSatisfy({
                    ByteSet.hexDigits.contains($0) || $0 == UInt8(ascii: ":")
                        || $0 == UInt8(ascii: ".")
                })
            else { return false }
            rest = rest[rest.index(after: end)...]
        } else {
            let end = rest.firstIndex(of: UInt8(ascii: ":")) ?? rest.endIndex
            let name = rest[..<end]
            guard !name.isEmpty, name.count <= 255,
                name.allSatisfy({ ByteSet.registeredName.contains($0) })
            else { return false }
            rest = rest[end...]
        }
        guard let colon = rest.first else { return true }
        let port = rest.dropFirst()
        guard colon == UInt8(ascii: ":"), port.count <= 5,
            port.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 })
        else { return false }
        return port.isEmpty || (Int(Substring(port)) ?? Int.max) <= 65_535
    }
}
