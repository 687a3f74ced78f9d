/// Text that others wrote, fit to be shown on a terminal.
enum Terminal {
    /// The text in one line, with what would move a cursor, hide or reorder text spelled out.
    static func shown(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isHidden) else { return text }
        var shown = ""
        for scalar in text.unicodeScalars {
            if isHidden(scalar) {
                shown += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
            } else {
                shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }

    /// The same, cut off where it is longer than a message needs: a file may hold names of any length.
    static func message(_ text: String) -> String {
        let shown = shown(text)
        guard shown.utf8.count > messageBytesMax else { return shown }
        return shown.prefix(messageBytesMax) + "… (\(shown.utf8.count) bytes)"
    }

    private static let messageBytesMax = 4096

    /// Control and format characters, and separators of lines.
    static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7F }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: return true
        default: return false
        }
    }
}
