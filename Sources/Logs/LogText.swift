/// Makes text safe for a log or a terminal: no client can end a line, move a terminal's cursor or
/// reverse the direction of its text.
package enum LogText {
    /// Escapes every character that a terminal, or a program that reads lines, could act upon.
    package static func oneLine(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
        var safe = ""
        for scalar in text.unicodeScalars {
            if isHidden(scalar) {
                safe += escape(scalar)
            } else {
                safe.unicodeScalars.append(scalar)
            }
        }
        return safe
    }

    /// A client's text as one word of a line: blanks and everything outside printable ASCII are
    /// escaped, and what comes after `bytesMax` bytes is cut off. Empty text becomes `-`.
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

    /// Whether this is a control or format character (marks of writing direction among them) or a
    /// separator of lines.
    package static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7F }
        return switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
