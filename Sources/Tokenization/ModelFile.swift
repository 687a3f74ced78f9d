import JSON

/// Reads the `model` of a `tokenizer.json`.
enum ModelFile {
    /// `isByteLevel`: whether words reach the model as bytes and not as characters of
    /// `ByteAlphabet`.
    static func read(
        _ model: JSONValue?, isByteLevel: Bool
    ) throws(TokenizationError) -> (TokenTable, TokenizerDefinition.Model) {
        guard let model, model.objectValue != nil else {
            throw TokenizationError("is missing", in: "model")
        }
        let type = model["type"]?.stringValue ?? (model["merges"] != nil ? "BPE" : "unnamed")
        switch type {
        case "BPE":
            let encoding = try bytePairs(model, isByteLevel)
            return (encoding.vocabulary, .bytePairs(encoding))
        case "Unigram":
            let unigram = try unigram(model)
            return (unigram.vocabulary, .unigram(unigram))
        default:
            throw TokenizationError(
                "model type '\(type)' is not supported; BPE and Unigram are", in: "model")
        }
    }

    private static func bytePairs(
        _ model: JSONValue, _ isByteLevel: Bool
    ) throws(TokenizationError) -> BytePairEncoding {
        if let dropout = model["dropout"]?.doubleValue, dropout != 0 {
            throw TokenizationError(
                "dropout \(dropout) makes tokens random; it is for training", in: "model")
        }
        guard let entries = model["vocab"]?.objectValue else {
            throw TokenizationError("is no object of ids by token", in: "model.vocab")
        }
        var vocabulary = TokenTable(capacity: entries.count)
        for (token, value) in entries {
            guard let id = value.integerValue else {
                throw TokenizationError("'\(token.prefix(64))' has no id", in: "model.vocab")
            }
            if let problem = vocabulary.insert(token, id: id) {
                throw TokenizationError("'\(token.prefix(64))': \(problem)", in: "model.vocab")
            }
        }
        let prefix = try affix("continuing_subword_prefix", of: model)
        let suffix = try affix("end_of_word_suffix", of: model)
        let merges = try readMerges(model["merges"], vocabulary, prefixLength: prefix.count)
        let ignoresMerges = try model.flag("ignore_merges", false, "model")
        var encoding = BytePairEncoding(
            vocabulary: vocabulary, merges: merges,
            symbols: isByteLevel ? .bytes(byteSymbols(vocabulary, prefix, suffix)) : .characters,
            wholeWords: ignoresMerges ? wholeWords(vocabulary, isByteLevel) : nil,
            unknown: try unknown(model, vocabulary),
            fusesUnknown: try model.flag("fuse_unk", false, "model"),
            byteTokens: try model.flag("byte_fallback", false, "model")
                ? fallbackTokens(vocabulary) : nil,
            prefix: prefix, suffix: suffix)
        if isByteLevel, !prefix.isEmpty || !suffix.isEmpty {
            throw TokenizationError(
                "affixes of subwords together with a ByteLevel pre-tokenizer are not supported",
                in: "model")
        }
        encoding.cutsAtSpaces =
            !isByteLevel && !ignoresMerges && prefix.isEmpty && suffix.isEmpty
            && BytePairEncoding.keepsSpacesInFront(vocabulary)
        return encoding
    }

    /// The prefix of each piece of a word but the first, or the suffix of its last piece.
    private static func affix(
        _ key: String, of model: JSONValue
    ) throws(TokenizationError) -> [UInt8] {
        let text = model[key]?.stringValue ?? ""
        try JSONValue.checkLength(text, key, "model")
        return Array(text.utf8)
    }

    private static func unknown(
        _ model: JSONValue, _ vocabulary: TokenTable
    ) throws(TokenizationError) -> Int32? {
        guard let token = model["unk_token"]?.stringValue else { return nil }
        guard let id = vocabulary.id(of: token) else {
            throw TokenizationError("'\(token.prefix(64))' is no token", in: "model.unk_token")
        }
        return id
    }

    private static func readMerges(
        _ merges: JSONValue?, _ vocabulary: TokenTable, prefixLength: Int
    ) throws(TokenizationError) -> MergeTable {
        guard let list = merges?.arrayValue else {
            throw TokenizationError("is no list", in: "model.merges")
        }
        var table = MergeTable(capacity: list.count)
        var scratch: [UInt8] = []
        for (rank, merge) in list.enumerated() {
            let problem: String?
            switch merge {
            case .string(let text):
                problem = table.add(text, rank, vocabulary, prefixLength, &scratch)
            case .array(let pair):
                if pair.count == 2, let left = pair[0].stringValue, let right = pair[1].stringValue
                {
                    problem = table.add(
                        left.utf8.span, right.utf8.span, rank, vocabulary, prefixLength, &scratch)
                } else {
                    problem = "is no pair of strings"
                }
            default: problem = "is neither a string nor a pair"
            }
            if let problem { throw TokenizationError(problem, in: "model.merges[\(rank)]") }
        }
        return table
    }

    /// The symbol of each byte: the token whose text is the byte's character.
    static func byteSymbols(
        _ vocabulary: TokenTable, _ prefix: [UInt8] = [], _ suffix: [UInt8] = []
    ) -> [Int32] {
        ByteAlphabet.encodings.map { vocabulary.id(of: $0) ?? -1 }
    }

    /// The tokens `<0x00>` to `<0xFF>`; -1 if there is none.
    static func fallbackTokens(_ vocabulary: TokenTable) -> [Int32] {
        (0..<256).map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return vocabulary.id(of: "<0x\(byte < 16 ? "0" : "")\(digits)>") ?? -1
        }
    }

    /// The tokens by the text they mean, to find words that are tokens.
    static func wholeWords(_ vocabulary: TokenTable, _ isByteLevel: Bool) -> TokenTable {
        guard isByteLevel else { return vocabulary }
        var words = TokenTable(capacity: vocabulary.count)
        for id in 0..<vocabulary.limit where vocabulary.contains(id) {
            guard let bytes = ByteAlphabet.decode(vocabulary[id].span) else { continue }
            // The alphabet is one to one, so no two tokens have the same bytes.
            _ = words.insert(bytes.span, id: id)
        }
        return words
    }

    private static func unigram(_ model: JSONValue) throws(TokenizationError) -> Unigram {
        guard let entries = model["vocab"]?.arrayValue else {
            throw TokenizationError("is no list of tokens and scores", in: "model.vocab")
        }
        var vocabulary = TokenTable(capacity: entries.count)
        var scores: [Double] = []
        for (id, entry) in entries.enumerated() {
            guard let token = entry[0]?.stringValue, let score = entry[1]?.doubleValue,
                score.isFinite
            else { throw TokenizationError("is no token with a score", in: "model.vocab[\(id)]") }
            // Trainers list a special token a second time if their text contains its spelling.
            if let problem = vocabulary.insert(token, id: id, mayRepeat: true) {
                throw TokenizationError(problem, in: "model.vocab[\(id)]")
            }
            scores.append(score)
        }
        var unknown: Int32?
        if let value = model["unk_id"], !value.isNull {
            guard let id = value.integerValue, vocabulary.contains(id) else {
                throw TokenizationError("is no id of a token", in: "model.unk_id")
            }
            unknown = Int32(id)
        }
        return Unigram(
            vocabulary: vocabulary, scores: scores, unknown: unknown,
            byteTokens: try model.flag("byte_fallback", false, "model")
                ? fallbackTokens(vocabulary) : nil)
    }
}

extension MergeTable {
    /// Adds the merge "left right". Returns what is wrong with it, nil if nothing. The left token
    /// may begin with a space.
    mutating func add(
        _ text: String, _ rank: Int, _ vocabulary: TokenTable, _ prefixLength: Int,
        _ scratch: inout [UInt8]
    ) -> String? {
        let bytes = text.utf8.span
        var space = 1
        while space < bytes.count, bytes[space] != UInt8(ascii: " ") { space += 1 }
        guard space + 1 < bytes.count else { return "'\(text.prefix(64))' is no pair of tokens" }
        return add(
            bytes.extracting(0..<space), bytes.extracting(space + 1..<bytes.count), rank,
            vocabulary, prefixLength, &scratch)
    }

    mutating func add(
        _ left: Span<UInt8>, _ right: Span<UInt8>, _ rank: Int, _ vocabulary: TokenTable,
        _ prefixLength: Int, _ scratch: inout [UInt8]
    ) -> String? {
        func missing(_ token: Span<UInt8>) -> String {
            "names '\(token.text.prefix(64))', which the vocabulary lacks"
        }
        guard let leftID = vocabulary.id(of: left) else { return missing(left) }
        guard let rightID = vocabulary.id(of: right) else { return missing(right) }
        guard right.count >= prefixLength else {
            return "'\(right.text)' is shorter than the prefix of subwords"
        }
        scratch.removeAll(keepingCapacity: true)
        for index in left.indices { scratch.append(left[index]) }
        for index in prefixLength..<right.count { scratch.append(right[index]) }
        guard let result = vocabulary.id(of: scratch.span) else { return missing(scratch.span) }
        insert(leftID, rightID, rank: UInt32(rank), result: result, replace: true)
        return nil
    }
}

extension Span<UInt8> {
    /// The bytes as text, for messages.
    fileprivate var text: String {
        String(decoding: indices.map { self[$0] }, as: UTF8.self)
    }
}
