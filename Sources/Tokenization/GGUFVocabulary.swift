/// The tokenizer in a GGUF file's metadata (keys `tokenizer.ggml.*`).
package struct GGUFVocabulary: Sendable {
    /// `model`: "gpt2" is byte-level BPE, "llama" SentencePiece's BPE by scores.
    package var model: String
    /// `pre`: the name of the pre-tokenizer, for "gpt2".
    package var pre: String
    /// `tokens`, by id.
    package var tokens: [String]
    /// `token_type`, by id; empty if absent (all normal).
    package var types: [Int32]
    /// `scores`, by id; needed by "llama".
    package var scores: [Float]
    /// `merges`, "left right", by rank; needed by "gpt2".
    package var merges: [String]
    /// `bos_token_id` and its like.
    package var bos: Int32?
    package var eos: Int32?
    package var unknown: Int32?
    package var eot: Int32?
    /// `add_bos_token`, `add_eos_token`, `add_space_prefix`; nil if the key is absent, which means
    /// llama.cpp's default for the model and `pre`.
    package var addBOS: Bool?
    package var addEOS: Bool?
    package var addSpacePrefix: Bool?

    package init(
        model: String, pre: String = "default", tokens: [String], types: [Int32] = [],
        scores: [Float] = [], merges: [String] = [], bos: Int32? = nil, eos: Int32? = nil,
        unknown: Int32? = nil, eot: Int32? = nil, addBOS: Bool? = nil, addEOS: Bool? = nil,
        addSpacePrefix: Bool? = nil
    ) {
        self.model = model
        self.pre = pre
        self.tokens = tokens
        self.types = types
        self.scores = scores
        self.merges = merges
        self.bos = bos
        self.eos = eos
        self.unknown = unknown
        self.eot = eot
        self.addBOS = addBOS
        self.addEOS = addEOS
        self.addSpacePrefix = addSpacePrefix
    }

    /// `token_type`'s values (GGUF specification, "Vocabulary").
    private enum Kind: Int32 {
        case normal = 1, unknown, control, userDefined, unused, byte
    }

    func definition() throws(TokenizationError) -> TokenizerDefinition {
        guard types.isEmpty || types.count == tokens.count else {
            throw TokenizationError(
                "\(types.count) token types for \(tokens.count) tokens", in: "tokenizer.ggml")
        }
        for (name, id) in [("bos", bos), ("eos", eos), ("unknown", unknown), ("eot", eot)] {
            guard let id else { continue }
            let part = "tokenizer.ggml.\(name)_token_id"
            guard tokens.indices.contains(Int(id)) else {
                throw TokenizationError("id \(id) is no token; there are \(tokens.count)", in: part)
            }
            // Empty texts are not tokens, and ids after the last token mean characters.
            guard !tokens[Int(id)].isEmpty else {
                throw TokenizationError("id \(id) is the token '', which is none", in: part)
            }
        }
        var definition: TokenizerDefinition
        switch model {
        case "gpt2": definition = try byteLevel()
        case "llama": definition = try sentencePieces()
        default:
            throw TokenizationError(
                "'\(model.prefix(64))' is not supported; gpt2 and llama are",
                in: "tokenizer.ggml.model")
        }
        definition.bos = bos
        definition.eos = eos
        definition.eot = eot
        return definition
    }

    private func vocabulary() throws(TokenizationError) -> TokenTable {
        var table = TokenTable(capacity: tokens.count)
        for (id, token) in tokens.enumerated() where !token.isEmpty {
            if let problem = table.insert(token, id: id) {
                throw TokenizationError(problem, in: "tokenizer.ggml.tokens[\(id)]")
            }
        }
        return table
    }

    /// Tokens that are looked for in the text by their spelling: control and user-defined ones.
    private func added() -> [AddedToken] {
        var added: [AddedToken] = []
        for (id, type) in types.enumerated() where !tokens[id].isEmpty {
            let kind = Kind(rawValue: type)
            guard kind == .control || kind == .unknown || kind == .userDefined else { continue }
            added.append(
                AddedToken(
                    id: Int32(id), content: Array(tokens[id].utf8), isSpecial: kind != .userDefined)
            )
        }
        return added
    }

    private func frame(addBOS: Bool) -> (leading: [Int32], trailing: [Int32]) {
        let leading = self.addBOS ?? addBOS ? [bos].compactMap(\.self) : []
        return (leading, addEOS ?? false ? [eos].compactMap(\.self) : [])
    }

    private func byteLevel() throws(TokenizationError) -> TokenizerDefinition {
        let words = try GGUFPreTokenizer(named: pre)
        let vocabulary = try vocabulary()
        var merges = MergeTable(capacity: self.merges.count)
        var scratch: [UInt8] = []
        for (rank, merge) in self.merges.enumerated() {
            if let problem = merges.add(merge, rank, vocabulary, 0, &scratch) {
                throw TokenizationError(problem, in: "tokenizer.ggml.merges[\(rank)]")
            }
        }
        let frame = frame(addBOS: words.addsBOS)
        var steps: [PreTokenizer] = addSpacePrefix == true ? [.prependSpace] : []
        for pattern in words.patterns {
            steps.append(
                .split(
                    try Pattern(oniguruma: pattern, in: "tokenizer.ggml.pre"), .isolated,
                    invert: false))
        }
        return try TokenizerDefinition(
            vocabulary: vocabulary,
            model: .bytePairs(
                BytePairEncoding(
                    vocabulary: vocabulary, merges: merges,
                    symbols: .bytes(ModelFile.byteSymbols(vocabulary)),
                    wholeWords: words.ignoresMerges ? ModelFile.wholeWords(vocabulary, true) : nil,
                    unknown: nil, fusesUnknown: false, byteTokens: nil, prefix: [], suffix: [])),
            added: added(), normalizer: words.isComposed ? .unicode(.nfc) : nil,
            preTokenizers: steps, leading: frame.leading, trailing: frame.trailing,
            decoders: [.byteLevel])
    }

    private func sentencePieces() throws(TokenizationError) -> TokenizerDefinition {
        guard scores.count == tokens.count else {
            throw TokenizationError(
                "\(scores.count) scores for \(tokens.count) tokens", in: "tokenizer.ggml.scores")
        }
        let vocabulary = try vocabulary()
        var builder = ScoredMerges(vocabulary: vocabulary)
        builder.build(scores)
        var model = BytePairEncoding(
            vocabulary: vocabulary, merges: builder.merges, symbols: .characters, wholeWords: nil,
            unknown: unknown, fusesUnknown: false,
            byteTokens: ModelFile.fallbackTokens(vocabulary), prefix: [], suffix: [])
        model.virtualScalars = builder.virtualScalars
        model.virtualBase = builder.virtualBase
        model.cutsAtSpaces = BytePairEncoding.keepsSpacesInFront(vocabulary)
        let mark = BytePairEncoding.spaceMark
        let space = [UInt8(ascii: " ")]
        let addsSpace = addSpacePrefix ?? true
        let frame = frame(addBOS: true)
        return try TokenizerDefinition(
            vocabulary: vocabulary, model: .bytePairs(model), added: added(),
            normalizer: addsSpace
                ? .sequence([.prepend(mark), .replaceText(space, by: mark)])
                : .replaceText(space, by: mark),
            preTokenizers: [], leading: frame.leading, trailing: frame.trailing,
            decoders: [.replaceText(mark, by: space), .byteFallback, .fuse]
                + (addsSpace ? [.strip(content: space, start: 1, stop: 0)] : []))
    }
}

/// The merges of a SentencePiece vocabulary, which lists none. Two symbols merge if their joined
/// text is a token; the token with the highest score is made first.
struct ScoredMerges {
    private let vocabulary: TokenTable
    private(set) var merges = MergeTable(capacity: 1 << 10)
    private(set) var virtualScalars: [[UInt8]] = []
    let virtualBase: Int32

    init(vocabulary: TokenTable) {
        self.vocabulary = vocabulary
        virtualBase = Int32(vocabulary.limit)
    }

    mutating func build(_ scores: [Float]) {
        var missing: Set<[UInt8]> = []
        for id in 0..<vocabulary.limit {
            let token = vocabulary[id]
            forEachScalar(token.span) { start, end in
                let scalar = Array(token.span.extracting(start..<end))
                if vocabulary.id(of: scalar) == nil { missing.insert(scalar) }
            }
        }
        virtualScalars = missing.sorted { $0.lexicographicallyPrecedes($1) }
        var virtualIDs: [[UInt8]: Int32] = [:]
        for (index, scalar) in virtualScalars.enumerated() {
            virtualIDs[scalar] = virtualBase + Int32(index)
        }
        // Equal scores get the same rank, so that the leftmost of them merges first.
        let order = Set(scores.filter(\.isFinite)).sorted(by: >)
        var ranks: [Float: UInt32] = [:]
        for (rank, score) in order.enumerated() { ranks[score] = UInt32(rank) }
        for id in 0..<vocabulary.limit where scores[id].isFinite {
            guard let rank = ranks[scores[id]] else { continue }
            add(Int32(id), rank, virtualIDs)
        }
    }

    /// Adds a merge for each position at which the token splits into two symbols.
    private mutating func add(_ id: Int32, _ rank: UInt32, _ virtualIDs: [[UInt8]: Int32]) {
        let token = vocabulary[Int(id)]
        // Splitting a token takes time proportional to the square of its length, so tokens longer
        // than any word are left out.
        guard token.count <= 512 else { return }
        let span = token.span
        func symbol(_ part: Span<UInt8>) -> Int32? {
            if let id = vocabulary.id(of: part) { return id }
            return part.count <= 4 && !virtualIDs.isEmpty ? virtualIDs[Array(part)] : nil
        }
        var pairs: [(Int32, Int32)] = []
        forEachScalar(span) { start, _ in
            guard start > 0, let left = symbol(span.extracting(0..<start)),
                let right = symbol(span.extracting(start..<span.count))
            else { return }
            pairs.append((left, right))
        }
        for (left, right) in pairs { merges.insert(left, right, rank: rank, result: id) }
    }

    private func forEachScalar(_ text: Span<UInt8>, _ body: (Int, Int) -> Void) {
        var start = 0
        while start < text.count {
            let end = min(start + UTF8Text.length(text[start]), text.count)
            body(start, end)
            start = end
        }
    }
}

extension [UInt8] {
    /// The bytes of a span.
    init(_ span: Span<UInt8>) {
        // SAFETY: the pointer is used inside the closure only.
        self = unsafe span.withUnsafeBufferPointer { unsafe Array($0) }
    }
}
