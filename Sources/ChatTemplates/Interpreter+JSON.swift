import JSON

/// How `tojson` writes, after Python's `json.dumps`.
struct JSONStyle {
    var ensuresASCII = false
    /// The text of one level of indentation; nil writes everything on one line.
    var indent: String?
    var itemSeparator = ", "
    var keySeparator = ": "
    var sortsKeys = false
}

extension Interpreter {
    /// `tojson(ensure_ascii=False, indent=None, separators=None, sort_keys=False)`, which, unlike
    /// Jinja's own `tojson`, does not escape HTML.
    func json(_ value: Value, _ arguments: Arguments) throws(ChatTemplateError) -> Value {
        var arguments = arguments
        var style = JSONStyle()
        style.ensuresASCII = arguments.take("ensure_ascii")?.isTrue ?? false
        switch arguments.take("indent") {
        case nil, .some(.none): break
        case .some(let indent):
            if let text = indent.text {
                style.indent = text
            } else if let width = indent.integer {
                try budget.makeText(max(width, 0))
                style.indent = String(repeating: " ", count: max(width, 0))
            } else {
                throw .fault("indent must be a number or text")
            }
            style.itemSeparator = ","
        }
        if let separators = arguments.take("separators"), !separators.isNone {
            guard case .list(let pair) = separators, pair.elements.count == 2,
                let item = pair.elements[0].text, let key = pair.elements[1].text
            else { throw .fault("separators must be two texts") }
            style.itemSeparator = item
            style.keySeparator = key
        }
        style.sortsKeys = arguments.take("sort_keys")?.isTrue ?? false
        try arguments.finish("tojson")
        var output: [UInt8] = []
        try append(value, style, level: 0, to: &output)
        return .string(String(decoding: output, as: UTF8.self))
    }

    private func append(
        _ value: Value, _ style: JSONStyle, level: Int, to output: inout [UInt8]
    ) throws(ChatTemplateError) {
        switch value {
        case .none: try append("null", to: &output)
        case .bool(let flag): try append(flag ? "true" : "false", to: &output)
        case .integer(let number): try append(String(number), to: &output)
        case .double(let number): try append(Self.json(number), to: &output)
        case .string(let text), .markup(let text): try append(escaping: text, style, to: &output)
        case .list(let list) where list.kind == .list || list.isTuple:
            try append("[", to: &output)
            for (index, element) in list.elements.enumerated() {
                if index > 0 { try append(style.itemSeparator, to: &output) }
                try appendBreak(style, level: level + 1, to: &output)
                try append(element, style, level: level + 1, to: &output)
            }
            if !list.elements.isEmpty { try appendBreak(style, level: level, to: &output) }
            try append("]", to: &output)
        case .dictionary(let dictionary):
            try append(dictionary, style, level: level, to: &output)
        default:
            throw .fault("object of type \(value.typeName) is not JSON serializable")
        }
    }

    private func append(
        _ dictionary: ValueDictionary, _ style: JSONStyle, level: Int, to output: inout [UInt8]
    ) throws(ChatTemplateError) {
        var members = dictionary.members
        if style.sortsKeys {
            members = try sorted(members) { (left, right) throws(ChatTemplateError) in
                try isLess(left.key, right.key)
            }
        }
        try append("{", to: &output)
        for (index, member) in members.enumerated() {
            if index > 0 { try append(style.itemSeparator, to: &output) }
            try appendBreak(style, level: level + 1, to: &output)
            try append(escaping: try Self.key(member.key), style, to: &output)
            try append(style.keySeparator, to: &output)
            try append(member.value, style, level: level + 1, to: &output)
        }
        if !members.isEmpty { try appendBreak(style, level: level, to: &output) }
        try append("}", to: &output)
    }

    private static func key(_ value: Value) throws(ChatTemplateError) -> String {
        switch value {
        case .string(let text), .markup(let text): return text
        case .none: return "null"
        case .bool(let flag): return flag ? "true" : "false"
        case .integer(let number): return String(number)
        case .double(let number): return json(number)
        default: throw .fault("keys must be str, int, float, bool or None")
        }
    }

    private static func json(_ number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
        return PythonText.double(number)
    }

    private func appendBreak(
        _ style: JSONStyle, level: Int, to output: inout [UInt8]
    ) throws(ChatTemplateError) {
        guard let indent = style.indent else { return }
        try append("\n", to: &output)
        for _ in 0..<level { try append(indent, to: &output) }
    }

    private func append(_ text: String, to output: inout [UInt8]) throws(ChatTemplateError) {
        try budget.step()
        try budget.allowText(output.count + text.utf8.count)
        try budget.charge(text.utf8.count)
        output.append(contentsOf: text.utf8)
    }

    private func append(
        escaping text: String, _ style: JSONStyle, to output: inout [UInt8]
    ) throws(ChatTemplateError) {
        try budget.step()
        try budget.allowText(output.count + text.utf8.count)
        try budget.charge(text.utf8.count)
        guard style.ensuresASCII else { return JSONWriter.appendEscaped(text, to: &output) }
        var escaped: [UInt8] = []
        JSONWriter.appendEscaped(text, to: &escaped)
        for scalar in String(decoding: escaped, as: UTF8.self).unicodeScalars {
            if scalar.value < 0x7F {
                output.append(UInt8(scalar.value))
            } else {
                for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
                    output.append(contentsOf: #"\u"#.utf8)
                    output.append(contentsOf: PythonText.hexadecimal(UInt32(unit), digits: 4).utf8)
                }
            }
        }
    }
}
