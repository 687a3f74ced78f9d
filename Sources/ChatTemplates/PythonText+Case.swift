// Upper and lower case as Python's strings have it, by Unicode's full mappings.
extension PythonText {
    static func upper(_ text: String) -> String {
        mapped(text) { $0.properties.uppercaseMapping }
    }

    /// A capital sigma at the end of a word becomes a final one.
    static func lower(_ text: String) -> String {
        guard text.unicodeScalars.contains("\u{3A3}") else {
            return mapped(text) { $0.properties.lowercaseMapping }
        }
        let scalars = Array(text.unicodeScalars)
        var result = ""
        for (index, scalar) in scalars.enumerated() {
            if scalar == "\u{3A3}" {
                result += isFinalSigma(at: index, scalars) ? "\u{3C2}" : "\u{3C3}"
            } else {
                result += scalar.properties.lowercaseMapping
            }
        }
        return result
    }

    private static func isFinalSigma(at index: Int, _ scalars: [Unicode.Scalar]) -> Bool {
        let before = scalars[..<index].last { !$0.properties.isCaseIgnorable }
        let after = scalars[(index + 1)...].first { !$0.properties.isCaseIgnorable }
        return before?.properties.isCased == true && after?.properties.isCased != true
    }

    static func capitalized(_ text: String) -> String {
        guard let first = text.unicodeScalars.first else { return "" }
        let rest = String(text.unicodeScalars.dropFirst())
        return first.properties.titlecaseMapping + lower(rest)
    }

    /// `str.title`: a letter behind one that is cased is small, others are capitals.
    static func titled(_ text: String) -> String {
        var result = ""
        var followsCased = false
        for scalar in text.unicodeScalars {
            let properties = scalar.properties
            result += followsCased ? properties.lowercaseMapping : properties.titlecaseMapping
            followsCased = properties.isCased
        }
        return result
    }

    /// The filter `title`: words begin behind spaces, `-`, `(`, `{`, `[` and `<`.
    static func titledWords(_ text: String) -> String {
        var result = ""
        var word = String.UnicodeScalarView()
        func finishWord() {
            guard let first = word.first else { return }
            result += upper(String(first)) + lower(String(word.dropFirst()))
            word = String.UnicodeScalarView()
        }
        for scalar in text.unicodeScalars {
            if scalar.isPythonSpace || "-({[<".unicodeScalars.contains(scalar) {
                finishWord()
                result.unicodeScalars.append(scalar)
            } else {
                word.append(scalar)
            }
        }
        finishWord()
        return result
    }

    static func swappedCase(_ text: String) -> String {
        mapped(text) {
            let properties = $0.properties
            if properties.isUppercase { return properties.lowercaseMapping }
            return properties.isLowercase ? properties.uppercaseMapping : String($0)
        }
    }

    private static func mapped(
        _ text: String, _ mapping: (Unicode.Scalar) -> String
    ) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars { result += mapping(scalar) }
        return result
    }
}
