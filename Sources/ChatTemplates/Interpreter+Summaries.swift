import Glibc

// Filters that reduce many values to one, and filters for numbers.
extension Interpreter {
    func applySummary(
        _ filter: Filter, _ value: Value, _ arguments: inout Arguments
    ) throws(ChatTemplateError) -> Value {
        switch filter {
        case .length:
            try arguments.finish("length")
            return .integer(try length(of: value))
        case .first, .last:
            try arguments.finish(filter.rawValue)
            return try end(filter, of: value)
        case .join:
            let separator = try string(arguments.take("d") ?? .emptyString)
            let path = try AttributePath(arguments.take("attribute"))
            try arguments.finish("join")
            var items: [Value] = []
            for element in try elements(of: value) {
                items.append(try self.value(at: path, of: element))
            }
            return .string(try joined(items, by: separator))
        case .sum:
            let path = try AttributePath(arguments.take("attribute"))
            var total = arguments.take("start") ?? .integer(0)
            try arguments.finish("sum")
            guard total.text == nil else { throw .fault("sum() can't sum strings") }
            for element in try elements(of: value) {
                total = try arithmetic(.add, total, try self.value(at: path, of: element))
            }
            return total
        default: return try extreme(filter, value, &arguments)
        }
    }

    func length(of value: Value) throws(ChatTemplateError) -> Int {
        switch value {
        case .undefined: return 0
        case .string(let text), .markup(let text):
            try budget.read(text)
            return text.unicodeScalars.count
        case .list(let list): return list.elements.count
        case .dictionary(let dictionary): return dictionary.count
        case .object(let id):
            if case .loop(let state) = self[id] { return state.items.count }
            throw .fault("a lazy sequence has no length; use 'list' first")
        default: throw .fault("object of type '\(value.typeName)' has no len()")
        }
    }

    private func end(_ filter: Filter, of value: Value) throws(ChatTemplateError) -> Value {
        let nothing = Value.undefined(.other("no \(filter.rawValue) item, sequence was empty"))
        guard case .object(let id) = value, case .iterator(let rest) = self[id] else {
            let elements = try elements(of: value)
            return (filter == .first ? elements.first : elements.last) ?? nothing
        }
        guard filter == .first else {
            throw .fault("a lazy sequence has no last item; use 'list' first")
        }
        self[id] = .iterator(.success([]))
        let elements = try rest.get()
        self[id] = .iterator(.success(Array(elements.dropFirst())))
        return elements.first ?? nothing
    }

    private func extreme(
        _ filter: Filter, _ value: Value, _ arguments: inout Arguments
    ) throws(ChatTemplateError) -> Value {
        let caseSensitive = arguments.flag("case_sensitive") ?? false
        var path = try AttributePath(arguments.take("attribute"))
        path.ignoresCase = !caseSensitive
        try arguments.finish(filter.rawValue)
        var best: (key: Value, element: Value)?
        for element in try elements(of: value) {
            let key = try self.value(at: path, of: element)
            if let found = best {
                let isBetter =
                    filter == .min
                    ? try isLess(key, found.key) : try isLess(found.key, key, ">")
                if !isBetter { continue }
            }
            best = (key, element)
        }
        return best?.element
            ?? .undefined(.other("no aggregated item, sequence was empty"))
    }

    // MARK: Numbers

    func applyNumberFilter(
        _ filter: Filter, _ value: Value, _ arguments: inout Arguments
    ) throws(ChatTemplateError) -> Value {
        if case .undefined(let missing) = value { throw .fault(missing.message) }
        switch filter {
        case .abs:
            try arguments.finish("abs")
            if case .double(let number) = value { return .double(number.magnitude) }
            guard let number = value.integer else {
                throw .fault("bad operand type for abs(): '\(value.typeName)'")
            }
            return number < 0 ? try negative(value) : .integer(number)
        case .float:
            let otherwise = arguments.take("default") ?? .double(0)
            try arguments.finish("float")
            if let number = value.number { return .double(number) }
            return try value.text.map(parsed)?.map { .double($0) } ?? otherwise
        case .filesizeformat: return .string(try fileSize(value, &arguments))
        case .int: return try wholeNumber(value, &arguments)
        default: return try rounded(value, &arguments)
        }
    }

    /// `13 kB`, `1.5 MB`, or with `binary` `1.4 MiB`.
    private func fileSize(
        _ value: Value, _ arguments: inout Arguments
    ) throws(ChatTemplateError) -> String {
        let isBinary = arguments.flag("binary") ?? false
        try arguments.finish("filesizeformat")
        let written = try value.text.map(parsed) ?? nil
        guard let bytes = value.number ?? written else {
            throw .fault("'filesizeformat' needs a number, not \(value.typeName)")
        }
        if bytes == 1 { return "1 Byte" }
        let base = isBinary ? 1024.0 : 1000
        if bytes < base { return "\(try whole(bytes)) Bytes" }
        let units =
            isBinary
            ? (1...8).map { exp2(Double($0 * 10)) }
            : [1e3, 1e6, 1e9, 1e12, 1e15, 1e18, 1e21, 1e24]
        let place = units.lastIndex { bytes >= $0 } ?? units.count - 1
        // Jinja divides by the next unit and multiplies by the base, which rounds differently than
        // dividing by the unit.
        let next = place + 1 < units.count ? units[place + 1] : isBinary ? exp2(90) : 1e27
        let number = try NumberFormat(precision: 1).magnitude(base * bytes / next, "f")
        return "\(number) \(Array("kMGTPEZY")[place])\(isBinary ? "iB" : "B")"
            .replacing("kiB", with: "KiB")
    }

    private func wholeNumber(
        _ value: Value, _ arguments: inout Arguments
    ) throws(ChatTemplateError) -> Value {
        let otherwise = arguments.take("default") ?? .integer(0)
        let base = try arguments.integer("base") ?? 10
        try arguments.finish("int")
        if let number = value.integer { return .integer(number) }
        if let number = value.number {
            guard !number.isNaN else { return otherwise }
            return .integer(try whole(number))
        }
        guard let text = value.text else { return otherwise }
        try budget.classify(text)
        if let digits = try integerDigits(text, base) {
            guard let number = Int(digits.text, radix: digits.radix) else {
                throw .fault("'\(digits.text)' does not fit an integer of 64 bits")
            }
            return .integer(number)
        }
        guard let number = try parsed(text), number.isFinite else { return otherwise }
        return .integer(try whole(number))
    }

    private func whole(_ number: Double) throws(ChatTemplateError) -> Int {
        guard let whole = Int(exactly: number.rounded(.towardZero)) else {
            throw .fault("\(PythonText.double(number)) does not fit an integer of 64 bits")
        }
        return whole
    }

    /// Sign and digits of an integer that Python's `int(text, base)` accepts; nil for other texts.
    private func integerDigits(
        _ text: String, _ base: Int
    ) throws(ChatTemplateError) -> (text: String, radix: Int)? {
        guard (2...36).contains(base) else { throw .fault("int() base must be >= 2 and <= 36") }
        var rest = PythonText.stripped(text, nil)[...]
        var sign = ""
        if let first = rest.first, first == "-" || first == "+" {
            sign = first == "-" ? "-" : ""
            rest = rest.dropFirst()
        }
        let prefix = [2: "0b", 8: "0o", 16: "0x"][base]
        if let prefix, rest.lowercased().hasPrefix(prefix) { rest = rest.dropFirst(2) }
        let groups = rest.split(separator: "_", omittingEmptySubsequences: false)
        let isNumber = groups.allSatisfy { group in
            !group.isEmpty
                && group.allSatisfy { $0.isASCII && ($0.digitValue ?? 36) < base }
        }
        return isNumber ? (sign + groups.joined(), base) : nil
    }

    /// A double that Python's `float(text)` accepts; nil for other texts.
    private func parsed(_ text: String) throws(ChatTemplateError) -> Double? {
        try budget.read(text)
        let trimmed = PythonText.lower(PythonText.stripped(text, nil))
        let unsigned = trimmed.drop { $0 == "+" || $0 == "-" }
        guard trimmed.utf8.count - unsigned.utf8.count <= 1 else { return nil }
        let isNegative = trimmed.hasPrefix("-")
        switch unsigned {
        case "inf", "infinity": return isNegative ? -.infinity : .infinity
        case "nan": return .nan
        default: break
        }
        let bytes = Array(unsigned.utf8)
        for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "_") {
            let neighbours = [index - 1, index + 1]
            guard
                neighbours.allSatisfy({
                    bytes.indices.contains($0) && (0x30...0x39).contains(bytes[$0])
                })
            else { return nil }
        }
        guard bytes.allSatisfy({ (0x30...0x39).contains($0) || "+-._e".utf8.contains($0) }) else {
            return nil
        }
        // In Python a point needs digits on one of its sides only.
        var digits = unsigned.filter { $0 != "_" }
        if digits.hasPrefix(".") { digits = "0" + digits }
        guard let first = digits.utf8.first, (0x30...0x39).contains(first) else { return nil }
        if let point = digits.firstIndex(of: ".") {
            let next = digits.index(after: point)
            let isBare = next == digits.endIndex || digits[next] == "e"
            let hasDigits = unsigned != "."
            if isBare, hasDigits { digits.insert("0", at: next) }
        }
        return Double(digits).map { isNegative ? -$0 : $0 }
    }

    private func rounded(
        _ value: Value, _ arguments: inout Arguments
    ) throws(ChatTemplateError) -> Value {
        let precision = try arguments.integer("precision") ?? 0
        let method = try arguments.text("method") ?? "common"
        try arguments.finish("round")
        guard ["common", "ceil", "floor"].contains(method) else {
            throw .fault("method must be common, ceil or floor")
        }
        guard let number = value.number else {
            throw .fault("a value of type \(value.typeName) cannot be rounded")
        }
        guard method == "common" else {
            let unit = pow(10, Double(precision))
            let scaled = number * unit
            guard scaled.isFinite, unit != 0 else { throw .fault("a precision that is too large") }
            // Python's ceil and floor give integers, which have no negative zero.
            return .double((scaled.rounded(method == "ceil" ? .up : .down) + 0) / unit)
        }
        guard let integer = value.integer else {
            return .double(try NumberFormat.rounded(number, precision: precision))
        }
        guard precision < 0 else { return .integer(integer) }
        guard precision > -18 else { throw .fault("a precision that is too small") }
        let unit = (0..<(-precision)).reduce(1) { unit, _ in unit * 10 }
        let low = try arithmetic(.modulo, .integer(integer), .integer(unit)).integer ?? 0
        let quotient = (integer - low) / unit
        let up = low > unit / 2 || (low == unit / 2 && quotient % 2 != 0)
        return try arithmetic(.add, .integer(integer - low), .integer(up ? unit : 0))
    }
}

extension Character {
    /// 0 to 35 for ASCII digits and letters; nil for other characters.
    var digitValue: Int? {
        if let digit = wholeNumberValue { return digit }
        guard let byte = asciiValue else { return nil }
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): return Int(byte - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): return Int(byte - UInt8(ascii: "A")) + 10
        default: return nil
        }
    }
}
