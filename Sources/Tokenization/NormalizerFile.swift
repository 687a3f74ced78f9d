import JSON

/// Reads the `normalizer` of a `tokenizer.json`.
enum NormalizerFile {
    static func read(
        _ value: JSONValue?, part: String
    ) throws(TokenizationError) -> Normalizer? {
        var count = 0
        return try read(value, part: part, depth: 0, &count)
    }

    /// `count` is the number of components read so far.
    private static func read(
        _ value: JSONValue?, part: String, depth: Int, _ count: inout Int
    ) throws(TokenizationError) -> Normalizer? {
        guard let value, !value.isNull else { return nil }
        guard depth < 8 else { throw TokenizationError("is nested too deeply", in: part) }
        try JSONValue.checkComponents(count, part)
        count += 1
        let type = try value.componentType(part)
        switch type {
        case "Sequence":
            var parts: [Normalizer] = []
            for (index, item) in try value.components("normalizers", part).enumerated() {
                let inner = "\(part)[\(index)]"
                if let normalizer = try read(item, part: inner, depth: depth + 1, &count) {
                    parts.append(normalizer)
                }
            }
            return parts.isEmpty ? nil : parts.count == 1 ? parts[0] : .sequence(parts)
        case "NFC": return .unicode(.nfc)
        case "NFD": return .unicode(.nfd)
        case "NFKC": return .unicode(.nfkc)
        case "NFKD": return .unicode(.nfkd)
        case "Prepend": return .prepend(Array(try value.text("prepend", part).utf8))
        case "Replace":
            let content = Array(try value.text("content", part).utf8)
            if let text = try value.replacedText(part) { return .replaceText(text, by: content) }
            return .replace(try PreTokenizerFile.pattern(value["pattern"], part), by: content)
        case "Strip":
            return .strip(
                left: try value.flag("strip_left", true, part),
                right: try value.flag("strip_right", true, part))
        case "StripAccents": return .stripAccents
        case "Lowercase": return .lowercase
        case "Nmt": return .nmt
        case "ByteLevel": return .byteAlphabet
        default: throw TokenizationError("normalizer '\(type)' is not supported", in: part)
        }
    }
}
