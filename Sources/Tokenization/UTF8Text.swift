/// Helpers for UTF-8 (RFC 3629).
enum UTF8Text {
    /// The number of bytes of a character that starts with `first`; 1 for a byte that starts no
    /// character.
    static func length(_ first: UInt8) -> Int {
        switch first {
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: 1
        }
    }

    /// The length of the character at `index`. If there is no valid one: how many bytes to replace
    /// by one U+FFFD, which is the longest start of a character or one byte (Unicode 3.9, "maximal
    /// subparts"). A nil `length` means that the text ends inside a character that is valid so far.
    static func scan(_ text: Span<UInt8>, at index: Int) -> (isValid: Bool, length: Int?) {
        let first = text[index]
        if first < 0x80 { return (true, 1) }
        let length = length(first)
        guard length > 1 else { return (false, 1) }
        for offset in 1..<length {
            guard index + offset < text.count else { return (false, nil) }
            let byte = text[index + offset]
            let range: ClosedRange<UInt8> =
                switch (offset, first) {
                case (1, 0xE0): 0xA0...0xBF
                case (1, 0xED): 0x80...0x9F
                case (1, 0xF0): 0x90...0xBF
                case (1, 0xF4): 0x80...0x8F
                default: 0x80...0xBF
                }
            guard range ~= byte else { return (false, offset) }
        }
        return (true, length)
    }

    /// The character at `index` of valid UTF-8, with its length in bytes.
    static func scalar(_ text: Span<UInt8>, at index: Int) -> (scalar: Unicode.Scalar, length: Int)
    {
        let first = UInt32(text[index])
        let length = length(text[index])
        guard length > 1, index + length <= text.count else {
            return (Unicode.Scalar(first) ?? "\u{FFFD}", 1)
        }
        var value = first & (0x7F >> UInt32(length))
        for offset in 1..<length { value = value << 6 | UInt32(text[index + offset] & 0x3F) }
        return (Unicode.Scalar(value) ?? "\u{FFFD}", length)
    }
}
