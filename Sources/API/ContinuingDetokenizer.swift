/// A detokenizer that goes on after a prompt. It is fed the prompt's last tokens first, for two
/// reasons: some tokenizers drop a space at the start of a text, and an answer does not start one; and
/// an answer's first character may begin in the prompt. Of the prompt's text it returns only the bytes
/// of such an incomplete character.
package struct ContinuingDetokenizer: TextDetokenizer {
    /// Prompt tokens that an answer's first character may depend on.
    private static let tailTokens = 8

    private var inner: any TextDetokenizer
    /// The prompt's text that `inner` holds back and will give out with the answer's first text.
    private var leftover: [UInt8]

    package init(_ codec: any TextCodec, after prompt: [Int32], skipSpecial: Bool) {
        inner = codec.makeDetokenizer(skipSpecial: skipSpecial)
        for id in prompt.suffix(Self.tailTokens) { _ = inner.append(id) }
        var ended = inner
        let text = ended.finish()
        // An incomplete character is shown as U+FFFD; the answer may complete it.
        leftover = Array(text[..<(text.firstIndex(of: "\u{FFFD}") ?? text.endIndex)].utf8)
    }

    package mutating func append(_ id: Int32) -> String {
        withoutLeftover(inner.append(id))
    }

    package mutating func finish() -> String {
        withoutLeftover(inner.finish())
    }

    private mutating func withoutLeftover(_ text: String) -> String {
        guard !leftover.isEmpty, !text.isEmpty else { return text }
        var count = 0
        for (a, b) in zip(text.utf8, leftover) {
            guard a == b else { break }
            count += 1
        }
        // The prompt's text comes out at once or in pieces; anything else is not the prompt's.
        leftover = count == text.utf8.count ? Array(leftover.dropFirst(count)) : []
        return String(decoding: text.utf8.dropFirst(count), as: UTF8.self)
    }
}
