package import JSON

/// A message of `Protos/inference.proto`. It lists its fields once, in `visit`; codecs are visitors,
/// so that a new one needs no new code in the messages.
package protocol ProtoMessage: ProtoValue {
    /// Shows every field to the visitor, in the order of their numbers.
    mutating func visit<Visitor: FieldVisitor>(
        _ fields: inout Visitor
    ) throws(Visitor.Failure)
}

/// Goes through a message's fields to read, write or describe them. Names are those of the `.proto`
/// file, in snake_case.
package protocol FieldVisitor {
    associatedtype Failure: Error

    /// A field without presence: left out means its default.
    mutating func field<Value: ProtoValue>(
        _ number: Int, _ name: String, _ value: inout Value
    ) throws(Failure)

    /// A field with presence: `optional`, a message, or a member of a `oneof`.
    mutating func optional<Value: ProtoValue>(
        _ number: Int, _ name: String, _ value: inout Value?
    ) throws(Failure)

    mutating func repeated<Value: ProtoValue>(
        _ number: Int, _ name: String, _ values: inout [Value]
    ) throws(Failure)

    /// A `map` from `uint32`.
    mutating func map<Value: ProtoValue>(
        _ number: Int, _ name: String, _ values: inout [UInt32: Value]
    ) throws(Failure)

    /// Called behind the members of a `oneof` with how many of them are set; more than one is a
    /// fault. `members` names them for the error.
    func oneOf(_ members: String, count: Int) throws(Failure)
}

/// A value that a field may have.
package protocol ProtoValue: Sendable {
    /// The default.
    init()

    /// Reads proto3's JSON; `path` is the field's for errors.
    init(json: JSONValue, path: String) throws(APIError)

    /// Appends proto3's JSON.
    func appendJSON(to output: inout [UInt8])
}

/// An enumeration of the `.proto` file; its default is the case of number 0.
package protocol ProtoEnum: ProtoValue, CaseIterable, RawRepresentable where RawValue == Int32 {
    /// `ROLE_USER`.
    var protoName: String { get }
}

/// How proto3's JSON spells names.
package enum ProtoName {
    /// `max_tokens` as `maxTokens`.
    package static func lowerCamel(_ name: String) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(name.utf8.count)
        appendLowerCamel(name, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    static func appendLowerCamel(_ name: String, to output: inout [UInt8]) {
        var isUpper = false
        for byte in name.utf8 {
            if byte == UInt8(ascii: "_") {
                isUpper = true
            } else {
                let isLetter = (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                output.append(isUpper && isLetter ? byte ^ 0x20 : byte)
                isUpper = false
            }
        }
    }
}
