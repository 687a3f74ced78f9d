/// GPT-2's alphabet of 256 printable characters, one for each byte ("byte-level"). Bytes that are
/// printable in Latin-1 are their own characters; the 68 others are U+0100 and the following, in
/// order.
enum ByteAlphabet {
    /// The character of each byte.
    static let scalars: [Unicode.Scalar] = {
        var next: UInt32 = 0x100
        return (UInt8.min ... .max).map { byte in
            switch byte {
            case 0x21...0x7E, 0xA1...0xAC, 0xAE...0xFF: return Unicode.Scalar(byte)
            default:
                defer { next += 1 }
                return Unicode.Scalar(next) ?? "\u{FFFD}"
            }
        }
    }()

    /// The UTF-8 form of each byte's character.
    static let encodings: [[UInt8]] = scalars.map { Array(String($0).utf8) }

    /// The byte of each character below U+0144; -1 for those outside the alphabet.
    private static let bytes: [Int16] = {
        var table = [Int16](repeating: -1, count: 0x144)
        for (byte, scalar) in scalars.enumerated() { table[Int(scalar.value)] = Int16(byte) }
        return table
    }()

    /// The bytes that a token means; nil if one of its characters is outside the alphabet.
    static func decode(_ token: Span<UInt8>) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(token.count)
        var index = 0
        while index < token.count {
            let first = token[index]
            var scalar = Int(first)
            if first >= 0x80 {
                // Characters of the alphabet have at most two bytes in UTF-8 (C2 A1 to C5 83).
                guard first >= 0xC2, first <= 0xC5, index + 1 < token.count else { return nil }
                scalar = Int(first & 0x1F) << 6 | Int(token[index + 1] & 0x3F)
                index += 1
            }
            index += 1
            guard scalar < bytes.count, bytes[scalar] >= 0 else { return nil }
            result.append(UInt8(truncatingIfNeeded: bytes[scalar]))
        }
        return result
    }
}
