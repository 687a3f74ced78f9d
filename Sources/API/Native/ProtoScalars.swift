package import JSON

extension String: ProtoValue {
    package init(json: JSONValue, path: String) throws(APIError) {
        guard let text = json.stringValue else {
            throw RequestFields.mistyped(path, expected: "a string", found: json)
        }
        self = text
    }

    package func appendJSON(to output: inout [UInt8]) {
        JSONWriter.appendEscaped(self, to: &output)
    }
}

extension Bool: ProtoValue {
    package init(json: JSONValue, path: String) throws(APIError) {
        guard let flag = json.boolValue else {
            throw RequestFields.mistyped(path, expected: "true or false", found: json)
        }
        self = flag
    }

    package func appendJSON(to output: inout [UInt8]) {
        output.append(contentsOf: (self ? "true" : "false").utf8)
    }
}

extension UInt32: ProtoValue {
    package init(json: JSONValue, path: String) throws(APIError) {
        self = try ProtoNumber.integer(json, path: path)
    }

    package func appendJSON(to output: inout [UInt8]) {
        output.append(contentsOf: String(self).utf8)
    }
}

extension Int32: ProtoValue {
    package init(json: JSONValue, path: String) throws(APIError) {
        self = try ProtoNumber.integer(json, path: path)
    }

    package func appendJSON(to output: inout [UInt8]) {
        output.append(contentsOf: String(self).utf8)
    }
}

// 64-bit integers are written as strings: many readers of JSON hold numbers as doubles.

extension UInt64: ProtoValue {
    package init(json: JSONValue, path: String) throws(APIError) {
        self = try ProtoNumber.integer(json, path: path)
    }

    package func appendJSON(to output: inout [UInt8]) {
        output.append(contentsOf: "\"\(self)\"".utf8)
    }
}

extension Int64: ProtoValue {
    package init(json: JSONValue, path: String) throws(APIError) {
        self = try ProtoNumber.integer(json, path: path)
    }

    package func appendJSON(to output: inout [UInt8]) {
        output.append(contentsOf: "\"\(self)\"".utf8)
    }
}

extension Float: ProtoValue {
    package init(json: JSONValue, path: String) throws(APIError) {
        self = try ProtoNumber.float(json, path: path)
    }

    package func appendJSON(to output: inout [UInt8]) {
        let text =
            if isFinite { description } else if isNaN { #""NaN""# } else {
                self < 0 ? #""-Infinity""# : #""Infinity""#
            }
        output.append(contentsOf: text.utf8)
    }
}

/// `bytes`.
extension Array: ProtoValue where Element == UInt8 {
    package init(json: JSONValue, path: String) throws(APIError) {
        guard let text = json.stringValue, let bytes = Base64.decode(text) else {
            throw RequestFields.mistyped(path, expected: "base64", found: json)
        }
        self = bytes
    }

    package func appendJSON(to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        Base64.append(self, to: &output)
        output.append(UInt8(ascii: "\""))
    }
}

/// `google.protobuf.Struct`.
extension JSONObject: ProtoValue {
    package init(json: JSONValue, path: String) throws(APIError) {
        guard let object = json.objectValue else {
            throw RequestFields.mistyped(path, expected: "an object", found: json)
        }
        self = object
    }

    package func appendJSON(to output: inout [UInt8]) {
        JSONWriter.append(.object(self), to: &output)
    }
}

extension ProtoEnum {
    package init(json: JSONValue, path: String) throws(APIError) {
        let found =
            if let name = json.stringValue {
                Self.allCases.first { $0.protoName == name }
            } else {
                json.integerValue.flatMap { Int32(exactly: $0) }.flatMap { Self(rawValue: $0) }
            }
        guard let found else {
            let names = Self.allCases.filter { $0.rawValue != 0 }.map(\.protoName)
            throw RequestFields.mistyped(
                path, expected: "one of \(names.joined(separator: ", "))", found: json)
        }
        self = found
    }

    package func appendJSON(to output: inout [UInt8]) {
        output.append(contentsOf: "\"\(protoName)\"".utf8)
    }
}
