/// How Python writes values: `str`, `repr`, and numbers.
enum PythonText {
    /// The shortest decimal that reads back as `number`, in Python's form: `1.0`, `1e+16`,
    /// `1e-05`, `inf`, `nan`.
    static func double(_ number: Double) -> String {
        if number.isNaN { return "nan" }
        if number.isInfinite { return number < 0 ? "-inf" : "inf" }
        let (digits, exponent) = decimal(number.magnitude)
        let sign = number.sign == .minus ? "-" : ""
        if number == 0 { return sign + "0.0" }
        let count = digits.count
        if exponent < -4 || exponent >= 16 {
            let mantissa = count == 1 ? digits : "\(digits.prefix(1)).\(digits.dropFirst())"
            let power = exponent.magnitude < 10 ? "0\(exponent.magnitude)" : "\(exponent.magnitude)"
            return "\(sign)\(mantissa)e\(exponent < 0 ? "-" : "+")\(power)"
        }
        if exponent < 0 {
            return sign + "0." + String(repeating: "0", count: -exponent - 1) + digits
        }
        if count <= exponent + 1 {
            return sign + digits + String(repeating: "0", count: exponent + 1 - count) + ".0"
        }
        return "\(sign)\(digits.prefix(exponent + 1)).\(digits.dropFirst(exponent + 1))"
    }

    /// The significant digits, without zeros at either end, and the power of ten of the first
    /// digit.
    private static func decimal(_ magnitude: Double) -> (digits: String, exponent: Int) {
        var digits = ""
        var pointAt: Int?
        var exponent = 0
        let parts = magnitude.description.split(separator: "e", maxSplits: 1)
        for letter in parts.first ?? "" {
            if letter == "." { pointAt = digits.count } else { digits.append(letter) }
        }
        if parts.count > 1 { exponent = Int(parts[1]) ?? 0 }
        exponent += (pointAt ?? digits.count) - 1
        while digits.hasPrefix("0"), digits.count > 1 {
            digits.removeFirst()
            exponent -= 1
        }
        while digits.hasSuffix("0"), digits.count > 1 { digits.removeLast() }
        return (digits, exponent)
    }

    /// `repr` of a string: in single quotes, or in double quotes if it holds single quotes and no
    /// double ones.
    static func quoted(_ text: String) -> String {
        let quote: Unicode.Scalar =
            text.unicodeScalars.contains("'") && !text.unicodeScalars.contains("\"") ? "\"" : "'"
        var result = String.UnicodeScalarView()
        result.append(quote)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result.append(contentsOf: #"\\"#.unicodeScalars)
            case "\n": result.append(contentsOf: #"\n"#.unicodeScalars)
            case "\r": result.append(contentsOf: #"\r"#.unicodeScalars)
            case "\t": result.append(contentsOf: #"\t"#.unicodeScalars)
            case quote:
                result.append("\\")
                result.append(quote)
            default:
                if scalar.isPythonPrintable {
                    result.append(scalar)
                } else {
                    result.append(contentsOf: escape(scalar).unicodeScalars)
                }
            }
        }
        result.append(quote)
        return String(result)
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar.value {
        case 0..<0x100: #"\x"# + hexadecimal(scalar.value, digits: 2)
        case 0..<0x10000: #"\u"# + hexadecimal(scalar.value, digits: 4)
        default: #"\U"# + hexadecimal(scalar.value, digits: 8)
        }
    }

    /// Lower-case hexadecimal digits, with leading zeros.
    static func hexadecimal(_ value: UInt32, digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
