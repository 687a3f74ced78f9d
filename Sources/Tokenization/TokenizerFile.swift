import JSON

/// Reads `tokenizer.json` (the `tokenizers` package's format) with `tokenizer_config.json`.
enum TokenizerFile {
    static func read(
        _ file: JSONValue, _ configuration: JSONValue?
    ) throws(TokenizationError) -> TokenizerDefinition {
        guard file.objectValue != nil else {
            throw TokenizationError("is no object; is it a tokenizer.json?", in: "tokenizer.json")
        }
        let steps = try PreTokenizerFile.read(file["pre_tokenizer"])
        let (vocabulary, model) = try ModelFile.read(file["model"], isByteLevel: steps.isByteLevel)
        let added = try addedTokens(file["added_tokens"], configuration, vocabulary)
        let normalizer = try NormalizerFile.read(file["normalizer"], part: "normalizer")
        var frame = PostProcessorFile.Frame()
        try PostProcessorFile.read(file["post_processor"], part: "post_processor", &frame)
        var ids: [[UInt8]: Int32] = [:]
        for token in added { ids[token.content] = token.id }
        func special(_ key: String) -> Int32? {
            let value = configuration?[key]
            guard let content = value?.stringValue ?? value?["content"]?.stringValue else {
                return nil
            }
            return ids[Array(content.utf8)] ?? vocabulary.id(of: content)
        }
        // If the post-processor is not a template, files of the Llama family leave BOS and EOS to
        // the configuration.
        if !frame.hasTemplate {
            if configuration?["add_bos_token"]?.boolValue == true, let bos = special("bos_token") {
                frame.leading = [bos]
            }
            if configuration?["add_eos_token"]?.boolValue == true, let eos = special("eos_token") {
                frame.trailing = [eos]
            }
        }
        for id in frame.leading + frame.trailing
        where !vocabulary.contains(Int(id)) && !added.contains(where: { $0.id == id }) {
            throw TokenizationError("id \(id) is no token", in: "post_processor")
        }
        var definition = try TokenizerDefinition(
            vocabulary: vocabulary, model: model, added: added, normalizer: normalizer,
            preTokenizers: steps.steps, leading: frame.leading, trailing: frame.trailing,
            decoders: try DecoderFile.read(file["decoder"]))
        definition.bos = special("bos_token")
        definition.eos = special("eos_token")
        return definition
    }

    /// The tokens of `added_tokens`, and those that only the configuration's `added_tokens_decoder`
    /// has.
    private static func addedTokens(
        _ list: JSONValue?, _ configuration: JSONValue?, _ vocabulary: TokenTable
    ) throws(TokenizationError) -> [AddedToken] {
        var tokens: [AddedToken] = []
        var contents: Set<[UInt8]> = []
        for (index, value) in (list?.arrayValue ?? []).enumerated() {
            let part = "added_tokens[\(index)]"
            guard let id = value["id"]?.integerValue else {
                throw TokenizationError("has no integer 'id'", in: part)
            }
            let token = try addedToken(value, id: id, part: part)
            contents.insert(token.content)
            tokens.append(token)
        }
        guard let later = configuration?["added_tokens_decoder"]?.objectValue else { return tokens }
        for (key, value) in later {
            let part = "tokenizer_config.json, added_tokens_decoder['\(key.prefix(32))']"
            guard let id = Int(key) else { throw TokenizationError("the key is no id", in: part) }
            let token = try addedToken(value, id: id, part: part)
            if contents.insert(token.content).inserted { tokens.append(token) }
        }
        return tokens
    }

    private static func addedToken(
        _ value: JSONValue, id: Int, part: String
    ) throws(TokenizationError) -> AddedToken {
        guard let content = value["content"]?.stringValue, !content.isEmpty else {
            throw TokenizationError("has no 'content'", in: part)
        }
        guard let id = Int32(exactly: id), id >= 0 else {
            throw TokenizationError("id \(id) is out of range", in: part)
        }
        func flag(_ key: String) -> Bool { value[key]?.boolValue ?? false }
        let isSpecial = flag("special")
        return AddedToken(
            id: id, content: Array(content.utf8), isSpecial: isSpecial, stripsLeft: flag("lstrip"),
            stripsRight: flag("rstrip"), isSingleWord: flag("single_word"),
            isNormalized: value["normalized"]?.boolValue ?? !isSpecial)
    }
}

extension JSONValue {
    /// The `type` of a component. If it is missing the error says where.
    func componentType(_ part: String) throws(TokenizationError) -> String {
        guard let type = self["type"]?.stringValue else {
            throw TokenizationError("has no 'type'", in: part)
        }
        return type
    }

    /// A boolean member; `fallback` if it is absent or null.
    func flag(_ key: String, _ fallback: Bool, _ part: String) throws(TokenizationError) -> Bool {
        guard let value = self[key], !value.isNull else { return fallback }
        guard let flag = value.boolValue else {
            throw TokenizationError("'\(key)' is no boolean", in: part)
        }
        return flag
    }

    /// A string member that must be there.
    func text(_ key: String, _ part: String) throws(TokenizationError) -> String {
        guard let text = self[key]?.stringValue else {
            throw TokenizationError("'\(key)' is no string", in: part)
        }
        return text
    }

    /// The most components of one kind in a file, including those of nested sequences. Each may be
    /// a pattern, and trying a pattern takes milliseconds.
    private static let componentsMax = 64

    /// Throws if `count` components leave no room for another.
    static func checkComponents(_ count: Int, _ part: String) throws(TokenizationError) {
        guard count <= componentsMax else {
            throw TokenizationError("has more than \(componentsMax) components", in: part)
        }
    }

    /// The most bytes of a text that is searched for, or inserted, at every position of another.
    private static let pieceBytesMax = 4096

    /// Throws if `text`, the value of `key`, has more than `pieceBytesMax` bytes.
    static func checkLength(
        _ text: String, _ key: String, _ part: String
    ) throws(TokenizationError) {
        guard text.utf8.count <= pieceBytesMax else {
            throw TokenizationError(
                "'\(key)' has \(text.utf8.count) bytes; at most \(pieceBytesMax)", in: part)
        }
    }

    /// The text that a `Replace` searches for; nil if it is a regular expression or empty.
    func replacedText(_ part: String) throws(TokenizationError) -> [UInt8]? {
        guard let text = self["pattern"]?["String"]?.stringValue, !text.isEmpty else { return nil }
        try Self.checkLength(text, "pattern", part)
        return Array(text.utf8)
    }

    /// The components of a `Sequence`, up to a bound.
    func components(_ key: String, _ part: String) throws(TokenizationError) -> [JSONValue] {
        guard let list = self[key]?.arrayValue else {
            throw TokenizationError("'\(key)' is no list", in: part)
        }
        guard list.count <= Self.componentsMax else {
            throw TokenizationError(
                "'\(key)' has \(list.count) entries; at most \(Self.componentsMax)", in: part)
        }
        return list
    }
}
