import HTTP

extension HTTP2Upgrade {
    /// The response to an upgrade.
    static let head = Array(
        "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n".utf8)

    /// Nil if the request does not ask for HTTP/2 as RFC 7540 §3.2 requires. A server may ignore an
    /// upgrade that it does not accept.
    init?(_ request: HTTPRequest, _ policy: BodyPolicy) {
        guard request.httpVersion == .http1_1, request.headers.list("upgrade", has: "h2c"),
            request.headers.list("connection", has: "upgrade"),
            request.headers.list("connection", has: "http2-settings")
        else { return nil }
        let settings = request.headers.all("http2-settings")
        guard settings.count == 1, let payload = Self.decode(settings[0]) else { return nil }
        self.init(request: request, policy: policy, settings: payload)
    }

    /// Decodes base64url without padding (RFC 4648 §5). The result must be whole settings of six
    /// bytes each.
    private static func decode(_ text: String) -> [UInt8]? {
        guard text.utf8.count <= 1024 else { return nil }
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var held = 0
        for byte in text.utf8 {
            guard let value = value(byte) else { return nil }
            bits = (bits << 6 | value) & 0xFFF
            held += 6
            if held >= 8 {
                held -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
            }
        }
        return bytes.count % 6 == 0 ? bytes : nil
    }

    private static func value(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x41...0x5A: UInt32(byte) - 0x41
        case 0x61...0x7A: UInt32(byte) - 0x61 + 26
        case 0x30...0x39: UInt32(byte) - 0x30 + 52
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
