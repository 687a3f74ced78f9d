import JSON

/// Reads the `pre_tokenizer` of a `tokenizer.json` into a flat list of steps.
struct PreTokenizerFile {
    /// GPT-2's pattern for words (Radford et al. 2019, `encoder.py`), which ByteLevel uses.
    static let gpt2 =
        "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"
    private static let word = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}"
    /// Punctuation of Unicode 8, the version that `tokenizers` uses here, and ASCII's symbols.
    private static let punctuation =
        "(?![\\x{61D}\\x{9FD}\\x{A76}\\x{C77}\\x{C84}\\x{1B4E}\\x{1B4F}\\x{1B7D}-\\x{1B7F}"
        + "\\x{2E43}-\\x{2E5D}\\x{10D6E}\\x{10EAD}\\x{10F55}-\\x{10F59}\\x{10F86}-\\x{10F89}"
        + "\\x{113D4}-\\x{113D8}\\x{1144B}-\\x{1145D}\\x{11660}-\\x{1166C}\\x{116B9}\\x{1183B}"
        + "\\x{11944}-\\x{11946}\\x{119E2}\\x{11A3F}-\\x{11A46}\\x{11A9A}-\\x{11A9C}"
        + "\\x{11A9E}-\\x{11AA2}\\x{11B00}-\\x{11B09}\\x{11BE1}\\x{11C41}-\\x{11C45}"
        + "\\x{11C70}\\x{11C71}\\x{11EF7}\\x{11EF8}\\x{11F43}-\\x{11F4F}\\x{11FFF}"
        + "\\x{12FF1}\\x{12FF2}\\x{16D6D}-\\x{16D6F}\\x{16E97}-\\x{16E9A}\\x{16FE2}"
        + "\\x{1E5FF}\\x{1E95E}\\x{1E95F}])[\\p{P}\\x{166D}\\x{111C9}!-/:-@\\[-`{-~]"

    private(set) var steps: [PreTokenizer] = []
    /// Whether the last step was ByteLevel's alphabet. That step is left out, and the model takes
    /// the bytes themselves.
    private(set) var isByteLevel = false

    static func read(_ value: JSONValue?) throws(TokenizationError) -> PreTokenizerFile {
        var file = PreTokenizerFile()
        if let value, !value.isNull { try file.read(value, "pre_tokenizer", depth: 0) }
        let alphabets = file.steps.filter { if case .byteAlphabet = $0 { true } else { false } }
        if alphabets.count == 1, case .byteAlphabet? = file.steps.last {
            file.steps.removeLast()
            file.isByteLevel = true
        }
        return file
    }

    private mutating func read(
        _ value: JSONValue, _ part: String, depth: Int
    ) throws(TokenizationError) {
        guard depth < 8 else { throw TokenizationError("is nested too deeply", in: part) }
        try JSONValue.checkComponents(steps.count, part)
        let type = try value.componentType(part)
        switch type {
        case "Sequence":
            let list = try value.components("pretokenizers", part)
            for (index, item) in list.enumerated() {
                try read(item, "\(part)[\(index)]", depth: depth + 1)
            }
        case "ByteLevel":
            if try value.flag("add_prefix_space", true, part) { steps.append(.prependSpace) }
            if try value.flag("use_regex", true, part) {
                steps.append(
                    .split(try Pattern(oniguruma: Self.gpt2, in: part), .isolated, invert: false))
            }
            steps.append(.byteAlphabet)
        case "Split":
            let pattern = try Self.pattern(value["pattern"], part)
            steps.append(
                .split(
                    pattern, try Self.behavior(value, part),
                    invert: try value.flag("invert", false, part)))
        case "Digits":
            let isIndividual = try value.flag("individual_digits", false, part)
            try split("\\p{N}", isIndividual ? .isolated : .contiguous, part)
        case "Punctuation": try split(Self.punctuation, try Self.behavior(value, part), part)
        case "Whitespace":
            steps.append(
                .split(
                    try Pattern(pcre: "[\(Self.word)]+|[^\(Self.word)\\p{White_Space}]+", in: part),
                    .removed, invert: true))
        case "WhitespaceSplit": try split("\\p{White_Space}", .removed, part)
        case "BertPreTokenizer":
            try split("\\p{White_Space}", .removed, part)
            try split(Self.punctuation, .isolated, part)
        case "CharDelimiterSplit":
            let delimiter = try value.text("delimiter", part)
            steps.append(
                .split(try Pattern(literal: delimiter, in: part), .removed, invert: false))
        case "Metaspace": try metaspace(value, part)
        default:
            throw TokenizationError("pre-tokenizer '\(type)' is not supported", in: part)
        }
    }

    private mutating func split(
        _ pattern: String, _ behavior: SplitBehavior, _ part: String
    ) throws(TokenizationError) {
        steps.append(.split(try Pattern(pcre: pattern, in: part), behavior, invert: false))
    }

    private mutating func metaspace(_ value: JSONValue, _ part: String) throws(TokenizationError) {
        let replacement = value["replacement"]?.stringValue ?? "▁"
        guard replacement.unicodeScalars.count == 1 else {
            throw TokenizationError("'replacement' is not one character", in: part)
        }
        let scheme = try Self.prependScheme(value, part)
        steps.append(.metaspace(replacement: Array(replacement.utf8), scheme))
        if try value.flag("split", true, part) {
            steps.append(
                .split(
                    try Pattern(literal: replacement, in: part), .mergedWithNext, invert: false))
        }
    }

    /// `prepend_scheme`, or its equivalent in older files, `add_prefix_space`.
    static func prependScheme(
        _ value: JSONValue, _ part: String
    ) throws(TokenizationError) -> PreTokenizer.PrependScheme {
        switch value["prepend_scheme"]?.stringValue {
        case "first": return .first
        case "never": return .never
        case "always": return .always
        case nil: return try value.flag("add_prefix_space", true, part) ? .always : .never
        case let other?:
            throw TokenizationError("unknown prepend_scheme '\(other.prefix(32))'", in: part)
        }
    }

    static func pattern(_ value: JSONValue?, _ part: String) throws(TokenizationError) -> Pattern {
        if let regex = value?["Regex"]?.stringValue {
            return try Pattern(oniguruma: regex, in: part)
        }
        if let text = value?["String"]?.stringValue ?? value?.stringValue {
            return try Pattern(literal: text, in: part)
        }
        throw TokenizationError("'pattern' is neither a String nor a Regex", in: part)
    }

    private static func behavior(
        _ value: JSONValue, _ part: String
    ) throws(TokenizationError) -> SplitBehavior {
        let name = value["behavior"]?.stringValue ?? SplitBehavior.isolated.rawValue
        guard let behavior = SplitBehavior(rawValue: name) else {
            throw TokenizationError("unknown behavior '\(name.prefix(32))'", in: part)
        }
        return behavior
    }
}
