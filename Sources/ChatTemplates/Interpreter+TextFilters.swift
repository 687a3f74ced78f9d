// Filters for texts. Other values are first converted to the text they print.
extension Interpreter {
    func applyTextFilter(
        _ filter: Filter, _ value: Value, _ arguments: inout Arguments
    ) throws(ChatTemplateError) -> Value {
        let text = try string(value)
        try budget.makeText(text.utf8.count)
        if filter == .trim { try budget.walk(text) }
        if [.capitalize, .indent, .lower, .striptags, .title, .upper, .wordcount, .wordwrap]
            .contains(filter)
        {
            try budget.classify(text)
        }
        switch filter {
        case .capitalize, .lower, .upper, .title, .string, .striptags, .safe, .escape,
            .forceescape, .wordcount, .urlencode, .pprint:
            try arguments.finish(filter.rawValue)
            return try applyPlainFilter(filter, value, text)
        case .trim:
            let characters = try arguments.text("chars")
            try arguments.finish("trim")
            return Self.text(PythonText.stripped(text, characters), like: value)
        case .center:
            let width = try arguments.integer("width") ?? 80
            try arguments.finish("center")
            return Self.text(try padded(text, to: width, with: " ", .center), like: value)
        case .format:
            let values = arguments.takeRest()
            var keywords = ValueDictionary()
            for (name, keyword) in arguments.takeKeywords() {
                try keywords.set(.string(name), keyword, budget)
            }
            guard values.isEmpty || keywords.isEmpty else {
                throw .fault("'format' takes arguments by position or by name, not both")
            }
            let given = keywords.isEmpty ? try .tuple(values) : Value.dictionary(keywords)
            return try percentFormat(value.text == nil ? .string(text) : value, given)
        case .replace:
            let old = try string(try arguments.require("old"))
            let new = try string(try arguments.require("new"))
            let count = try arguments.integer("count")
            try arguments.finish("replace")
            return .string(try replaced(text, old, by: new, count: count))
        case .indent: return try indented(value, &arguments)
        case .truncate: return try truncated(value, &arguments)
        case .wordwrap: return try wrapped(value, &arguments)
        default: return try attributes(value, &arguments)
        }
    }

    private func applyPlainFilter(
        _ filter: Filter, _ value: Value, _ text: String
    ) throws(ChatTemplateError) -> Value {
        switch filter {
        case .capitalize: return Self.text(PythonText.capitalized(text), like: value)
        case .lower: return Self.text(PythonText.lower(text), like: value)
        case .upper: return Self.text(PythonText.upper(text), like: value)
        case .title: return .string(PythonText.titledWords(text))
        case .string: return Self.text(text, like: value)
        case .striptags: return .string(try withoutTags(text))
        case .safe: return .markup(text)
        case .escape: return .markup(try html(value))
        case .forceescape: return .markup(try escaped(text))
        case .wordcount:
            var count = 0
            var isInWord = false
            for scalar in text.unicodeScalars {
                let isWord = scalar.isPythonWord
                if isWord, !isInWord { count += 1 }
                isInWord = isWord
            }
            return .integer(count)
        case .urlencode: return .string(try urlEncoded(value))
        default: return .string(try prettyPrinted(value))
        }
    }

    /// A percent-encoded text, or a query string made from a mapping or a list of pairs.
    private func urlEncoded(_ value: Value) throws(ChatTemplateError) -> String {
        let pairs: [Value]
        switch value {
        case .dictionary(let dictionary): pairs = try items(of: dictionary)
        case .list, .object: pairs = try elements(of: value)
        default: return try percentEncoded(try string(value), isQuery: false)
        }
        var parts: [String] = []
        for pair in pairs {
            let pair = try elements(of: pair)
            guard pair.count == 2 else { throw .fault("urlencode needs pairs") }
            let key = try percentEncoded(try string(pair[0]), isQuery: true)
            parts.append(key + "=" + (try percentEncoded(try string(pair[1]), isQuery: true)))
        }
        return parts.joined(separator: "&")
    }

    private func percentEncoded(
        _ text: String, isQuery: Bool
    ) throws(ChatTemplateError) -> String {
        try budget.makeText(text.utf8.count, times: 3)
        var result = ""
        for byte in text.utf8 {
            let scalar = Unicode.Scalar(byte)
            if scalar.isASCIIDigit || scalar.isASCIILetter || "_.-~".utf8.contains(byte)
                || (!isQuery && byte == UInt8(ascii: "/"))
            {
                result.unicodeScalars.append(scalar)
            } else if isQuery, byte == UInt8(ascii: " ") {
                result += "+"
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                result += byte < 0x10 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return result
    }

    /// Python's `pformat` for results that fit its 80 columns; longer ones are an error.
    private func prettyPrinted(_ value: Value) throws(ChatTemplateError) -> String {
        let text = try representation(try withSortedKeys(value))
        guard text.unicodeScalars.count <= 80 else {
            throw .fault("'pprint' is supported up to 80 characters; use 'tojson(indent=2)'")
        }
        return text
    }

    private func withSortedKeys(_ value: Value) throws(ChatTemplateError) -> Value {
        try budget.enter()
        defer { budget.leave() }
        switch value {
        case .list(let list):
            var elements: [Value] = []
            for element in list.elements { elements.append(try withSortedKeys(element)) }
            return .list(try ValueList(elements, list.kind))
        case .dictionary(let dictionary):
            let members = try sorted(dictionary.members) {
                (left, right) throws(ChatTemplateError) in
                try isLess(left.key, right.key)
            }
            var result = ValueDictionary()
            for (key, member) in members {
                try result.set(key, try withSortedKeys(member), budget)
            }
            return .dictionary(result)
        default: return value
        }
    }

    private func indented(
        _ value: Value, _ arguments: inout Arguments
    ) throws(ChatTemplateError) -> Value {
        let width = arguments.take("width") ?? .integer(4)
        let first = arguments.flag("first") ?? false
        let blank = arguments.flag("blank") ?? false
        try arguments.finish("indent")
        guard let text = value.text else {
            throw .fault("'indent' needs text, not \(value.typeName)")
        }
        let indentation: String
        if let given = width.text {
            indentation = given
        } else if let count = width.integer {
            try budget.makeText(max(count, 0))
            indentation = String(repeating: " ", count: max(count, 0))
        } else {
            throw .fault("the argument 'width' must be a number or text")
        }
        let lines = PythonText.lines(text + "\n")
        try budget.makeText(indentation.utf8.count, times: lines.count)
        try budget.makeText(text.utf8.count + indentation.utf8.count * lines.count)
        var result = first ? indentation : ""
        for (index, line) in lines.enumerated() {
            if index > 0 {
                result += "\n"
                if blank || !line.isEmpty { result += indentation }
            }
            result += line
        }
        return Self.text(result, like: value)
    }

    private func truncated(
        _ value: Value, _ arguments: inout Arguments
    ) throws(ChatTemplateError) -> Value {
        let length = try arguments.integer("length") ?? 255
        let killsWords = arguments.flag("killwords") ?? false
        let end = try arguments.text("end") ?? "..."
        let leeway = try arguments.integer("leeway") ?? 5
        try arguments.finish("truncate")
        let endCount = end.unicodeScalars.count
        guard length >= endCount, leeway >= 0 else {
            throw .fault("'truncate' needs a length of at least \(endCount) and no negative leeway")
        }
        guard let text = value.text else {
            // A value that is not text stays as it is, if it is too long by no more than `leeway`.
            if try self.length(of: value) - length <= leeway { return value }
            throw .fault("'truncate' needs text, not \(value.typeName)")
        }
        let count = text.unicodeScalars.count
        guard count > length, count - length > leeway else { return value }
        var kept = String(
            String.UnicodeScalarView(text.unicodeScalars.prefix(length - endCount)))
        if !killsWords {
            kept = PythonText.split(kept, by: " ", cuts: 1, fromRight: true)[0]
        }
        return Self.text(kept + end, like: value)
    }

    /// `xmlattr`: a mapping's members as attributes of an element.
    private func attributes(
        _ value: Value, _ arguments: inout Arguments
    ) throws(ChatTemplateError) -> Value {
        let hasSpace = arguments.flag("autospace") ?? true
        try arguments.finish("xmlattr")
        guard case .dictionary(let dictionary) = value else {
            throw .fault("'xmlattr' needs a mapping, not \(value.typeName)")
        }
        var result = ""
        for (key, member) in dictionary.members where !member.isNone && !member.isUndefined {
            let name = try string(key)
            guard
                !name.unicodeScalars.contains(where: {
                    $0.isPythonSpace || "/>=".unicodeScalars.contains($0)
                })
            else { throw .fault("invalid character in the attribute name '\(name)'") }
            let isHTML: Bool
            if case .markup = member { isHTML = true } else { isHTML = false }
            let content = try string(member)
            if !result.isEmpty || hasSpace { result += " " }
            result += "\(try escaped(name))=\"\(isHTML ? content : try escaped(content))\""
            try budget.makeText(result.utf8.count)
        }
        return .string(result)
    }
}
