// `wordwrap`: breaks text into lines of a width, as Python's `textwrap` does.
extension Interpreter {
    func wrapped(
        _ value: Value, _ arguments: inout Arguments
    ) throws(ChatTemplateError) -> Value {
        let width = try arguments.integer("width") ?? 79
        let breaksLongWords = arguments.flag("break_long_words") ?? true
        let separator = try arguments.text("wrapstring") ?? "\n"
        let breaksOnHyphens = arguments.flag("break_on_hyphens") ?? true
        try arguments.finish("wordwrap")
        guard let text = value.text else {
            if case .undefined(let missing) = value { throw .fault(missing.message) }
            throw .fault("'wordwrap' needs text, not \(value.typeName)")
        }
        try budget.makeList(text.utf8.count)  // there are no more pieces and lines than bytes
        var lines: [String] = []
        for line in PythonText.lines(text) {
            guard width > 0 else { throw .fault("invalid width \(width) (must be > 0)") }
            var wrapping = Wrapping(
                line, width: width, breaksLongWords: breaksLongWords,
                breaksOnHyphens: breaksOnHyphens)
            let pieces = wrapping.lines()
            lines += pieces.isEmpty ? [""] : pieces
        }
        try budget.makeText(separator.utf8.count, times: lines.count)
        try budget.makeText(text.utf8.count + separator.utf8.count * lines.count)
        return .string(lines.joined(separator: separator))
    }
}

/// Breaks one line of text.
struct Wrapping {
    private let scalars: [Unicode.Scalar]
    private let width: Int
    private let breaksLongWords: Bool
    private let breaksOnHyphens: Bool
    /// The rest of the line, in order: words, parts of words and white space.
    private var chunks: ArraySlice<Range<Int>> = []

    init(_ text: String, width: Int, breaksLongWords: Bool, breaksOnHyphens: Bool) {
        scalars = Array(text.unicodeScalars)
        self.width = width
        self.breaksLongWords = breaksLongWords
        self.breaksOnHyphens = breaksOnHyphens
        var chunks: [Range<Int>] = []
        var start = 0
        while start < scalars.count {
            let end = chunkEnd(from: start)
            chunks.append(start..<end)
            start = end
        }
        self.chunks = chunks[...]
    }

    /// The broken lines. White space at a break is dropped.
    mutating func lines() -> [String] {
        var lines: [String] = []
        while let first = chunks.first {
            if isBlank(first), !lines.isEmpty { chunks.removeFirst() }
            var line: [Range<Int>] = []
            var length = 0
            while let next = chunks.first, next.count <= width - length {
                line.append(next)
                length += next.count
                chunks.removeFirst()
            }
            if let next = chunks.first, next.count > width {
                breakWord(next, space: width - length, &line)
            }
            if let last = line.last, isBlank(last) { line.removeLast() }
            if !line.isEmpty { lines.append(line.map(text).joined()) }
        }
        return lines
    }

    /// Puts the first part of a word that is longer than a line onto this line.
    private mutating func breakWord(_ word: Range<Int>, space: Int, _ line: inout [Range<Int>]) {
        guard breaksLongWords else {
            if line.isEmpty { line.append(chunks.removeFirst()) }
            return
        }
        var end = word.lowerBound + space
        if breaksOnHyphens, let hyphen = scalars[word.lowerBound..<end].lastIndex(of: "-"),
            scalars[word.lowerBound..<hyphen].contains(where: { $0 != "-" })
        {
            end = hyphen + 1
        }
        line.append(word.lowerBound..<end)
        chunks[chunks.startIndex] = end..<word.upperBound
    }

    private func text(_ range: Range<Int>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars[range])
        return String(text)
    }

    /// Nothing, or white space as `str.strip` sees it.
    private func isBlank(_ range: Range<Int>) -> Bool {
        scalars[range].allSatisfy(\.isPythonSpace)
    }

    // MARK: Chunks

    /// Where the chunk that begins at `start` ends: white space, a word's part up to a hyphen, a
    /// dash between words, or a word.
    private func chunkEnd(from start: Int) -> Int {
        if isSpace(start) {
            return scalars[start...].firstIndex { !Self.spaces.contains($0) } ?? scalars.count
        }
        guard breaksOnHyphens else { return wordEnd(from: start) }
        if let end = dashEnd(at: start) { return end }
        var end = start + 1
        while end < scalars.count, !isSpace(end) {
            if isHyphenBreak(end) { return end + 1 }
            if dashEnd(at: end) != nil { return end }
            end += 1
        }
        return end
    }

    private func wordEnd(from start: Int) -> Int {
        scalars[start...].firstIndex { Self.spaces.contains($0) } ?? scalars.count
    }

    private static let spaces: Set<Unicode.Scalar> = ["\t", "\n", "\u{0B}", "\u{0C}", "\r", " "]

    private func isSpace(_ index: Int) -> Bool { Self.spaces.contains(scalars[index]) }

    /// If two or more hyphens between words start at `index`: where they end.
    private func dashEnd(at index: Int) -> Int? {
        guard index > 0, scalars[index] == "-",
            scalars[index - 1].isPythonWord
                || "!\"'&.,?".unicodeScalars.contains(scalars[index - 1])
        else { return nil }
        let end = scalars[index...].firstIndex { $0 != "-" } ?? scalars.count
        return end - index >= 2 && end < scalars.count && scalars[end].isPythonWord ? end : nil
    }

    /// Whether a hyphen at `index` ends a part of a word: two letters, or a letter, a hyphen and a
    /// letter before it, and two letters, maybe with a hyphen between them, after it.
    private func isHyphenBreak(_ index: Int) -> Bool {
        func isLetter(_ index: Int) -> Bool {
            scalars.indices.contains(index) && scalars[index].isPythonWord
                && scalars[index].properties.numericType != .decimal
        }
        func isHyphen(_ index: Int) -> Bool {
            scalars.indices.contains(index) && scalars[index] == "-"
        }
        guard isHyphen(index), isLetter(index - 1), isLetter(index + 1) else { return false }
        return (isLetter(index - 2) || (isHyphen(index - 2) && isLetter(index - 3)))
            && (isLetter(index + 2) || (isHyphen(index + 2) && isLetter(index + 3)))
    }
}
