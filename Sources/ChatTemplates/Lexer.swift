/// Cuts a template into tokens by Jinja's rules, with `trim_blocks` and `lstrip_blocks` on: the
/// line break after a block tag is dropped, and so is the space before a block tag that starts a
/// line. `-` at a tag's border drops all white space there, `+` keeps it.
struct Lexer {
    let source: [Unicode.Scalar]
    var position = 0
    var line = 1
    var tokens: [Token] = []

    /// Whether the last thing read ended a line.
    private var isLineStart = true

    /// Line breaks become `\n`; one at the very end is dropped.
    init(_ text: String) {
        var scalars: [Unicode.Scalar] = []
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            if scalar == "\n", previous == "\r" {
                previous = scalar
                continue
            }
            scalars.append(scalar == "\r" ? "\n" : scalar)
            previous = scalar
        }
        if scalars.last == "\n" { scalars.removeLast() }
        source = scalars
    }

    static func tokens(of text: String) throws(ChatTemplateError) -> [Token] {
        var lexer = Lexer(text)
        while lexer.position < lexer.source.count { try lexer.readText() }
        lexer.append(.end)
        return lexer.tokens
    }

    /// Reads the text up to the next tag, and that tag.
    private mutating func readText() throws(ChatTemplateError) {
        let start = position
        var begin = start
        while begin < source.count, !isTagBegin(begin) { begin += 1 }
        guard begin < source.count else {
            appendText(start..<begin)
            position = begin
            return
        }
        let kind = source[begin + 1]
        let raw = kind == "%" ? rawBegin(at: begin) : nil
        appendText(trimmed(start..<begin, sign: scalar(begin + 2), isVariable: kind == "{"))
        advance(to: begin)
        if let raw {
            advance(to: raw)
            isLineStart = source[raw - 1] == "\n"
            return try readRaw()
        }
        let hasSign = scalar(begin + 2) == "-" || scalar(begin + 2) == "+"
        switch kind {
        case "#":
            advance(to: begin + (hasSign ? 3 : 2))
            try readComment()
        case "{":
            append(.variableBegin)
            advance(to: begin + (hasSign ? 3 : 2))
            try readTag(end: "}")
        default:
            append(.blockBegin)
            advance(to: begin + (hasSign ? 3 : 2))
            try readTag(end: "%")
        }
    }

    private func isTagBegin(_ index: Int) -> Bool {
        guard source[index] == "{", let next = scalar(index + 1) else { return false }
        return next == "%" || next == "{" || next == "#"
    }

    /// The range without the white space that the following tag drops.
    private func trimmed(
        _ range: Range<Int>, sign: Unicode.Scalar?, isVariable: Bool
    ) -> Range<Int> {
        var end = range.upperBound
        if sign == "-" {
            while end > range.lowerBound, source[end - 1].isPythonSpace { end -= 1 }
            return range.lowerBound..<end
        }
        if sign == "+" || isVariable { return range }
        while end > range.lowerBound, source[end - 1] != "\n" {
            guard source[end - 1].isPythonSpace else { return range }
            end -= 1
        }
        let reachesLineStart = end > range.lowerBound || isLineStart
        return reachesLineStart ? range.lowerBound..<end : range
    }

    private mutating func readComment() throws(ChatTemplateError) {
        let start = position
        var end = start
        while end < source.count, !(source[end] == "#" && scalar(end + 1) == "}") { end += 1 }
        guard end < source.count else {
            throw .syntax(line: line, message: "the comment has no '#}'")
        }
        let sign = end > start ? source[end - 1] : nil
        finishTag(at: end + 2, sign: sign, trimsLine: true)
    }

    /// Reads everything up to `{% endraw %}` as text.
    private mutating func readRaw() throws(ChatTemplateError) {
        let start = position
        for begin in start..<source.count
        where source[begin] == "{" && scalar(begin + 1) == "%" {
            guard let (end, endSign) = tagEnd(word: "endraw", at: begin) else { continue }
            let range = trimmed(start..<begin, sign: scalar(begin + 2), isVariable: false)
            appendText(range)
            return finishTag(at: end, sign: endSign, trimsLine: true)
        }
        throw .syntax(line: line, message: "'raw' has no 'endraw'")
    }

    /// If `{% raw %}` is at `begin`: where the text after it starts.
    private func rawBegin(at begin: Int) -> Int? {
        guard let (end, sign) = tagEnd(word: "raw", at: begin), sign != "+" else { return nil }
        return sign == "-" ? skipSpace(from: end) : end
    }

    /// If the block tag at `begin` holds just `word`: where the tag ends, and the `-` or `+` at its
    /// end.
    private func tagEnd(
        word: String, at begin: Int
    ) -> (end: Int, sign: Unicode.Scalar?)? {
        var index = begin + 2
        if scalar(index) == "-" || scalar(index) == "+" { index += 1 }
        index = skipSpace(from: index)
        for letter in word.unicodeScalars {
            guard scalar(index) == letter else { return nil }
            index += 1
        }
        index = skipSpace(from: index)
        var sign: Unicode.Scalar?
        if let found = scalar(index), found == "-" || found == "+" {
            sign = found
            index += 1
        }
        guard scalar(index) == "%", scalar(index + 1) == "}" else { return nil }
        return (index + 2, sign)
    }

    /// Moves past a tag that ends at `end`, and past the white space that it drops.
    mutating func finishTag(at end: Int, sign: Unicode.Scalar?, trimsLine: Bool) {
        var next = end
        if sign == "-" {
            next = skipSpace(from: end)
        } else if sign != "+", trimsLine, scalar(end) == "\n" {
            next = end + 1
        }
        advance(to: next)
        isLineStart = next > 0 && source[next - 1] == "\n"
    }

    func skipSpace(from start: Int) -> Int {
        var index = start
        while let scalar = scalar(index), scalar.isPythonSpace { index += 1 }
        return index
    }

    func scalar(_ index: Int) -> Unicode.Scalar? {
        index < source.count ? source[index] : nil
    }

    func text(_ range: Range<Int>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: source[range])
        return String(text)
    }

    /// Moves to `end` and counts the lines passed.
    mutating func advance(to end: Int) {
        while position < end {
            if source[position] == "\n" { line += 1 }
            position += 1
        }
    }

    mutating func append(_ kind: Token.Kind) {
        tokens.append(Token(kind: kind, line: line))
    }

    private mutating func appendText(_ range: Range<Int>) {
        if !range.isEmpty { append(.text(text(range))) }
        position = range.lowerBound
        advance(to: range.upperBound)
    }
}
