/// Writes JSON: compact, or indented by two spaces per level. Doubles are the shortest text that
/// reads back as the same number; those that are not finite become `null`. Only characters that
/// must be escaped are.
package enum JSONWriter {
    package static func string(_ value: JSONValue, pretty: Bool = false) -> String {
        String(decoding: bytes(value, pretty: pretty), as: UTF8.self)
    }

    package static func bytes(_ value: JSONValue, pretty: Bool = false) -> [UInt8] {
        var output: [UInt8] = []
        append(value, to: &output, pretty: pretty)
        return output
    }

    package static func append(
        _ value: JSONValue, to output: inout [UInt8], pretty: Bool = false
    ) {
        append(value, to: &output, level: pretty ? 0 : nil)
    }

    /// Appends `text` in double quotes, escaped.
    package static func appendEscaped(_ text: String, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                output.append(UInt8(ascii: "\\"))
                output.append(byte)
            case 0x08: output.append(contentsOf: #"\b"#.utf8)
            case 0x0C: output.append(contentsOf: #"\f"#.utf8)
            case 0x0A: output.append(contentsOf: #"\n"#.utf8)
            case 0x0D: output.append(contentsOf: #"\r"#.utf8)
            case 0x09: output.append(contentsOf: #"\t"#.utf8)
            case 0..<0x20:
                output.append(contentsOf: (byte < 0x10 ? #"\u000"# : #"\u00"#).utf8)
                output.append(contentsOf: String(byte, radix: 16).utf8)
            default: output.append(byte)
            }
        }
        output.append(UInt8(ascii: "\""))
    }

    /// `level` is the nesting for indentation, nil when compact.
    private static func append(_ value: JSONValue, to output: inout [UInt8], level: Int?) {
        switch value {
        case .null: output.append(contentsOf: "null".utf8)
        case .bool(let flag): output.append(contentsOf: (flag ? "true" : "false").utf8)
        case .integer(let number): output.append(contentsOf: String(number).utf8)
        case .double(let number):
            output.append(contentsOf: (number.isFinite ? number.description : "null").utf8)
        case .string(let text): appendEscaped(text, to: &output)
        case .array(let elements): append(elements, to: &output, level: level)
        case .object(let object): append(object, to: &output, level: level)
        }
    }

    private static func append(
        _ elements: [JSONValue], to output: inout [UInt8], level: Int?
    ) {
        output.append(UInt8(ascii: "["))
        for (index, element) in elements.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            appendBreak(to: &output, level: level.map { $0 + 1 })
            append(element, to: &output, level: level.map { $0 + 1 })
        }
        if !elements.isEmpty { appendBreak(to: &output, level: level) }
        output.append(UInt8(ascii: "]"))
    }

    private static func append(_ object: JSONObject, to output: inout [UInt8], level: Int?) {
        output.append(UInt8(ascii: "{"))
        var isFirst = true
        for (key, value) in object {
            if !isFirst { output.append(UInt8(ascii: ",")) }
            isFirst = false
            appendBreak(to: &output, level: level.map { $0 + 1 })
            appendEscaped(key, to: &output)
            output.append(UInt8(ascii: ":"))
            if level != nil { output.append(UInt8(ascii: " ")) }
            append(value, to: &output, level: level.map { $0 + 1 })
        }
        if !object.isEmpty { appendBreak(to: &output, level: level) }
        output.append(UInt8(ascii: "}"))
    }

    private static func appendBreak(to output: inout [UInt8], level: Int?) {
        guard let level else { return }
        output.append(UInt8(ascii: "\n"))
        output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: level * 2))
    }
}
