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
        return scalars.indices.map { lower(scalars, at: $0) }.joined()
    }

    private static func lower(_ scalars: [Unicode.Scalar], at index: Int) -> String {
        guard scalars[index] == "\u{3A3}" else {
            return scalars[index].properties.lowercaseMapping
        }
        let before = scalars[..<index].last { !$0.properties.isCaseIgnorable }
        let after = scalars[(index + 1)...].first { !$0.properties.isCaseIgnorable }
        let isFinal = before?.properties.isCased == true && after?.properties.isCased != true
        return isFinal ? "\u{3C2}" : "\u{3C3}"
    }

    static func capitalized(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        guard let first = scalars.first else { return "" }
        return first.properties.titlecaseMapping
            + scalars.indices.dropFirst().map { lower(scalars, at: $0) }.joined()
    }

    /// `str.title`: a letter after a cased letter becomes lower case, any other becomes title case.
    static func titled(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        var result = ""
        var followsCased = false
        for (index, scalar) in scalars.enumerated() {
            result += followsCased ? lower(scalars, at: index) : scalar.properties.titlecaseMapping
            followsCased = scalar.properties.isCased
        }
        return result
    }

    /// The filter `title`: words begin after spaces, `-`, `(`, `{`, `[` and `<`.
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
        let scalars = Array(text.unicodeScalars)
        var result = ""
        for (index, scalar) in scalars.enumerated() {
            if scalar.properties.isUppercase {
                result += lower(scalars, at: index)
            } else if scalar.properties.isLowercase {
                result += scalar.properties.uppercaseMapping
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
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
