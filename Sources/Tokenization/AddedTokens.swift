/// A token that is looked for in the text by its spelling, before the model sees the rest.
struct AddedToken: Sendable {
    let id: Int32
    /// Its UTF-8. Swift's strings would compare é and e with a combining accent as equal.
    let content: [UInt8]
    var isSpecial = false
    /// Whether the token includes the white space before (left) or after (right) it.
    var stripsLeft = false
    var stripsRight = false
    /// Whether it is found only if no letter, digit or the like is next to it.
    var isSingleWord = false
    /// Whether it is looked for in the normalized text, by its own normalized form.
    var isNormalized = false
    /// The text it decodes to: the form that is looked for.
    var text: [UInt8] = []
}

/// Finds added tokens in a text: the leftmost first, and of those with the same start the longest.
struct AddedTokenMatcher: Sendable {
    /// The most bytes of an added token. It bounds the work at each position of a text.
    static let contentBytesMax = 4096

    /// A part of the text: a token, or text between tokens.
    struct Fragment: Sendable {
        let range: Range<Int>
        let token: Int32?
    }

    private var tokens: [AddedToken] = []
    private var trie = ByteTrie()  // to the tokens' indices
    private var pairs = [Bool](repeating: false, count: 1 << 16)  // which first two bytes occur

    var isEmpty: Bool { tokens.isEmpty }

    /// Adds a token that is spelled `spelling`. If there are two with one spelling the first stays.
    mutating func insert(_ token: AddedToken, spelling: [UInt8]) {
        guard let first = spelling.first, trie.insert(spelling, index: Int32(tokens.count)) else {
            return
        }
        tokens.append(token)
        let row = Int(first) << 8
        if spelling.count > 1 {
            pairs[row | Int(spelling[1])] = true
        } else {
            for second in 0..<256 { pairs[row | second] = true }
        }
    }

    /// Cuts the text at its tokens. `special` says whether special tokens count.
    func split(_ text: Span<UInt8>, special: Bool) -> [Fragment] {
        var fragments: [Fragment] = []
        var position = 0  // everything before it is in fragments already
        var index = 0
        while index < text.count {
            guard let match = longest(text, at: index) else {
                index += 1
                continue
            }
            let token = tokens[match.token]
            var range = index..<match.end
            index = match.end
            if token.isSpecial, !special { continue }
            if token.isSingleWord, isBesideWord(text, range) { continue }
            if token.stripsLeft {
                range =
                    leftmostSpace(text, from: position, before: range.lowerBound)..<range.upperBound
            }
            if token.stripsRight {
                range = range.lowerBound..<rightmostSpace(text, from: range.upperBound)
            }
            if position < range.lowerBound {
                fragments.append(Fragment(range: position..<range.lowerBound, token: nil))
            }
            fragments.append(Fragment(range: range, token: token.id))
            position = range.upperBound
        }
        if position < text.count {
            fragments.append(Fragment(range: position..<text.count, token: nil))
        }
        return fragments
    }

    private func longest(_ text: Span<UInt8>, at start: Int) -> (token: Int, end: Int)? {
        let second = start + 1 < text.count ? Int(text[start + 1]) : 0
        guard !tokens.isEmpty, pairs[Int(text[start]) << 8 | second] || start + 1 == text.count
        else {
            return nil
        }
        var best: (token: Int, end: Int)?
        var node = ByteTrie.root
        var index = start
        while index < text.count, let child = trie.child(of: node, text[index]) {
            node = child
            index += 1
            if trie.end(at: node) >= 0 { best = (Int(trie.end(at: node)), index) }
        }
        return best
    }

    private func isBesideWord(_ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        if range.lowerBound > 0 {
            let start = start(of: range.lowerBound, text)
            if UTF8Text.scalar(text, at: start).scalar.isWordCharacter { return true }
        }
        return range.upperBound < text.count
            && UTF8Text.scalar(text, at: range.upperBound).scalar.isWordCharacter
    }

    /// Where the character before `end` starts.
    private func start(of end: Int, _ text: Span<UInt8>) -> Int {
        var start = end - 1
        while start > 0, text[start] & 0xC0 == 0x80 { start -= 1 }
        return start
    }

    /// Where the white space before `end` begins, at the earliest `from`; what is before belongs to
    /// other tokens.
    private func leftmostSpace(_ text: Span<UInt8>, from: Int, before end: Int) -> Int {
        var position = end
        while position > from {
            let start = start(of: position, text)
            guard UTF8Text.scalar(text, at: start).scalar.properties.isWhitespace else { break }
            position = start
        }
        return position
    }

    private func rightmostSpace(_ text: Span<UInt8>, from start: Int) -> Int {
        var position = start
        while position < text.count {
            let (scalar, length) = UTF8Text.scalar(text, at: position)
            guard scalar.properties.isWhitespace else { break }
            position += length
        }
        return position
    }
}

extension Unicode.Scalar {
    /// `\w` of Unicode's regular expressions (UTS #18, annex C).
    var isWordCharacter: Bool {
        if properties.isAlphabetic || properties.isJoinControl { return true }
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation:
            return true
        default: return false
        }
    }
}
