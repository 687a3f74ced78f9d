package import JSON

/// Reads a message's fields from proto3's JSON: both spellings of a name, null as absent, everything
/// unknown refused by name. Errors name fields by the `.proto` file's names.
package struct JSONFieldReader: FieldVisitor {
    private let object: JSONObject
    private let path: String
    private var known: [String] = []

    package init(_ value: JSONValue, path: String) throws(APIError) {
        guard let object = value.objectValue else {
            throw RequestFields.mistyped(
                path.isEmpty ? "the body" : path, expected: "an object", found: value)
        }
        self.object = object
        self.path = path
    }

    package mutating func field<Value: ProtoValue>(
        _ number: Int, _ name: String, _ value: inout Value
    ) throws(APIError) {
        guard let json = try take(name) else { return }
        value = try Value(json: json, path: path(of: name))
    }

    package mutating func optional<Value: ProtoValue>(
        _ number: Int, _ name: String, _ value: inout Value?
    ) throws(APIError) {
        guard let json = try take(name) else { return }
        value = try Value(json: json, path: path(of: name))
    }

    package mutating func repeated<Value: ProtoValue>(
        _ number: Int, _ name: String, _ values: inout [Value]
    ) throws(APIError) {
        guard let json = try take(name) else { return }
        guard let elements = json.arrayValue else {
            throw RequestFields.mistyped(path(of: name), expected: "an array", found: json)
        }
        values.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            values.append(try Value(json: element, path: "\(path(of: name))[\(index)]"))
        }
    }

    package mutating func map<Value: ProtoValue>(
        _ number: Int, _ name: String, _ values: inout [UInt32: Value]
    ) throws(APIError) {
        guard let json = try take(name) else { return }
        guard let entries = json.objectValue else {
            throw RequestFields.mistyped(path(of: name), expected: "an object", found: json)
        }
        for (key, value) in entries {
            let path = "\(path(of: name)).\(Spelling.shown(key))"
            let id = try UInt32(json: .string(key), path: path)
            guard values.updateValue(try Value(json: value, path: path), forKey: id) == nil else {
                throw RequestFields.invalid(path, "stands here twice")
            }
        }
    }

    package func oneOf(_ members: String, count: Int) throws(APIError) {
        guard count > 1 else { return }
        throw RequestFields.invalid(
            path.isEmpty ? "the body" : path, "may have one of \(members) only, found \(count)")
    }

    /// Refuses the first field that nothing asked for.
    package func finish() throws(APIError) {
        let spellings = known.map { (name: $0, camel: ProtoName.lowerCamel($0)) }
        let names = Set(spellings.flatMap { [$0.name, $0.camel] })
        for key in object.keys where !names.contains(key) {
            let near = Spelling.nearest(to: key, among: spellings.map(\.camel))
            let hint = near.map { "; did you mean '\($0)'?" } ?? ""
            let shown = path(of: Spelling.shown(key))
            throw APIError(
                .unknownField,
                "'\(shown)' is not a field of this message, and it is refused rather than ignored"
                    + hint,
                param: shown)
        }
    }

    private mutating func take(_ name: String) throws(APIError) -> JSONValue? {
        known.append(name)
        let camel = ProtoName.lowerCamel(name)
        let plain = object[name]
        guard camel != name, let other = object[camel] else { return present(plain) }
        guard plain == nil else {
            throw RequestFields.invalid(path(of: name), "is given twice, as '\(camel)' too")
        }
        return present(other)
    }

    private func present(_ value: JSONValue?) -> JSONValue? {
        value?.isNull == false ? value : nil
    }

    private func path(of name: String) -> String {
        path.isEmpty ? name : "\(path).\(name)"
    }
}

extension ProtoMessage {
    package init(json: JSONValue, path: String) throws(APIError) {
        self.init()
        var fields = try JSONFieldReader(json, path: path)
        try visit(&fields)
        try fields.finish()
    }
}
