// `format % values`, after printf.
extension Interpreter {
    private struct Conversion {
        var key: String?
        var isLeft = false
        var isZeroPadded = false
        var width = 0
        var number = NumberFormat()
        var kind: Unicode.Scalar = "s"
    }

    /// If `format` is safe text, the values are escaped before they are inserted.
    func percentFormat(_ format: Value, _ values: Value) throws(ChatTemplateError) -> Value {
        let isSafe: Bool
        if case .markup = format { isSafe = true } else { isSafe = false }
        return Self.text(
            try percentFormat(try string(format), values, isSafe: isSafe), like: format)
    }

    private func percentFormat(
        _ format: String, _ values: Value, isSafe: Bool
    ) throws(ChatTemplateError) -> String {
        try budget.read(format)
        let scalars = Array(format.unicodeScalars)
        var positional: [Value] = [values]
        if case .list(let list) = values, list.isTuple { positional = list.elements }
        var used = 0
        var usesKeys = false
        var result = ""
        var index = 0
        while index < scalars.count {
            guard scalars[index] == "%" else {
                result.unicodeScalars.append(scalars[index])
                index += 1
                continue
            }
            index += 1
            let conversion = try Self.conversion(scalars, &index)
            var text = "%"
            if conversion.kind != "%" {
                let value: Value
                if let key = conversion.key {
                    guard case .dictionary(let members) = values,
                        let member = members[try .text(key, budget)]
                    else {
                        throw .fault("the format asks for '\(key)', which is not given")
                    }
                    (value, usesKeys) = (member, true)
                } else {
                    guard used < positional.count else {
                        throw .fault("not enough arguments for format string")
                    }
                    value = positional[used]
                    used += 1
                }
                let isPlain = conversion.kind == "s" && isSafe
                text = try self.text(isPlain ? .markup(try html(value)) : value, conversion)
            }
            try budget.step()
            try budget.charge(text.utf8.count)
            try budget.allowText(result.utf8.count + text.utf8.count)
            result += text
        }
        var acceptsRest = usesKeys
        switch values {
        case .dictionary, .undefined: acceptsRest = true
        case .list(let list): acceptsRest = acceptsRest || list.kind == .list || list.kind == .range
        default: break
        }
        guard acceptsRest || used == positional.count else {
            throw .fault("not all arguments converted during string formatting")
        }
        return result
    }

    /// Reads the conversion after a `%`.
    private static func conversion(
        _ scalars: [Unicode.Scalar], _ index: inout Int
    ) throws(ChatTemplateError) -> Conversion {
        var conversion = Conversion()
        func current() -> Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }
        if current() == "(" {
            let start = index + 1
            while index < scalars.count, scalars[index] != ")" { index += 1 }
            guard current() == ")" else { throw .fault("incomplete format key") }
            conversion.key = String(String.UnicodeScalarView(scalars[start..<index]))
            index += 1
        }
        flags: while let flag = current() {
            switch flag {
            case "-": conversion.isLeft = true
            case "0": conversion.isZeroPadded = true
            case "+": conversion.number.sign = "+"
            case " ": if conversion.number.sign.isEmpty { conversion.number.sign = " " }
            case "#": conversion.number.isAlternate = true
            default: break flags
            }
            index += 1
        }
        conversion.width = try formatNumber(scalars, &index)
        if current() == "." {
            index += 1
            conversion.number.precision = try formatNumber(scalars, &index)
        }
        while current() == "l" || current() == "h" || current() == "L" { index += 1 }
        guard let kind = current() else { throw .fault("incomplete format") }
        conversion.kind = kind
        index += 1
        return conversion
    }

    private func text(
        _ value: Value, _ conversion: Conversion
    ) throws(ChatTemplateError) -> String {
        var body: String
        var sign = ""
        var isNumber = true
        switch conversion.kind {
        case "s", "r", "a":
            body = conversion.kind == "s" ? try string(value) : try representation(value)
            if conversion.kind == "a", !body.utf8.allSatisfy({ $0 < 0x80 }) {
                throw .fault("'%a' is supported for ASCII only")
            }
            if let precision = conversion.number.precision {
                body = String(String.UnicodeScalarView(body.unicodeScalars.prefix(precision)))
            }
            isNumber = false
        case "c":
            if let text = value.text, text.unicodeScalars.count == 1 {
                body = text
            } else if let code = value.integer, let code = UInt32(exactly: code),
                let scalar = Unicode.Scalar(code)
            {
                body = String(scalar)
            } else {
                throw .fault("%c requires an int or a character")
            }
            isNumber = false
        case "d", "i", "u":
            let number = try whole(value, conversion.kind)
            body = String(number.magnitude)
            body = try padded(body, to: conversion.number.precision ?? 0, with: "0", .right)
            sign = conversion.number.signText(isNegative: number < 0)
        case "x", "X", "o":
            guard let number = value.integer else {
                throw .fault("%\(conversion.kind) format: an integer is required")
            }
            let radix = conversion.kind == "o" ? 8 : 16
            body = String(number.magnitude, radix: radix, uppercase: conversion.kind == "X")
            body = try padded(body, to: conversion.number.precision ?? 0, with: "0", .right)
            sign = conversion.number.signText(isNegative: number < 0)
            if conversion.number.isAlternate { sign += "0\(conversion.kind)" }
        case "e", "E", "f", "F", "g", "G":
            guard let number = value.number else {
                throw .fault("must be real number, not \(value.typeName)")
            }
            body = try conversion.number.magnitude(number, Character(conversion.kind))
            sign = conversion.number.signText(isNegative: number.sign == .minus && !number.isNaN)
        default: throw .fault("unsupported format character '\(conversion.kind)'")
        }
        if conversion.isZeroPadded, isNumber, !conversion.isLeft {
            let digits = conversion.width - sign.utf8.count
            return sign + (try padded(body, to: digits, with: "0", .right))
        }
        return try padded(
            sign + body, to: conversion.width, with: " ", conversion.isLeft ? .left : .right)
    }

    private func whole(
        _ value: Value, _ kind: Unicode.Scalar
    ) throws(ChatTemplateError) -> Int {
        if let number = value.integer { return number }
        guard let number = value.number, let whole = Int(exactly: number.rounded(.towardZero))
        else {
            throw .fault("%\(kind) format: a real number is required, not \(value.typeName)")
        }
        return whole
    }
}
