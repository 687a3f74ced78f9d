import JSON

/// Numbers as proto3's JSON lets clients write them.
enum ProtoNumber {
    /// A number without a fraction, or a string of one.
    static func integer<Integer: FixedWidthInteger>(
        _ json: JSONValue, path: String
    ) throws(APIError) -> Integer {
        let expected = "an integer from \(Integer.min) to \(Integer.max)"
        // Not by way of a double, which would round it.
        if let text = json.stringValue, isPlain(text), let exact = Integer(text) { return exact }
        let found: Integer? =
            switch number(json) {
            case .integer(let number): Integer(exactly: number)
            case .double(let number) where abs(number) <= exactMax: Integer(exactly: number)
            default: nil
            }
        guard let found else {
            var fault = expected
            if case .double(let number) = json, number.isFinite, abs(number) > exactMax {
                fault += " (in a string, where it has more than 15 digits)"
            }
            throw RequestFields.mistyped(path, expected: fault, found: json)
        }
        return found
    }

    /// A number, a string of one, or "NaN", "Infinity", "-Infinity".
    static func float(_ json: JSONValue, path: String) throws(APIError) -> Float {
        switch json.stringValue {
        case "NaN": return .nan
        case "Infinity": return .infinity
        case "-Infinity": return -.infinity
        default: break
        }
        guard let number = number(json)?.doubleValue else {
            throw RequestFields.mistyped(path, expected: "a number", found: json)
        }
        guard Float(number).isFinite else {
            throw RequestFields.invalid(path, "is too large for a float")
        }
        return Float(number)
    }

    /// Above this not every integer is a double.
    private static let exactMax = 9_007_199_254_740_992.0

    private static func isPlain(_ text: String) -> Bool {
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        let isDigits = digits.utf8.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        }
        return isDigits && !digits.isEmpty && (digits == "0" || !digits.hasPrefix("0"))
    }

    /// The value if it is a number, or the number that a string spells as JSON would.
    private static func number(_ json: JSONValue) -> JSONValue? {
        guard let text = json.stringValue else { return json.doubleValue == nil ? nil : json }
        guard let first = text.utf8.first, let last = text.utf8.last, first > 0x20, last > 0x20,
            text.utf8.count <= 64, let parsed = try? JSONParser.parse(text),
            parsed.doubleValue != nil
        else { return nil }
        return parsed
    }
}
