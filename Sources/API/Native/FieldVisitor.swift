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

    /// Called after the members of a `oneof` with how many of them are set; more than one is a
    /// fault. `members` names them for the error.
    func oneOf(_ members: String, count: Int) throws(Failure)
}
