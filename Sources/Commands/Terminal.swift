import Logs

/// Text that others wrote, fit to be shown on a terminal.
enum Terminal {
    /// The text in one line, with what would move a cursor, hide or reorder text spelled out.
    static func shown(_ text: String) -> String { LogText.oneLine(text) }

    /// The same, cut off if it is longer than a message needs: a file may hold names of any length.
    static func message(_ text: String) -> String {
        let shown = shown(text)
        guard shown.utf8.count > messageBytesMax else { return shown }
        return shown.prefix(messageBytesMax) + "… (\(shown.utf8.count) bytes)"
    }

    private static let messageBytesMax = 4096
}
