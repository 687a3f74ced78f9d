/// The meaning of an HTTP/1.1 head beyond its syntax: everything that two readers could understand
/// differently is refused, because a request smuggled past a proxy lives on such differences.
/// Pure; RFC 9112 unless said otherwise.
package enum HTTP1Rules {
    /// Checks a head whose names, values and method are well-formed.
    package static func check(
        method: String, target: String, version: HTTPVersion, headers: HTTPHeaders,
        limits: HTTP1Limits
    ) throws(HTTP1Violation) -> HTTP1Head {
        guard target.utf8.count <= limits.targetBytesMax else { throw .targetTooLong }
        guard headers.count <= limits.headerCountMax else { throw .headersTooMany }
        var found = Found()
        for field in headers { try found.note(field, version) }

        let (path, query, authority) = try split(target, method: method)
        if found.host == nil && version == .http1_1 { throw .hostMissing }
        if let host = found.host {
            guard isHost(host) else { throw .hostMalformed }
        }
        var headers = headers
        // An absolute-form target's authority replaces Host (§3.2.2).
        if let authority { headers.set("host", authority) }

        let framing = try found.framing(limits)
        return HTTP1Head(
            method: method, path: path, query: query, version: version, headers: headers,
            framing: framing,
            isPersistent: version == .http1_1 ? !found.close : found.keepAlive && !found.close,
            expectsContinue: found.expectsContinue && version == .http1_1
                && framing != .none && framing != .length(0))
    }

    /// The longest method taken.
    package static let methodBytesMax = 32

    /// Whether a method is a token that is not too long.
    package static func isMethod(_ text: String) -> Bool {
        let bytes = text.utf8
        return !bytes.isEmpty && bytes.count <= methodBytesMax
            && bytes.allSatisfy(ByteSet.token.contains)
    }

    /// What the fields that rule a connection said.
    private struct Found {
        var host: String?
        var contentLength: String?
        var transferEncoding: String?
        var expectsContinue = false
        var close = false
        var keepAlive = false

        mutating func note(
            _ field: HTTPHeaders.Field, _ version: HTTPVersion
        ) throws(HTTP1Violation) {
            switch field.name {
            case "host":
                guard host == nil else { throw .hostRepeated }
                host = field.value
            case "content-length":
                guard contentLength == nil else { throw .contentLengthRepeated }
                contentLength = field.value
            case "transfer-encoding":
                guard version == .http1_1 else { throw .transferEncodingOnHTTP10 }
                guard transferEncoding == nil else { throw .transferEncodingMalformed }
                transferEncoding = HTTPHeaders.lowercased(field.value)
            case "expect":
                // RFC 9110 §10.1.1: HTTP/1.0 cannot wait, so its 100-continue means nothing.
                guard HTTPHeaders.lowercased(field.value) == "100-continue" else {
                    throw .expectationUnknown
                }
                expectsContinue = true
            case "connection":
                let options: HTTPHeaders = ["connection": field.value]
                close = close || options.list("connection", has: "close")
                keepAlive = keepAlive || options.list("connection", has: "keep-alive")
            default:
                break
            }
        }

        func framing(_ limits: HTTP1Limits) throws(HTTP1Violation) -> HTTP1Framing {
            if let transferEncoding {
                guard contentLength == nil else { throw .transferEncodingWithContentLength }
                if transferEncoding == "chunked" { return .chunked }
                // A list that ends in chunked is legal but not understood; others have no end.
                guard transferEncoding.hasSuffix("chunked"), transferEncoding.contains(",")
                else { throw .transferEncodingMalformed }
                throw .transferEncodingUnsupported
            }
            guard let contentLength else { return .none }
            let length = try HTTP1Rules.length(contentLength)
            guard length <= limits.bodyBytesMax else { throw .bodyTooLong }
            return .length(length)
        }
    }

    /// Decimal digits and nothing else; a number too large for any limit reads as `Int.max`.
    package static func length(_ text: String) throws(HTTP1Violation) -> Int {
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

    /// Splits a request target (§3.2) into path and query, and the authority of an absolute form.
    package static func split(
        _ target: String, method: String
    ) throws(HTTP1Violation) -> (path: String, query: String?, authority: String?) {
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
            // `OPTIONS http://host` is how a proxy asks for `OPTIONS *` (§3.2.4).
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
    ) throws(HTTP1Violation) -> (path: String, query: String?) {
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
