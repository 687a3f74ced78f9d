// `str.format`, with fields by position or name and Python's format specifications. Fields do not
// nest, and attributes within fields are refused.
extension Interpreter {
    private struct Specification {
        var fill: Unicode.Scalar?
        var alignment: Unicode.Scalar?
        var isZeroPadded = false
        var width = 0
        var grouping: String?
        var number = NumberFormat()
        var kind: Unicode.Scalar?
    }

    func braceFormat(
        _ format: String, _ arguments: inout Arguments
    ) throws(ChatTemplateError) -> String {
        let positional = arguments.takeRest()
        let keywords = arguments.takeKeywords()
        let scalars = Array(format.unicodeScalars)
        var automatic = 0
        var result = ""
        var index = 0
        while index < scalars.count {
            let scalar = scalars[index]
            let isDoubled = index + 1 < scalars.count && scalars[index + 1] == scalar
            index += 1
            guard scalar == "{" || scalar == "}" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            if isDoubled {
                result.unicodeScalars.append(scalar)
                index += 1
                continue
            }
            guard scalar == "{", let end = scalars[index...].firstIndex(of: "}") else {
                throw .fault("a single '\(scalar)' in a format string")
            }
            let field = scalars[index..<end]
            index = end + 1
            let colon = field.firstIndex(of: ":") ?? field.endIndex
            var name = String(String.UnicodeScalarView(field[..<colon]))
            var asRepresentation = false
            if name.hasSuffix("!r") || name.hasSuffix("!s") {
                asRepresentation = name.hasSuffix("!r")
                name.removeLast(2)
                if !asRepresentation, colon == field.endIndex { name += "" }
            }
            let value: Value
            if name.isEmpty || Int(name) != nil {
                let position = Int(name) ?? automatic
                if name.isEmpty { automatic += 1 }
                guard positional.indices.contains(position) else {
                    throw .fault("the format asks for argument \(position), which is not given")
                }
                value = positional[position]
            } else {
                try budget.search(keywords.count)
                guard let keyword = keywords.first(where: { $0.name == name }) else {
                    throw .fault("the format asks for '\(name)', which is not given or supported")
                }
                value = keyword.value
            }
            let converted = asRepresentation ? Value.string(try representation(value)) : value
            let specification = Array(field[colon...].dropFirst())
            let text = try self.text(converted, specification)
            try budget.step()
            try budget.charge(text.utf8.count)
            try budget.allowText(result.utf8.count + text.utf8.count)
            result += text
        }
        return result
    }

    private func text(
        _ value: Value, _ written: [Unicode.Scalar]
    ) throws(ChatTemplateError) -> String {
        if written.isEmpty { return try string(value) }
        let specification = try Self.specification(written)
        var body: String
        var sign = ""
        var isNumber = true
        switch (value, specification.kind) {
        case (.string(let text), nil), (.string(let text), "s"), (.markup(let text), nil),
            (.markup(let text), "s"):
            guard !specification.isZeroPadded, specification.grouping == nil,
                specification.number.sign.isEmpty, !specification.number.isAlternate
            else { throw .fault("a number's format for text") }
            body = text
            if let precision = specification.number.precision {
                body = String(String.UnicodeScalarView(text.unicodeScalars.prefix(precision)))
            }
            isNumber = false
        case (.integer(let number), nil), (.integer(let number), "d"):
            guard specification.number.precision == nil else {
                throw .fault("precision not allowed in integer format specifier")
            }
            body = String(number.magnitude)
            sign = specification.number.signText(isNegative: number < 0)
        case (.integer(let number), "x"), (.integer(let number), "X"), (.integer(let number), "b"),
            (.integer(let number), "o"):
            let kind = specification.kind ?? "x"
            let radix = kind == "b" ? 2 : kind == "o" ? 8 : 16
            body = String(number.magnitude, radix: radix, uppercase: kind == "X")
            sign = specification.number.signText(isNegative: number < 0)
            if specification.number.isAlternate { sign += "0\(kind)" }
        case (.integer, "e"), (.integer, "f"), (.integer, "g"), (.integer, "%"),
            (.double, "e"), (.double, "f"), (.double, "g"), (.double, "%"),
            (.integer, "E"), (.integer, "F"), (.integer, "G"),
            (.double, "E"), (.double, "F"), (.double, "G"):
            let number = value.number ?? 0
            let kind = specification.kind ?? "f"
            body =
                kind == "%"
                ? try specification.number.magnitude(number * 100, "f") + "%"
                : try specification.number.magnitude(number, Character(kind))
            sign = specification.number.signText(isNegative: number.sign == .minus)
        case (.double(let number), nil) where specification.number.precision == nil:
            body = PythonText.double(number.magnitude)
            sign = specification.number.signText(isNegative: number.sign == .minus)
        default:
            throw .fault("this format is not supported for a value of type \(value.typeName)")
        }
        if isNumber, let separator = specification.grouping {
            guard !specification.isZeroPadded else {
                throw .fault("zero padding with a separator is not supported")
            }
            body = Self.grouped(body, separator)
        }
        return try aligned(body, sign, specification, isNumber: isNumber)
    }

    private func aligned(
        _ body: String, _ sign: String, _ specification: Specification, isNumber: Bool
    ) throws(ChatTemplateError) -> String {
        let zero: Unicode.Scalar? = specification.isZeroPadded ? "0" : nil
        let fill = String(specification.fill ?? zero ?? " ")
        let alignment = specification.alignment ?? (zero != nil ? "=" : isNumber ? ">" : "<")
        switch alignment {
        case "<": return try padded(sign + body, to: specification.width, with: fill, .left)
        case "^": return try padded(sign + body, to: specification.width, with: fill, .centerLow)
        case "=":
            guard isNumber else { throw .fault("'=' alignment not allowed for text") }
            let width = specification.width - sign.utf8.count
            return sign + (try padded(body, to: width, with: fill, .right))
        default: return try padded(sign + body, to: specification.width, with: fill, .right)
        }
    }

    /// Digits before the point in groups of three.
    private static func grouped(_ digits: String, _ separator: String) -> String {
        let whole = digits.prefix { $0.isNumber }
        var result = ""
        for (index, digit) in whole.enumerated() {
            if index > 0, (whole.count - index) % 3 == 0 { result += separator }
            result.append(digit)
        }
        return result + digits.dropFirst(whole.count)
    }

    private static func specification(
        _ scalars: [Unicode.Scalar]
    ) throws(ChatTemplateError) -> Specification {
        var specification = Specification()
        var index = 0
        func current() -> Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }
        let alignments: [Unicode.Scalar] = ["<", ">", "^", "="]
        if scalars.count > 1, alignments.contains(scalars[1]) {
            specification.fill = scalars[0]
            specification.alignment = scalars[1]
            index = 2
        } else if let first = current(), alignments.contains(first) {
            specification.alignment = first
            index = 1
        }
        if let sign = current(), sign == "+" || sign == "-" || sign == " " {
            specification.number.sign = sign == "-" ? "" : String(sign)
            index += 1
        }
        if current() == "#" {
            specification.number.isAlternate = true
            index += 1
        }
        if current() == "0" {
            specification.isZeroPadded = true
            index += 1
        }
        specification.width = try formatNumber(scalars, &index)
        if let separator = current(), separator == "," || separator == "_" {
            specification.grouping = String(separator)
            index += 1
        }
        if current() == "." {
            index += 1
            specification.number.precision = try formatNumber(scalars, &index)
        }
        specification.kind = current()
        guard index + (specification.kind == nil ? 0 : 1) == scalars.count else {
            throw .fault("invalid format specifier")
        }
        return specification
    }
}
