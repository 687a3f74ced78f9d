/// Translates a pattern from Oniguruma's default (Ruby) syntax, which `tokenizer.json` files use,
/// to one with the same meaning in PCRE2 with UTF and UCP.
///
/// The differences: in Oniguruma `\s`, `\w`, `\h` and the POSIX brackets mean other sets;
/// properties also have long names; `{n,m}+` is not possessive; `(?m)` lets the dot match newlines;
/// classes may nest and intersect. Anything else is copied.
struct PatternTranslator {
    private static let space = "\\p{White_Space}"
    private static let word = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}"
    /// Outside a class Oniguruma's `\w` also matches these (its table for Latin-1).
    private static let wordNumbers = "\\x{B2}\\x{B3}\\x{B9}\\x{BC}-\\x{BE}"
    private static let nestingMax = 32

    private let source: [Unicode.Scalar]
    private var index = 0
    private var output = ""
    private var atomStart = 0  // where the last atom begins in `output`, in UTF-8
    private var groups: [Int] = []  // where each open group begins
    private let part: String

    static func translate(_ source: String, in part: String) throws(TokenizationError) -> String {
        // A search for spaces before a line's end scans a run of spaces again from each of its
        // positions. Only the first can succeed; the lookbehind says so, which keeps the time
        // linear.
        if source == "\\s+$" { return "(?:(?<!\(space))|\\G)\(space)+$" }
        var translator = PatternTranslator(source, in: part)
        try translator.run()
        return translator.output
    }

    private init(_ source: String, in part: String) {
        self.source = Array(source.unicodeScalars)
        self.part = part
    }

    private mutating func run() throws(TokenizationError) {
        while index < source.count {
            let scalar = source[index]
            switch scalar {
            case "\\":
                begin()
                try escape()
            case "[":
                begin()
                output += try characterClass(depth: 0)
            case "(":
                groups.append(output.utf8.count)
                try openGroup()
            case ")":
                atomStart = groups.popLast() ?? output.utf8.count
                take()
            case "{": interval()
            case "*", "+", "?": take()
            default:
                begin()
                take()
            }
        }
    }

    private mutating func begin() { atomStart = output.utf8.count }

    private mutating func take() {
        output.unicodeScalars.append(source[index])
        index += 1
    }

    private func failure(_ message: String) -> TokenizationError {
        TokenizationError("the pattern has \(message), which is not supported", in: part)
    }

    /// An escape outside a class; `index` is at the backslash.
    private mutating func escape() throws(TokenizationError) {
        guard index + 1 < source.count else { throw failure("a backslash at its end") }
        let letter = source[index + 1]
        index += 2
        switch letter {
        case "s": output += Self.space
        case "S": output += "\\P{White_Space}"
        case "w": output += "[\(Self.word)\(Self.wordNumbers)]"
        case "W": output += "[^\(Self.word)\(Self.wordNumbers)]"
        case "h": output += "[0-9a-fA-F]"
        case "H": output += "[^0-9a-fA-F]"
        case "v": output += "\\x0b"
        case "b", "B":
            let word = "[\(Self.word)\(Self.wordNumbers)]"
            output +=
                letter == "b"
                ? "(?:(?<=\(word))(?!\(word))|(?<!\(word))(?=\(word)))"
                : "(?:(?<=\(word))(?=\(word))|(?<!\(word))(?!\(word)))"
        case "X": throw failure("\\X")
        case "u": output += try fourDigits()
        case "p", "P": property(letter, inClass: false)
        default:
            output += "\\"
            output.unicodeScalars.append(letter)
        }
    }

    /// `\uHHHH` in PCRE2's form; `index` is at the first digit.
    private mutating func fourDigits() throws(TokenizationError) -> String {
        guard index + 4 <= source.count,
            source[index..<index + 4].allSatisfy(\.properties.isASCIIHexDigit)
        else { throw failure("\\u without four digits") }
        var digits = ""
        digits.unicodeScalars.append(contentsOf: source[index..<index + 4])
        index += 4
        return "\\x{\(digits)}"
    }

    /// `\p{name}` or `\P{name}`; `index` is at the brace.
    private mutating func property(_ letter: Unicode.Scalar, inClass: Bool) {
        guard index < source.count, source[index] == "{",
            let end = source[index...].firstIndex(of: "}")
        else {
            output += "\\"
            output.unicodeScalars.append(letter)
            return
        }
        var name = String(String.UnicodeScalarView(source[index + 1..<end]))
        index = end + 1
        var isNegated = letter == "P"
        if name.hasPrefix("^") {
            name.removeFirst()
            isNegated.toggle()
        }
        let plain = OnigurumaProperty.plain(name)
        if let category = OnigurumaProperty.categories[plain] {
            output += "\\\(isNegated ? "P" : "p"){\(category)}"
        } else if let members = OnigurumaProperty.brackets[plain], !inClass || !isNegated {
            output += inClass ? members : "[\(isNegated ? "^" : "")\(members)]"
        } else {
            output += "\\\(isNegated ? "P" : "p"){\(OnigurumaProperty.other(name))}"
        }
    }

    /// `(`, and the option letters if it is `(?…`: Ruby's `m` is PCRE2's `s`.
    private mutating func openGroup() throws(TokenizationError) {
        take()
        guard index < source.count, source[index] == "?" else { return }
        take()
        while index < source.count {
            switch source[index] {
            case "m":
                output += "s"
                index += 1
            case "i", "x", "-": take()
            case "R", "C", "&", "P", "(", "0"..."9":
                throw failure("a recursion, callout or condition")
            default: return
            }
        }
    }

    /// `{n,m}` after an atom. A brace that only looks like one stays as it is.
    private mutating func interval() {
        var end = index + 1
        while end < source.count, "0"..."9" ~= source[end] || source[end] == "," { end += 1 }
        guard end < source.count, source[end] == "}", end > index + 1 else {
            begin()
            output += "\\{"
            index += 1
            return
        }
        var bounds = String(String.UnicodeScalarView(source[index + 1..<end]))
        if bounds.hasPrefix(",") { bounds = "0" + bounds }
        index = end + 1
        output += "{\(bounds)}"
        // A plus after an interval repeats the whole; in PCRE2 it would make it possessive.
        if index < source.count, source[index] == "+" {
            let split = output.utf8.index(output.utf8.startIndex, offsetBy: atomStart)
            output = output[..<split] + "(?:" + output[split...] + ")+"
            index += 1
        }
    }

    /// A class. Nested classes and intersections become lookaheads. `index` is at its `[`.
    private mutating func characterClass(depth: Int) throws(TokenizationError) -> String {
        guard depth < Self.nestingMax else { throw failure("classes nested too deeply") }
        index += 1
        var isNegated = false
        if index < source.count, source[index] == "^" {
            isNegated = true
            index += 1
        }
        var operands: [String] = []  // the operands of the intersection
        var members = ""
        var nested: [String] = []
        var isFirst = true
        func operand() -> String {
            let own = members.isEmpty ? [] : ["[\(members)]"]
            let all = own + nested
            return all.count == 1 ? all[0] : "(?:\(all.joined(separator: "|")))"
        }
        while true {
            guard index < source.count else { throw failure("a class without an end") }
            let scalar = source[index]
            if scalar == "]", !isFirst { break }
            isFirst = false
            switch scalar {
            case "[":
                if index + 1 < source.count, source[index + 1] == ":" {
                    let (isOther, set) = try posixClass()
                    if isOther { nested.append("[^\(set)]") } else { members += set }
                } else {
                    nested.append(try characterClass(depth: depth + 1))
                }
            case "&" where index + 1 < source.count && source[index + 1] == "&":
                operands.append(operand())
                members = ""
                nested = []
                index += 2
            case "\\": members += try classEscape()
            case "]":
                members += "\\]"
                index += 1
            case "^" where members.isEmpty:
                members += "\\^"
                index += 1
            default:
                members.unicodeScalars.append(scalar)
                index += 1
            }
        }
        index += 1
        if operands.isEmpty, nested.isEmpty { return "[\(isNegated ? "^" : "")\(members)]" }
        operands.append(operand())
        let last = operands.removeLast()
        let positive = operands.map { "(?=\($0))" }.joined() + last
        return isNegated ? "(?:(?!\(positive))(?s:.))" : "(?:\(positive))"
    }

    private mutating func classEscape() throws(TokenizationError) -> String {
        guard index + 1 < source.count else { throw failure("a backslash at its end") }
        let letter = source[index + 1]
        index += 2
        switch letter {
        case "s": return Self.space
        case "S": return "\\P{White_Space}"
        case "w": return Self.word
        case "h": return "0-9a-fA-F"
        case "v": return "\\x0b"
        case "W", "H": throw failure("\\\(letter) inside a class")
        case "u": return try fourDigits()
        case "p", "P":
            let saved = output
            output = ""
            property(letter, inClass: true)
            defer { output = saved }
            return output
        default:
            var text = "\\"
            text.unicodeScalars.append(letter)
            return text
        }
    }

    /// `[:name:]` or `[:^name:]`: whether it is negated, and its members. `index` is at its `[`.
    private mutating func posixClass() throws(TokenizationError) -> (Bool, String) {
        guard let end = source[index...].firstIndex(of: "]") else {
            throw failure("a class without an end")
        }
        var name = String(String.UnicodeScalarView(source[index..<end])).dropFirst(2)
        guard name.popLast() == ":" else { throw failure("'[:' that ends in no ':]'") }
        index = end + 1
        let isNegated = name.hasPrefix("^")
        if isNegated { name.removeFirst() }
        guard let members = OnigurumaProperty.brackets[String(name)] else {
            throw failure("the class '[:\(name.prefix(32)):]'")
        }
        return (isNegated, members)
    }
}
