package import JSON

/// Reads an object of a request body field by field. It knows its own place in the body, so that an
/// error says the path, what was expected and what was found; it remembers which fields were asked
/// for, so that `finish` refuses the others by name. A `null` field counts as absent.
package struct RequestFields {
    package let object: JSONObject
    /// The object's path in the body; empty at the top.
    package let path: String
    private var known: [String] = []

    package init(_ value: JSONValue, path: String = "") throws(APIError) {
        guard let object = value.objectValue else {
            throw path.isEmpty
                ? APIError(
                    .invalidType,
                    "the body must be a JSON object, found \(Self.found(value))")
                : Self.mistyped(path, expected: "an object", found: value)
        }
        self.object = object
        self.path = path
    }

    /// The path of a field of this object.
    package func path(of name: String) -> String {
        path.isEmpty ? name : "\(path).\(name)"
    }

    /// The field's value; nil if it is absent or null.
    package mutating func value(_ name: String) -> JSONValue? {
        known.append(name)
        guard let value = object[name], !value.isNull else { return nil }
        return value
    }

    package mutating func string(_ name: String, bytesMax: Int = .max) throws(APIError) -> String? {
        guard let value = value(name) else { return nil }
        guard let string = value.stringValue else {
            throw Self.mistyped(path(of: name), expected: "a string", found: value)
        }
        guard string.utf8.count <= bytesMax else {
            throw Self.invalid(
                path(of: name), "must be at most \(bytesMax) bytes, found \(string.utf8.count)")
        }
        return string
    }

    package mutating func boolean(_ name: String) throws(APIError) -> Bool? {
        guard let value = value(name) else { return nil }
        guard let boolean = value.boolValue else {
            throw Self.mistyped(path(of: name), expected: "true or false", found: value)
        }
        return boolean
    }

    package mutating func integer(
        _ name: String, in range: ClosedRange<Int> = Int.min...Int.max
    ) throws(APIError) -> Int? {
        guard let value = value(name) else { return nil }
        return try Self.integer(value, in: range, path: path(of: name))
    }

    package mutating func number(_ name: String) throws(APIError) -> Double? {
        guard let value = value(name) else { return nil }
        guard let number = value.doubleValue else {
            throw Self.mistyped(path(of: name), expected: "a number", found: value)
        }
        return number
    }

    package mutating func number(
        _ name: String, in range: ClosedRange<Double>
    ) throws(APIError) -> Double? {
        guard let number = try number(name) else { return nil }
        guard range.contains(number) else {
            throw Self.invalid(
                path(of: name),
                "must be from \(Self.plain(range.lowerBound)) to \(Self.plain(range.upperBound)), "
                    + "found \(Self.plain(number))")
        }
        return number
    }

    package mutating func array(
        _ name: String, expected: String = "an array"
    ) throws(APIError) -> [JSONValue]? {
        guard let value = value(name) else { return nil }
        guard let array = value.arrayValue else {
            throw Self.mistyped(path(of: name), expected: expected, found: value)
        }
        return array
    }

    package mutating func fields(_ name: String) throws(APIError) -> RequestFields? {
        guard let value = value(name) else { return nil }
        return try RequestFields(value, path: path(of: name))
    }

    /// The field of a request that has to bring it.
    package func required<Value>(_ value: Value?, _ name: String) throws(APIError) -> Value {
        guard let value else { throw missing(name) }
        return value
    }

    /// The error for a field that is not there: that another name is a slip of the pen, if one is
    /// near.
    package func missing(_ name: String) -> APIError {
        let names = Set(known)
        let slip = object.keys.prefix(64).first { key in
            !names.contains(key) && Spelling.nearest(to: key, among: [name]) != nil
        }
        if let slip { return unknown(slip, hint: "; did you mean '\(name)'?") }
        return APIError(
            .missingParameter, "\(path(of: name)) is required", param: path(of: name))
    }

    /// Refuses a field that another endpoint takes, if it is there, and says which one does.
    package func redirect(_ name: String, to endpoint: String, instead: String) throws(APIError) {
        guard let value = object[name], !value.isNull else { return }
        throw unknown(name, hint: "; \(endpoint) takes it, here it is '\(instead)'")
    }

    /// Refuses a field that we know, cannot honour, and may not ignore.
    package mutating func refuse(_ name: String, _ reason: String) throws(APIError) {
        guard value(name) != nil else { return }
        throw Self.unsupported(path(of: name), "is not supported: \(reason)")
    }

    /// Takes a field that cannot change the answer.
    package mutating func accept(_ names: String...) {
        known.append(contentsOf: names)
    }

    /// Refuses the first field that nothing asked for.
    package func finish() throws(APIError) {
        let names = Set(known)
        for name in object.keys where !names.contains(name) {
            let near = Spelling.nearest(to: name, among: known)
            throw unknown(name, hint: near.map { "; did you mean '\($0)'?" } ?? "")
        }
    }

    private func unknown(_ name: String, hint: String) -> APIError {
        let path = path(of: Spelling.shown(name))
        return APIError(
            .unknownParameter,
            "'\(path)' is not a field of this request, and it is refused rather than ignored\(hint)",
            param: path)
    }
}

extension RequestFields {
    /// An integer of the body, from a field or an array's element.
    package static func integer(
        _ value: JSONValue, in range: ClosedRange<Int>, path: String
    ) throws(APIError) -> Int {
        guard let integer = value.integerValue else {
            throw mistyped(path, expected: "an integer", found: value)
        }
        return try checked(integer, in: range, path: path)
    }

    /// The integer, if it lies in its range.
    package static func checked(
        _ integer: Int, in range: ClosedRange<Int>, path: String
    ) throws(APIError) -> Int {
        guard range.contains(integer) else {
            throw invalid(
                path,
                range.upperBound == .max
                    ? "must be at least \(range.lowerBound), found \(integer)"
                    : "must be from \(range.lowerBound) to \(range.upperBound), found \(integer)")
        }
        return integer
    }

    /// Token ids: integers below the vocabulary's size.
    package static func tokens(
        _ values: [JSONValue], vocabularySize: Int, path: String
    ) throws(APIError) -> [Int32] {
        var integers: [Int] = []
        integers.reserveCapacity(values.count)
        for (index, value) in values.enumerated() {
            guard let integer = value.integerValue else {
                throw mistyped("\(path)[\(index)]", expected: "an integer", found: value)
            }
            integers.append(integer)
        }
        return try tokens(ids: integers, vocabularySize: vocabularySize, path: path)
    }

    /// The same for those that another form of body brings.
    package static func tokens(
        ids: [some BinaryInteger], vocabularySize: Int, path: String
    ) throws(APIError) -> [Int32] {
        let range = 0...max(0, min(vocabularySize, Int(Int32.max)) - 1)
        var tokens: [Int32] = []
        tokens.reserveCapacity(ids.count)
        for (index, id) in ids.enumerated() {
            guard let token = Int32(exactly: id), range.contains(Int(token)) else {
                throw invalid(
                    "\(path)[\(index)]",
                    "must be from \(range.lowerBound) to \(range.upperBound), found \(id)")
            }
            tokens.append(token)
        }
        return tokens
    }

    package static func mistyped(
        _ path: String, expected: String, found value: JSONValue
    ) -> APIError {
        APIError(
            .invalidType, "\(path): expected \(expected), found \(found(value))", param: path)
    }

    package static func invalid(_ path: String, _ fault: String) -> APIError {
        APIError(.invalidValue, "\(path) \(fault)", param: path)
    }

    package static func unsupported(_ path: String, _ fault: String) -> APIError {
        APIError(.unsupportedParameter, "\(path) \(fault)", param: path)
    }

    /// A value in the words of an error.
    package static func found(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool(let boolean): boolean ? "true" : "false"
        case .integer(let integer): "the number \(integer)"
        case .double(let double): "the number \(double)"
        case .string(let string): "the string \"\(Spelling.shown(string))\""
        case .array(let array): array.isEmpty ? "an empty array" : "an array of \(array.count)"
        case .object: "an object"
        }
    }

    private static func plain(_ number: Double) -> String {
        guard let integer = Int(exactly: number) else { return "\(number)" }
        return "\(integer)"
    }
}
