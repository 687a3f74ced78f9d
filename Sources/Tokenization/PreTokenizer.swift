/// A step that cuts text into words, which the model encodes one by one.
enum PreTokenizer: Sendable {
    case split(Pattern, SplitBehavior, invert: Bool)
    /// Adds a space before each word that does not begin with one.
    case prependSpace
    /// Each byte becomes its character of `ByteAlphabet`.
    case byteAlphabet
    /// Spaces become `replacement`, and one is added at the beginning as the scheme says.
    case metaspace(replacement: [UInt8], PrependScheme)

    enum PrependScheme: Sendable { case first, always, never }

    func apply(to words: inout Words, _ state: MatchState) {
        switch self {
        case .split(let pattern, let behavior, let invert):
            words.split(pattern, behavior, invert, state)
        case .prependSpace:
            words.rewrite { text, word, _, output in
                if text[word.start] != UInt8(ascii: " ") { output.append(UInt8(ascii: " ")) }
                output.append(contentsOf: text[word.start..<word.end])
            }
        case .byteAlphabet:
            words.rewrite { text, word, _, output in
                for byte in text[word.start..<word.end] {
                    output.append(contentsOf: ByteAlphabet.encodings[Int(byte)])
                }
            }
        case .metaspace(let replacement, let scheme):
            words.rewrite { text, word, isFirst, output in
                let begins =
                    text[word.start..<word.end].starts(with: replacement)
                    || text[word.start] == UInt8(ascii: " ")
                if !begins, scheme == .always || scheme == .first && isFirst {
                    output.append(contentsOf: replacement)
                }
                for byte in text[word.start..<word.end] {
                    if byte == UInt8(ascii: " ") {
                        output.append(contentsOf: replacement)
                    } else {
                        output.append(byte)
                    }
                }
            }
        }
    }
}

/// What is done with the matches of a `split`.
enum SplitBehavior: String, Sendable {
    case removed = "Removed"
    case isolated = "Isolated"
    case mergedWithPrevious = "MergedWithPrevious"
    case mergedWithNext = "MergedWithNext"
    case contiguous = "Contiguous"
}

/// A text that passes through the pre-tokenizers: its bytes, and the ranges of its words.
struct Words: Sendable {
    /// The number of zeros after the text, so that short words can be loaded at once.
    static let padding = WordCache.wordBytesMax

    struct Word: Sendable {
        var start: Int
        var end: Int
    }

    private struct Run: Sendable {
        var start: Int
        var end: Int
        var isMatch: Bool
    }

    /// UTF-8, then `padding` zeros.
    private(set) var text: [UInt8] = []
    private(set) var words: [Word] = []
    /// How many bytes come from the first character of the whole text. A word that starts within
    /// them counts as beginning where the text does.
    private var head = 0
    private var spareText: [UInt8] = []
    private var spareWords: [Word] = []
    private var runs: [Run] = []

    /// Replaces the text by one word, `bytes`. Its first `head` bytes come from the first character
    /// of the whole text.
    mutating func load(_ bytes: Span<UInt8>, head: Int) {
        self.head = head
        text.removeAll(keepingCapacity: true)
        // SAFETY: the pointer is used inside the closure only.
        unsafe bytes.withUnsafeBufferPointer { unsafe text.append(contentsOf: $0) }
        words.removeAll(keepingCapacity: true)
        if !text.isEmpty { words.append(Word(start: 0, end: text.count)) }
        pad()
    }

    private mutating func pad() {
        for _ in 0..<Self.padding { text.append(0) }
    }

    /// Rewrites each word. `body` gets the old text, one of its words, and whether the word begins
    /// where the whole text does, and appends the new word. It must work from left to right, so
    /// that only a word's beginning determines the new word's beginning.
    mutating func rewrite(_ body: ([UInt8], Word, Bool, inout [UInt8]) -> Void) {
        swap(&text, &spareText)
        text.removeAll(keepingCapacity: true)
        let oldHead = head
        head = 0
        for index in words.indices {
            let start = text.count
            let word = words[index]
            let isFirst = word.start < oldHead
            if isFirst {
                body(spareText, Word(start: word.start, end: min(word.end, oldHead)), true, &text)
                head = text.count
                text.removeLast(head - start)
            }
            body(spareText, word, isFirst, &text)
            words[index].start = start
            words[index].end = text.count
        }
        words.removeAll { $0.start == $0.end }
        pad()
    }

    mutating func split(
        _ pattern: Pattern, _ behavior: SplitBehavior, _ invert: Bool, _ state: MatchState
    ) {
        swap(&words, &spareWords)
        words.removeAll(keepingCapacity: true)
        for index in spareWords.indices {
            let word = spareWords[index]
            if behavior == .isolated {
                isolate(word, pattern, state)
            } else {
                collect(word, pattern, invert, state)
                join(behavior)
            }
        }
    }

    private mutating func append(_ start: Int, _ end: Int) {
        guard start < end else { return }
        words.append(Word(start: start, end: end))
    }

    /// Makes words of the matches and of what is between them.
    private mutating func isolate(_ word: Word, _ pattern: Pattern, _ state: MatchState) {
        var position = word.start
        var found = [Word]()
        swap(&found, &words)
        // SAFETY: a word lies inside the text.
        _ = unsafe text.withUnsafeBufferPointer { text in
            unsafe pattern.forEachMatch(in: text, word.start..<word.end, state) { start, end in
                if position < start { found.append(Word(start: position, end: start)) }
                if start < end { found.append(Word(start: start, end: end)) }
                position = end
            }
        }
        swap(&found, &words)
        append(position, word.end)
    }

    /// Fills `runs` with the matches and what is between them.
    private mutating func collect(
        _ word: Word, _ pattern: Pattern, _ invert: Bool, _ state: MatchState
    ) {
        var found = [Run]()
        swap(&found, &runs)
        found.removeAll(keepingCapacity: true)
        var position = word.start
        // SAFETY: a word lies inside the text.
        _ = unsafe text.withUnsafeBufferPointer { text in
            unsafe pattern.forEachMatch(in: text, word.start..<word.end, state) { start, end in
                if position < start {
                    found.append(Run(start: position, end: start, isMatch: invert))
                }
                found.append(Run(start: start, end: end, isMatch: !invert))
                position = end
            }
        }
        if position < word.end {
            found.append(Run(start: position, end: word.end, isMatch: invert))
        }
        swap(&found, &runs)
    }

    /// Makes words of `runs`.
    private mutating func join(_ behavior: SplitBehavior) {
        var index = 0
        while index < runs.count {
            let first = runs[index]
            var end = first.end
            index += 1
            switch behavior {
            case .isolated: break
            case .removed: if first.isMatch { continue }
            case .contiguous:
                while index < runs.count, runs[index].isMatch == first.isMatch {
                    end = runs[index].end
                    index += 1
                }
            case .mergedWithPrevious:
                if !first.isMatch, index < runs.count, runs[index].isMatch {
                    end = runs[index].end
                    index += 1
                }
            case .mergedWithNext:
                if first.isMatch, index < runs.count, !runs[index].isMatch {
                    end = runs[index].end
                    index += 1
                }
            }
            append(first.start, end)
        }
    }
}
