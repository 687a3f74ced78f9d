import Glibc

/// Formats a number as `%+08.2f` or `{:>8,d}` ask.
struct NumberFormat {
    /// The largest precision that a format may ask for, so that formatting stays cheap.
    static let precisionMax = 400

    var sign = ""  // "+", " ", or "" to show a sign for negative numbers only
    var isAlternate = false
    var precision: Int?

    /// A finite double by C's `f`, `e` or `g` (or `F`, `E`, `G`), without its sign.
    func magnitude(_ number: Double, _ kind: Character) throws(ChatTemplateError) -> String {
        let precision = precision ?? 6
        guard (0...Self.precisionMax).contains(precision) else {
            throw .fault("a precision of more than \(Self.precisionMax)")
        }
        if number.isNaN { return kind.isUppercase ? "NAN" : "nan" }
        if number.isInfinite { return kind.isUppercase ? "INF" : "inf" }
        // At most 309 digits before the point, then the point and the precision's digits.
        let size = 320 + precision
        var buffer = [CChar](repeating: 0, count: size)
        let format = "%\(isAlternate ? "#" : "").\(precision)\(kind)"
        let count = unsafe withVaList([number.magnitude]) { arguments in
            // SAFETY: the buffer's own length bounds the writing, and the one argument is the
            // double that the format asks for.
            unsafe vsnprintf(&buffer, size, format, arguments)
        }
        let bytes = buffer.prefix(max(0, min(Int(count), size - 1)))
        return String(decoding: bytes.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    func signText(isNegative: Bool) -> String { isNegative ? "-" : sign }

    /// Rounds half to even on the exact value, as Python's `round` does.
    static func rounded(_ number: Double, precision: Int) throws(ChatTemplateError) -> Double {
        guard number.isFinite else { return number }
        if precision < 0 {
            guard precision >= -308 else { return number.sign == .minus ? -0.0 : 0 }
            let unit = pow(10, Double(-precision))
            return (number / unit).rounded(.toNearestOrEven) * unit
        }
        guard precision <= 340 else { return number }
        let text = try NumberFormat(precision: precision).magnitude(number, "f")
        guard let result = Double(text) else { return number }
        return number.sign == .minus ? -result : result
    }
}
