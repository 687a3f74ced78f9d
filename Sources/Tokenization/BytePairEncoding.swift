/// A byte-pair encoding (arXiv:1508.07909). A word's symbols are merged pair by pair until no pair
/// is in the table: the pair with the lowest rank first, of equal ones the leftmost.
struct BytePairEncoding: Sendable {
    let vocabulary: TokenTable
    let merges: MergeTable
    /// How the bytes or characters of a word become its first symbols.
    let symbols: Symbols
    /// With `ignore_merges`: the words that are tokens by themselves, by their text.
    let wholeWords: TokenTable?
    let unknown: Int32?
    let fusesUnknown: Bool
    /// The tokens `<0x00>` to `<0xFF>`, for characters that no token covers; -1 if there is none.
    let byteTokens: [Int32]?
    let prefix: [UInt8]  // before each symbol but the first (`continuing_subword_prefix`)
    let suffix: [UInt8]  // after the last symbol (`end_of_word_suffix`)
    /// Characters that occur in tokens and are not tokens themselves: symbol `virtualBase + n` is
    /// the nth of them.
    var virtualScalars: [[UInt8]] = []
    var virtualBase = Int32.max
    /// Whether a word may be cut before each `▁` that follows another character, since no merge
    /// crosses such a place.
    var cutsAtSpaces = false

    enum Symbols: Sendable {
        /// The word's bytes. The array has the symbol of each byte, -1 if there is none.
        case bytes([Int32])
        /// The word's characters, looked up in the vocabulary.
        case characters
    }

    /// Words with more symbols than this are merged with a heap; others by repeated passes.
    static let scanMax = 48

    /// Working memory for one word at a time.
    struct Workspace: Sendable {
        var symbols: [Int32] = []
        var links: LinkedMerge = LinkedMerge()
        var merges: [UInt64] = []
    }

    /// Appends a word's tokens.
    func encode(
        _ word: Span<UInt8>, into output: inout [Int32], _ workspace: inout Workspace
    ) {
        if word.isEmpty { return }
        if let whole = wholeWords?.id(of: word) {
            output.append(whole)
            return
        }
        workspace.symbols.removeAll(keepingCapacity: true)
        switch symbols {
        case .bytes(let table): addBytes(word, table, &workspace.symbols)
        case .characters: addCharacters(word, &workspace.symbols)
        }
        if workspace.symbols.count > Self.scanMax {
            workspace.links.merge(&workspace.symbols, merges)
        } else if workspace.symbols.count > 1 {
            scan(&workspace.symbols, &workspace.merges)
        }
        if virtualScalars.isEmpty {
            output.append(contentsOf: workspace.symbols)
        } else {
            for symbol in workspace.symbols { append(symbol, to: &output) }
        }
    }

    /// Merges by passes over all pairs, which is fast if there are few.
    private func scan(_ symbols: inout [Int32], _ pairs: inout [UInt64]) {
        var count = symbols.count
        pairs.removeAll(keepingCapacity: true)
        for index in 1..<count { pairs.append(merges[symbols[index - 1], symbols[index]]) }
        while count > 1 {
            var best = MergeTable.none
            var at = 0
            for index in 0..<count - 1 where pairs[index] >> 32 < best >> 32 {
                best = pairs[index]
                at = index
            }
            if best == MergeTable.none { break }
            symbols[at] = Int32(truncatingIfNeeded: best)
            count -= 1
            var index = at + 1
            while index < count {
                symbols[index] = symbols[index + 1]
                pairs[index - 1] = pairs[index]
                index += 1
            }
            if at + 1 < count { pairs[at] = merges[symbols[at], symbols[at + 1]] }
            if at > 0 { pairs[at - 1] = merges[symbols[at - 1], symbols[at]] }
        }
        symbols.removeLast(symbols.count - count)
    }

    private func addBytes(_ word: Span<UInt8>, _ table: [Int32], _ symbols: inout [Int32]) {
        var pending = false
        for index in word.indices {
            let symbol = table[Int(word[index])]
            if symbol >= 0 {
                flush(&pending, &symbols)
                symbols.append(symbol)
            } else if byteTokens == nil
                || !appendBytes(ByteAlphabet.encodings[Int(word[index])], &symbols)
            {
                addUnknown(&pending, &symbols)
            }
        }
        flush(&pending, &symbols)
    }

    /// Notes an unknown character. If unknown characters in a row become one token, it waits for
    /// the next one; as in `tokenizers`, byte tokens do not end the row.
    private func addUnknown(_ pending: inout Bool, _ symbols: inout [Int32]) {
        guard unknown != nil else { return }
        if !fusesUnknown { flush(&pending, &symbols) }
        pending = true
    }

    private func flush(_ pending: inout Bool, _ symbols: inout [Int32]) {
        if pending, let unknown { symbols.append(unknown) }
        pending = false
    }

    private func addCharacters(_ word: Span<UInt8>, _ symbols: inout [Int32]) {
        var pending = false
        var start = 0
        var text: [UInt8] = []
        while start < word.count {
            let end = min(start + UTF8Text.length(word[start]), word.count)
            text.removeAll(keepingCapacity: true)
            if start > 0 { text.append(contentsOf: prefix) }
            for index in start..<end { text.append(word[index]) }
            if end == word.count { text.append(contentsOf: suffix) }
            if let id = vocabulary.id(of: text.span) ?? virtualSymbol(text) {
                flush(&pending, &symbols)
                symbols.append(id)
            } else if !appendBytes(text, &symbols) {
                addUnknown(&pending, &symbols)
            }
            start = end
        }
        flush(&pending, &symbols)
    }

    /// Appends the byte tokens of a text if there is one for each of its bytes; returns whether it
    /// did.
    private func appendBytes(_ text: [UInt8], _ symbols: inout [Int32]) -> Bool {
        guard let byteTokens, text.allSatisfy({ byteTokens[Int($0)] >= 0 }) else { return false }
        for byte in text { symbols.append(byteTokens[Int(byte)]) }
        return true
    }

    private func virtualSymbol(_ text: [UInt8]) -> Int32? {
        guard !virtualScalars.isEmpty else { return nil }
        // The list is sorted, so this is a binary search.
        var low = 0
        var high = virtualScalars.count
        while low < high {
            let middle = (low + high) / 2
            if virtualScalars[middle].lexicographicallyPrecedes(text) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        guard low < virtualScalars.count, virtualScalars[low] == text else { return nil }
        return virtualBase + Int32(low)
    }

    /// Appends a symbol. A symbol that is not a token becomes its byte tokens, or the unknown
    /// token.
    private func append(_ symbol: Int32, to output: inout [Int32]) {
        guard symbol >= virtualBase else { return output.append(symbol) }
        if !appendBytes(virtualScalars[Int(symbol - virtualBase)], &output), let unknown {
            output.append(unknown)
        }
    }
}

extension BytePairEncoding {
    /// `▁`, which means a space in SentencePiece's vocabularies.
    static let spaceMark: [UInt8] = [0xE2, 0x96, 0x81]

    /// Whether no token contains a `▁` after another character. If so text can be cut before such a
    /// `▁` without changing the merges.
    static func keepsSpacesInFront(_ tokens: TokenTable) -> Bool {
        guard tokens.id(of: spaceMark) != nil else { return false }
        for id in 0..<tokens.limit {
            let token = tokens[id]
            let span = token.span
            for index in 1..<max(span.count, 1) where isCut(span, at: index) { return false }
        }
        return true
    }

    /// Where the word that starts at `start` ends: before the next `▁` that follows another
    /// character.
    func cut(_ text: Span<UInt8>, from start: Int, to end: Int) -> Int {
        let word = text.extracting(start..<end)
        var index = 1
        while index < word.count {
            if word[index] == 0xE2, Self.isCut(word, at: index) { return start + index }
            index += 1
        }
        return end
    }

    private static func isCut(_ text: Span<UInt8>, at index: Int) -> Bool {
        guard isMark(text, at: index) else { return false }
        return index < 3 || !isMark(text, at: index - 3)
    }

    private static func isMark(_ text: Span<UInt8>, at index: Int) -> Bool {
        index + 3 <= text.count && text[index] == 0xE2 && text[index + 1] == 0x96
            && text[index + 2] == 0x81
    }
}
