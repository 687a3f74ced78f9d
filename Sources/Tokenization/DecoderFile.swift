import JSON

/// Reads the `decoder` of a `tokenizer.json` into a flat list of steps.
enum DecoderFile {
    static func read(_ value: JSONValue?) throws(TokenizationError) -> [Decoder] {
        guard let value, !value.isNull else { return [.join] }
        var steps: [Decoder] = []
        try read(value, "decoder", depth: 0, &steps)
        return steps
    }

    private static func read(
        _ value: JSONValue, _ part: String, depth: Int, _ steps: inout [Decoder]
    ) throws(TokenizationError) {
        guard depth < 8 else { throw TokenizationError("is nested too deeply", in: part) }
        try JSONValue.checkComponents(steps.count, part)
        let type = try value.componentType(part)
        let isFused = steps.contains(where: \.fuses)
        switch type {
        case "Sequence":
            for (index, item) in try value.components("decoders", part).enumerated() {
                try read(item, "\(part)[\(index)]", depth: depth + 1, &steps)
            }
        case "Fuse": steps.append(.fuse)
        case "Replace": steps.append(try replace(value, part, isFused))
        case "Strip": steps.append(try strip(value, part))
        case _ where isFused:
            throw TokenizationError(
                "decoder '\(type)' behind one that joins all tokens is not supported", in: part)
        case "ByteLevel": steps.append(.byteLevel)
        case "ByteFallback": steps.append(.byteFallback)
        case "Metaspace":
            let replacement = value["replacement"]?.stringValue ?? "▁"
            guard replacement.unicodeScalars.count == 1 else {
                throw TokenizationError("'replacement' is not one character", in: part)
            }
            steps.append(
                .metaspace(
                    replacement: Array(replacement.utf8),
                    dropsFirst: try PreTokenizerFile.prependScheme(value, part) != .never))
        case "BPEDecoder":
            let suffix = value["suffix"]?.stringValue ?? "</w>"
            guard !suffix.isEmpty else { throw TokenizationError("an empty suffix", in: part) }
            try JSONValue.checkLength(suffix, "suffix", part)
            steps.append(.wordEnd(suffix: Array(suffix.utf8)))
        default: throw TokenizationError("decoder '\(type)' is not supported", in: part)
        }
    }

    private static func replace(
        _ value: JSONValue, _ part: String, _ isFused: Bool
    ) throws(TokenizationError) -> Decoder {
        let content = Array(try value.text("content", part).utf8)
        if let text = try value.replacedText(part) { return .replaceText(text, by: content) }
        guard !isFused else {
            throw TokenizationError(
                "a Regex over the whole text cannot be decoded as it comes", in: part)
        }
        return .replace(try PreTokenizerFile.pattern(value["pattern"], part), by: content)
    }

    private static func strip(
        _ value: JSONValue, _ part: String
    ) throws(TokenizationError) -> Decoder {
        let content = value["content"]?.stringValue ?? " "
        let start = value["start"]?.integerValue ?? 0
        let stop = value["stop"]?.integerValue ?? 0
        guard content.unicodeScalars.count == 1, 0...4096 ~= start, 0...4096 ~= stop else {
            throw TokenizationError(
                "'content' must be one character, 'start' and 'stop' in 0...4096", in: part)
        }
        return .strip(content: Array(content.utf8), start: start, stop: stop)
    }
}
