/// The parser's position in a text. Every method takes the whole text and moves `position` past
/// what it read.
struct JSONReader {
    private let depthMax: Int
    private let refusesRepeatedKeys: Bool
    private var position = 0
    private var depth = 0

    init(depthMax: Int, refusesRepeatedKeys: Bool) {
        self.depthMax = depthMax
        self.refusesRepeatedKeys = refusesRepeatedKeys
    }

    /// Reads one value with white space around it and nothing else.
    mutating func document(_ bytes: Span<UInt8>) throws(JSONError) -> JSONValue {
        skipSpace(bytes)
        let result = try value(bytes)
        skipSpace(bytes)
        guard position == bytes.count else {
            throw fault(bytes, "expected the end of the text")
        }
        return result
    }

    private mutating func value(_ bytes: Span<UInt8>) throws(JSONError) -> JSONValue {
        guard position < bytes.count else { throw fault(bytes, "expected a value") }
        switch bytes[position] {
        case UInt8(ascii: "\""): return .string(try string(bytes))
        case UInt8(ascii: "{"): return .object(try object(bytes))
        case UInt8(ascii: "["): return .array(try array(bytes))
        case UInt8(ascii: "t"):
            try literal(bytes, "true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try literal(bytes, "false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try literal(bytes, "null")
            return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return try number(bytes)
        default: throw fault(bytes, "expected a value")
        }
    }

    private mutating func object(_ bytes: Span<UInt8>) throws(JSONError) -> JSONObject {
        try enter(bytes)
        var object = JSONObject()
        skipSpace(bytes)
        if take(bytes, UInt8(ascii: "}")) {
            depth -= 1
            return object
        }
        while true {
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
                throw fault(bytes, "expected a key in double quotes")
            }
            let start = position
            let key = try string(bytes)
            if refusesRepeatedKeys, object[key] != nil {
                throw JSONError(offset: start, message: "the key '\(key)' occurs twice")
            }
            skipSpace(bytes)
            guard take(bytes, UInt8(ascii: ":")) else {
                throw fault(bytes, "expected ':' after a key")
            }
            skipSpace(bytes)
            object.set(key, try value(bytes))
            skipSpace(bytes)
            if take(bytes, UInt8(ascii: "}")) {
                depth -= 1
                return object
            }
            guard take(bytes, UInt8(ascii: ",")) else {
                throw fault(bytes, "expected ',' or '}' after a member")
            }
            skipSpace(bytes)
        }
    }

    private mutating func array(_ bytes: Span<UInt8>) throws(JSONError) -> [JSONValue] {
        try enter(bytes)
        var array: [JSONValue] = []
        skipSpace(bytes)
        if take(bytes, UInt8(ascii: "]")) {
            depth -= 1
            return array
        }
        while true {
            array.append(try value(bytes))
            skipSpace(bytes)
            if take(bytes, UInt8(ascii: "]")) {
                depth -= 1
                return array
            }
            guard take(bytes, UInt8(ascii: ",")) else {
                throw fault(bytes, "expected ',' or ']' after an element")
            }
            skipSpace(bytes)
        }
    }

    /// Steps over the opening bracket.
    private mutating func enter(_ bytes: Span<UInt8>) throws(JSONError) {
        guard depth < depthMax else {
            throw JSONError(
                offset: position, message: "nested more than \(depthMax) levels deep")
        }
        depth += 1
        position += 1
    }

    private mutating func literal(
        _ bytes: Span<UInt8>, _ word: StaticString
    ) throws(JSONError) {
        let expected = word.description.utf8
        guard bytes.count - position >= expected.count else {
            throw fault(bytes, "expected '\(word)'")
        }
        for (index, byte) in expected.enumerated() where bytes[position + index] != byte {
            throw fault(bytes, "expected '\(word)'")
        }
        position += expected.count
    }

    private mutating func skipSpace(_ bytes: Span<UInt8>) {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private mutating func take(_ bytes: Span<UInt8>, _ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    /// An error at the current position that says what is there.
    private func fault(_ bytes: Span<UInt8>, _ message: String) -> JSONError {
        let found: String
        if position >= bytes.count {
            found = "the text ends"
        } else if (0x21...0x7E).contains(bytes[position]) {
            found = "found '\(Unicode.Scalar(bytes[position]))'"
        } else {
            found = "found byte 0x\(String(bytes[position], radix: 16))"
        }
        return JSONError(offset: position, message: "\(message), \(found)")
    }
}

// MARK: Numbers

extension JSONReader {
    private mutating func number(_ bytes: Span<UInt8>) throws(JSONError) -> JSONValue {
        let start = position
        let isNegative = take(bytes, UInt8(ascii: "-"))
        let digitsStart = position
        // The magnitude is accumulated as a negative number, since `Int64.min` has no positive
        // counterpart.
        var magnitude: Int64 = 0
        var overflowed = false
        while position < bytes.count, Self.isDigit(bytes[position]) {
            let product = magnitude.multipliedReportingOverflow(by: 10)
            let digit = Int64(bytes[position] - UInt8(ascii: "0"))
            let sum = product.partialValue.subtractingReportingOverflow(digit)
            overflowed = overflowed || product.overflow || sum.overflow
            magnitude = sum.partialValue
            position += 1
        }
        guard position > digitsStart else { throw fault(bytes, "expected a digit") }
        if position - digitsStart > 1, bytes[digitsStart] == UInt8(ascii: "0") {
            throw JSONError(offset: digitsStart, message: "a number must not start with 0")
        }
        let hasFraction = try fraction(bytes)
        let hasExponent = try exponent(bytes)
        if !hasFraction, !hasExponent, !overflowed {
            if isNegative { return .integer(magnitude) }
            if magnitude != .min { return .integer(0 - magnitude) }
        }
        return .double(try double(bytes, start..<position))
    }

    private mutating func fraction(_ bytes: Span<UInt8>) throws(JSONError) -> Bool {
        guard take(bytes, UInt8(ascii: ".")) else { return false }
        try digits(bytes)
        return true
    }

    private mutating func exponent(_ bytes: Span<UInt8>) throws(JSONError) -> Bool {
        guard take(bytes, UInt8(ascii: "e")) || take(bytes, UInt8(ascii: "E")) else {
            return false
        }
        if !take(bytes, UInt8(ascii: "+")) { _ = take(bytes, UInt8(ascii: "-")) }
        try digits(bytes)
        return true
    }

    private mutating func digits(_ bytes: Span<UInt8>) throws(JSONError) {
        let start = position
        while position < bytes.count, Self.isDigit(bytes[position]) { position += 1 }
        guard position > start else { throw fault(bytes, "expected a digit") }
    }

    private func double(
        _ bytes: Span<UInt8>, _ range: Range<Int>
    ) throws(JSONError) -> Double {
        guard range.count <= JSONLimits.numberBytesMax else {
            throw JSONError(
                offset: range.lowerBound,
                message: "a number of \(range.count) bytes, the limit is "
                    + "\(JSONLimits.numberBytesMax)")
        }
        let text = try Self.text(bytes, range)
        guard let number = Double(text), number.isFinite else {
            throw JSONError(offset: range.lowerBound, message: "the number \(text) is too large")
        }
        return number
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }
}

// MARK: Strings

extension JSONReader {
    /// A string without escapes is one validated copy of its bytes.
    private mutating func string(_ bytes: Span<UInt8>) throws(JSONError) -> String {
        let quote = position
        position += 1
        let start = position
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                let text = try Self.text(bytes, start..<position)
                position += 1
                return text
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(bytes, from: start) }
            if byte < 0x20 { throw fault(bytes, "a control character must be escaped") }
            position += 1
        }
        throw JSONError(offset: quote, message: "the string has no closing quote")
    }

    /// `position` is at the first backslash of the string whose text began at `start`.
    private mutating func escapedString(
        _ bytes: Span<UInt8>, from start: Int
    ) throws(JSONError) -> String {
        var content: [UInt8] = []
        var runStart = start
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                try append(bytes, runStart..<position, to: &content)
                position += 1
                return String(decoding: content, as: UTF8.self)
            }
            if byte == UInt8(ascii: "\\") {
                try append(bytes, runStart..<position, to: &content)
                position += 1
                try appendEscape(bytes, to: &content)
                runStart = position
                continue
            }
            if byte < 0x20 { throw fault(bytes, "a control character must be escaped") }
            position += 1
        }
        throw JSONError(offset: start - 1, message: "the string has no closing quote")
    }

    /// Appends the bytes between two escapes. Each run is validated as UTF-8, so the whole is
    /// valid.
    private func append(
        _ bytes: Span<UInt8>, _ range: Range<Int>, to content: inout [UInt8]
    ) throws(JSONError) {
        guard !range.isEmpty else { return }
        content.append(contentsOf: try Self.text(bytes, range).utf8)
    }

    /// `position` is after the backslash.
    private mutating func appendEscape(
        _ bytes: Span<UInt8>, to content: inout [UInt8]
    ) throws(JSONError) {
        guard position < bytes.count else { throw fault(bytes, "expected an escape") }
        let byte = bytes[position]
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(byte)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "u"):
            position += 1
            let scalar = try unicodeEscape(bytes)
            content.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            return
        default: throw fault(bytes, "unknown escape")
        }
        position += 1
    }

    /// `position` is after `\u`. A high surrogate must be followed by a low one, which is read too.
    private mutating func unicodeEscape(
        _ bytes: Span<UInt8>
    ) throws(JSONError) -> Unicode.Scalar {
        let start = position - 2
        let first = try hexadecimal(bytes)
        if let scalar = Unicode.Scalar(first) { return scalar }
        let lone = JSONError(offset: start, message: "a lone surrogate is no character")
        guard (0xD800...0xDBFF).contains(first), take(bytes, UInt8(ascii: "\\")),
            take(bytes, UInt8(ascii: "u"))
        else { throw lone }
        let second = try hexadecimal(bytes)
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
        else { throw lone }
        return scalar
    }

    private mutating func hexadecimal(_ bytes: Span<UInt8>) throws(JSONError) -> UInt32 {
        var result: UInt32 = 0
        for _ in 0..<4 {
            guard position < bytes.count else { throw fault(bytes, "expected a hex digit") }
            let byte = bytes[position]
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw fault(bytes, "expected a hex digit")
            }
            result = result << 4 | UInt32(digit)
            position += 1
        }
        return result
    }

    /// One validated copy of a range of the text.
    private static func text(
        _ bytes: Span<UInt8>, _ range: Range<Int>
    ) throws(JSONError) -> String {
        do {
            return String(copying: try UTF8Span(validating: bytes.extracting(range)))
        } catch {
            throw JSONError(
                offset: range.lowerBound + error.byteOffsets.lowerBound,
                message: "the text is not valid UTF-8")
        }
    }
}
