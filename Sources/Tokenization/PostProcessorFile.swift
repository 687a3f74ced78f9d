import JSON

/// Reads the `post_processor` of a `tokenizer.json`: the tokens before and after a single text.
enum PostProcessorFile {
    struct Frame {
        var leading: [Int32] = []
        var trailing: [Int32] = []
        /// Whether any processor says something about special tokens.
        var hasTemplate = false
    }

    static func read(
        _ value: JSONValue?, part: String, depth: Int = 0, _ frame: inout Frame
    ) throws(TokenizationError) {
        guard let value, !value.isNull else { return }
        guard depth < 8 else { throw TokenizationError("is nested too deeply", in: part) }
        let type = try value.componentType(part)
        switch type {
        case "Sequence":
            for (index, item) in try value.components("processors", part).enumerated() {
                try read(item, part: "\(part)[\(index)]", depth: depth + 1, &frame)
            }
        case "ByteLevel": break  // changes offsets only
        case "TemplateProcessing": try template(value, part, &frame)
        case "BertProcessing", "RobertaProcessing":
            frame.hasTemplate = true
            frame.leading.insert(try id(value["cls"]?[1], "\(part).cls"), at: 0)
            frame.trailing.append(try id(value["sep"]?[1], "\(part).sep"))
        default: throw TokenizationError("post-processor '\(type)' is not supported", in: part)
        }
    }

    private static func template(
        _ value: JSONValue, _ part: String, _ frame: inout Frame
    ) throws(TokenizationError) {
        var before: [Int32] = []
        var after: [Int32] = []
        var texts = 0
        for (index, item) in try value.components("single", part).enumerated() {
            let place = "\(part).single[\(index)]"
            if let special = item["SpecialToken"] {
                let name = try special.text("id", place)
                guard let ids = value["special_tokens"]?[name]?["ids"]?.arrayValue else {
                    throw TokenizationError(
                        "'\(name.prefix(64))' is not in special_tokens", in: place)
                }
                for value in ids {
                    let id = try id(value, place)
                    if texts == 0 { before.append(id) } else { after.append(id) }
                }
            } else if item["Sequence"]?["id"]?.stringValue == "A" {
                texts += 1
            } else {
                throw TokenizationError("is neither a special token nor sequence A", in: place)
            }
        }
        guard texts == 1 else {
            throw TokenizationError("'single' has sequence A \(texts) times, not once", in: part)
        }
        frame.hasTemplate = true
        frame.leading = before + frame.leading
        frame.trailing += after
    }

    private static func id(_ value: JSONValue?, _ part: String) throws(TokenizationError) -> Int32 {
        guard let id = value?.integerValue, id >= 0, id < TokenTable.idLimit else {
            throw TokenizationError("has no valid id", in: part)
        }
        return Int32(id)
    }
}
