/// Makes text safe to stand in a log: no client can end a line, move a terminal's cursor or turn its
/// writing around.
package enum LogText {
    /// The text with everything escaped that a terminal or a reader of lines could take for more
    /// than a letter: controls, line separators, and marks of writing direction.
    package static func oneLine(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
        var safe = ""
        for scalar in text.unicodeScalars {
            if isSpecial(scalar) {
                safe += escape(scalar)
            } else {
                safe.unicodeScalars.append(scalar)
            }
        }
        return safe
    }

    /// A client's text as one word of a line: everything outside printable ASCII is escaped, blanks
    /// too, and what comes after `bytesMax` bytes is cut off. Empty text is `-`.
    package static func field(_ text: String, bytesMax: Int) -> String {
        guard !text.isEmpty else { return "-" }
        if text.utf8.count <= bytesMax, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) {
            return text
        }
        var safe = ""
        for scalar in text.unicodeScalars {
            guard safe.utf8.count < bytesMax else { return safe + "..." }
            if scalar.value > 0x20, scalar.value < 0x7F {
                safe.unicodeScalars.append(scalar)
            } else {
                safe += escape(scalar)
            }
        }
        return safe
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        "\\u{\(String(scalar.value, radix: 16))}"
    }

    private static func isSpecial(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0: true
        case 0x2028, 0x2029, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
