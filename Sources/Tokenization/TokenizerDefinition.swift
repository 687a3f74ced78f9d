/// All parts of a tokenizer, checked and ready, independent of the kind of file they came from.
struct TokenizerDefinition: Sendable {
    enum Model: Sendable {
        case bytePairs(BytePairEncoding)
        case unigram(Unigram)
    }

    /// The model's own tokens.
    let vocabulary: TokenTable
    let model: Model
    /// Every added token by its id.
    let added: [Int32: AddedToken]
    /// The largest id of all tokens, plus one.
    let size: Int
    let addedIDs: [[UInt8]: Int32]
    /// Special tokens, and other tokens of the vocabulary with the spelling of one.
    let specialIDs: Set<Int32>
    /// Finds added tokens in the original text, and in the normalized text.
    let rawMatcher: AddedTokenMatcher
    let normalizedMatcher: AddedTokenMatcher
    let normalizer: Normalizer?
    let preTokenizers: [PreTokenizer]
    /// The tokens that the post-processor puts before and after a text.
    let leading: [Int32]
    let trailing: [Int32]
    let decoders: [Decoder]
    var bos: Int32?
    var eos: Int32?
    var eot: Int32?

    init(
        vocabulary: TokenTable, model: Model, added tokens: [AddedToken], normalizer: Normalizer?,
        preTokenizers: [PreTokenizer], leading: [Int32], trailing: [Int32], decoders: [Decoder]
    ) throws(TokenizationError) {
        try Growth.check(
            (normalizer?.growth ?? []) + preTokenizers.map(\.growth),
            in: "normalizer and pre_tokenizer")
        try Growth.check(decoders.map(\.growth), in: "decoder")
        self.vocabulary = vocabulary
        self.model = model
        self.normalizer = normalizer
        self.preTokenizers = preTokenizers
        self.leading = leading
        self.trailing = trailing
        self.decoders = decoders
        var added: [Int32: AddedToken] = [:]
        var addedIDs: [[UInt8]: Int32] = [:]
        var raw = AddedTokenMatcher()
        var normalized = AddedTokenMatcher()
        let state = MatchState()
        for token in tokens {
            try Self.check(token, vocabulary, added, addedIDs)
            var token = token
            addedIDs[token.content] = token.id
            var spelling = token.content
            if token.isNormalized {
                normalizer?.apply(&spelling, state)
                normalized.insert(token, spelling: spelling)
            } else {
                raw.insert(token, spelling: spelling)
            }
            token.text = spelling
            added[token.id] = token
        }
        self.added = added
        specialIDs = Self.specialIDs(added, vocabulary)
        size = max(vocabulary.limit, Int((added.keys.max() ?? -1) + 1))
        self.addedIDs = addedIDs
        rawMatcher = raw
        normalizedMatcher = normalized
    }

    private static func specialIDs(
        _ added: [Int32: AddedToken], _ vocabulary: TokenTable
    ) -> Set<Int32> {
        let special = added.values.filter(\.isSpecial)
        let contents = Set(special.map(\.content))
        return Set(special.map(\.id)).union(
            vocabulary.repeated.filter { contents.contains(Array(vocabulary[Int($0)])) })
    }

    private static func check(
        _ token: AddedToken, _ vocabulary: TokenTable, _ added: [Int32: AddedToken],
        _ addedIDs: [[UInt8]: Int32]
    ) throws(TokenizationError) {
        let part = "added token '\(String(decoding: token.content.prefix(64), as: UTF8.self))'"
        guard token.id >= 0, Int(token.id) < TokenTable.idLimit else {
            throw TokenizationError("id \(token.id) is outside 0..<\(TokenTable.idLimit)", in: part)
        }
        guard token.content.count <= AddedTokenMatcher.contentBytesMax else {
            throw TokenizationError(
                "longer than \(AddedTokenMatcher.contentBytesMax) bytes", in: part)
        }
        if let other = vocabulary.id(of: token.content), other != token.id {
            throw TokenizationError(
                "has id \(token.id), but the model's vocabulary gives it id \(other)", in: part)
        }
        if vocabulary.contains(Int(token.id)),
            vocabulary[Int(token.id)] != token.content[...]
        {
            throw TokenizationError(
                "id \(token.id) belongs to another token of the model's vocabulary", in: part)
        }
        if let other = added[token.id] {
            throw TokenizationError(
                "id \(token.id) is also that of '\(String(decoding: other.content, as: UTF8.self))'",
                in: part)
        }
        if let other = addedIDs[token.content] {
            throw TokenizationError("given the ids \(other) and \(token.id)", in: part)
        }
    }

    /// The text of a token as spelled in the vocabulary; of an added token the form that is looked
    /// for.
    func token(_ id: Int32) -> ArraySlice<UInt8>? {
        if let token = added[id] { return token.text[...] }
        return vocabulary.contains(Int(id)) ? vocabulary[Int(id)] : nil
    }

    func id(of token: String) -> Int32? {
        addedIDs[Array(token.utf8)] ?? vocabulary.id(of: token)
    }
}
