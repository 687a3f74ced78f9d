// Values as text: what `{{ value }}` prints and `repr` shows.
extension Interpreter {
    /// Python's `str`.
    func string(_ value: Value) throws(ChatTemplateError) -> String {
        switch value {
        case .string(let text), .markup(let text): return text
        case .undefined: return ""
        default:
            var output = ""
            try appendRepresentation(of: value, to: &output)
            return output
        }
    }

    /// Python's `repr`.
    func representation(_ value: Value) throws(ChatTemplateError) -> String {
        var output = ""
        try appendRepresentation(of: value, to: &output)
        return output
    }

    private func appendRepresentation(
        of value: Value, to output: inout String
    ) throws(ChatTemplateError) {
        switch value {
        case .undefined: try append("Undefined", to: &output)
        case .none: try append("None", to: &output)
        case .bool(let flag): try append(flag ? "True" : "False", to: &output)
        case .integer(let number): try append(String(number), to: &output)
        case .double(let number): try append(PythonText.double(number), to: &output)
        case .string(let text):
            try budget.classify(text)
            try append(PythonText.quoted(text), to: &output)
        case .markup(let text):
            try budget.classify(text)
            try append("Markup(\(PythonText.quoted(text)))", to: &output)
        case .list(let list): try append(list, to: &output)
        case .dictionary(let dictionary): try append(dictionary, to: &output)
        case .object(let id): try append(try description(of: id), to: &output)
        case .function, .method:
            throw .fault("a \(value.typeName) cannot be printed; is a call missing?")
        }
    }

    private func append(_ text: String, to output: inout String) throws(ChatTemplateError) {
        try budget.step()
        try budget.charge(text.utf8.count)
        try budget.allowText(output.utf8.count + text.utf8.count)
        output += text
    }

    private func append(_ list: ValueList, to output: inout String) throws(ChatTemplateError) {
        let (open, close) =
            switch list.kind {
            case .list: ("[", "]")
            case .tuple, .group: ("(", list.elements.count == 1 ? ",)" : ")")
            case .keys: ("dict_keys([", "])")
            case .values: ("dict_values([", "])")
            case .items: ("dict_items([", "])")
            case .range: ("", "")
            }
        if list.kind == .range { throw .fault("a range cannot be printed; use 'list'") }
        try append(open, to: &output)
        for (index, element) in list.elements.enumerated() {
            if index > 0 { try append(", ", to: &output) }
            try appendRepresentation(of: element, to: &output)
        }
        try append(close, to: &output)
    }

    private func append(
        _ dictionary: ValueDictionary, to output: inout String
    ) throws(ChatTemplateError) {
        try append("{", to: &output)
        var isFirst = true
        for (key, value) in dictionary.members {
            if !isFirst { try append(", ", to: &output) }
            isFirst = false
            try appendRepresentation(of: key, to: &output)
            try append(": ", to: &output)
            try appendRepresentation(of: value, to: &output)
        }
        try append("}", to: &output)
    }
}
