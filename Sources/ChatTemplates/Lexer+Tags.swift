// Reads what is between `{{` and `}}` or `{%` and `%}`.
extension Lexer {
    /// Reads tokens up to the tag's end, which is recognized only outside brackets. `end` is the
    /// first character of the tag's end.
    mutating func readTag(end: Unicode.Scalar) throws(ChatTemplateError) {
        var brackets: [Token.Symbol] = []
        while true {
            advance(to: skipSpace(from: position))
            guard let first = scalar(position) else {
                throw .syntax(line: line, message: "the tag has no '\(end)}'")
            }
            if brackets.isEmpty, finishesTag(end: end) { return }
            if first.isASCIIDigit {
                try readNumber()
            } else if first.isPythonWord {
                readName()
            } else if first == "'" || first == "\"" {
                try readString(quote: first)
            } else {
                try readSymbol(&brackets)
            }
        }
    }

    private mutating func finishesTag(end: Unicode.Scalar) -> Bool {
        var index = position
        var sign: Unicode.Scalar?
        if scalar(index) == "-" || (scalar(index) == "+" && end == "%") {
            sign = scalar(index)
            index += 1
        }
        guard scalar(index) == end, scalar(index + 1) == "}" else { return false }
        append(end == "%" ? .blockEnd : .variableEnd)
        finishTag(at: index + 2, sign: sign, trimsLine: end == "%")
        return true
    }

    private mutating func readName() {
        let start = position
        while let next = scalar(position), next.isPythonWord { position += 1 }
        append(.name(text(start..<position)))
    }

    private mutating func readSymbol(
        _ brackets: inout [Token.Symbol]
    ) throws(ChatTemplateError) {
        let two = position + 2 <= source.count ? text(position..<position + 2) : ""
        let one = text(position..<position + 1)
        guard let symbol = Token.Symbol(rawValue: two) ?? Token.Symbol(rawValue: one) else {
            throw .syntax(line: line, message: "unexpected character '\(one)'")
        }
        switch symbol {
        case .leftBrace: brackets.append(.rightBrace)
        case .leftBracket: brackets.append(.rightBracket)
        case .leftParenthesis: brackets.append(.rightParenthesis)
        case .rightBrace, .rightBracket, .rightParenthesis:
            guard brackets.popLast() == symbol else {
                throw .syntax(line: line, message: "unexpected '\(symbol.rawValue)'")
            }
        default: break
        }
        append(.symbol(symbol))
        position += symbol.rawValue.unicodeScalars.count
    }

    private mutating func readNumber() throws(ChatTemplateError) {
        let start = position
        let follows = start > 0 && source[start - 1] == "."  // `.1.2` are two subscripts
        if source[start] == "0", let prefix = scalar(start + 1) {
            let radix = ["b": 2, "B": 2, "o": 8, "O": 8, "x": 16, "X": 16][prefix] ?? 0
            if radix > 0 { return try readInteger(from: start + 2, radix: radix) }
        }
        var index = skipDigits(from: start)
        var isDouble = false
        if !follows, scalar(index) == ".", scalar(index + 1)?.isASCIIDigit == true {
            index = skipDigits(from: index + 1)
            isDouble = true
        }
        if !follows, scalar(index) == "e" || scalar(index) == "E" {
            let sign = scalar(index + 1)
            let digits = sign == "+" || sign == "-" ? index + 2 : index + 1
            if scalar(digits)?.isASCIIDigit == true {
                index = skipDigits(from: digits)
                isDouble = true
            }
        }
        guard isDouble else { return try readInteger(from: start, radix: 10) }
        let digits = text(start..<index).filter { $0 != "_" }
        guard let number = Double(digits) else {
            throw .syntax(line: line, message: "'\(digits)' is no number")
        }
        position = index
        append(.double(number))
    }

    private mutating func readInteger(
        from start: Int, radix: Int
    ) throws(ChatTemplateError) {
        var index = start
        while let next = scalar(index), next == "_" || next.isASCIIDigit || next.isASCIILetter {
            index += 1
        }
        let digits = text(start..<index).filter { $0 != "_" }
        let hasLeadingZero = radix == 10 && digits.first == "0" && digits.contains { $0 != "0" }
        guard !hasLeadingZero, let number = Int(digits, radix: radix) else {
            throw .syntax(line: line, message: "'\(digits)' is no integer of 64 bits")
        }
        position = index
        append(.integer(number))
    }

    private func skipDigits(from start: Int) -> Int {
        var index = start
        while let next = scalar(index) {
            let isGroup = next == "_" && scalar(index + 1)?.isASCIIDigit == true
            guard next.isASCIIDigit || isGroup else { break }
            index += 1
        }
        return index
    }

    private mutating func readString(quote: Unicode.Scalar) throws(ChatTemplateError) {
        let startLine = line
        var content = String.UnicodeScalarView()
        var index = position + 1
        while let next = scalar(index), next != quote {
            index += 1
            if next == "\\" {
                content.append(contentsOf: try escape(&index).unicodeScalars)
            } else {
                content.append(next)
            }
        }
        guard scalar(index) == quote else {
            throw .syntax(line: startLine, message: "the string has no closing \(quote)")
        }
        append(.string(String(content)))
        advance(to: index + 1)
    }

    /// The text that a backslash and the characters after it mean in Python. An unknown escape
    /// means itself.
    private func escape(_ index: inout Int) throws(ChatTemplateError) -> String {
        guard let letter = scalar(index) else {
            throw .syntax(line: line, message: "the string ends in a backslash")
        }
        index += 1
        switch letter {
        case "n": return "\n"
        case "t": return "\t"
        case "r": return "\r"
        case "a": return "\u{7}"
        case "b": return "\u{8}"
        case "f": return "\u{C}"
        case "v": return "\u{B}"
        case "\n": return ""
        case "\\", "'", "\"": return String(letter)
        case "x": return try numericEscape(&index, digits: 2, radix: 16, isExact: true)
        case "u": return try numericEscape(&index, digits: 4, radix: 16, isExact: true)
        case "U": return try numericEscape(&index, digits: 8, radix: 16, isExact: true)
        case "0"..."7":
            index -= 1
            return try numericEscape(&index, digits: 3, radix: 8, isExact: false)
        default:
            guard letter.isASCII, letter != "N" else {
                throw .syntax(line: line, message: "the escape '\\\(letter)' is not supported")
            }
            return "\\\(letter)"
        }
    }

    private func numericEscape(
        _ index: inout Int, digits: Int, radix: Int, isExact: Bool
    ) throws(ChatTemplateError) -> String {
        let start = index
        while index < start + digits, let digit = scalar(index), digit.isASCII,
            Int(String(digit), radix: radix) != nil
        {
            index += 1
        }
        let isComplete = !isExact || index == start + digits
        guard isComplete, let value = UInt32(text(start..<index), radix: radix),
            let result = Unicode.Scalar(value)
        else {
            throw .syntax(line: line, message: "a numeric escape that is no character")
        }
        return String(result)
    }
}
