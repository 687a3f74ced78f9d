/// A message of `Protos/inference.proto`. It lists its fields once, in `visit`; codecs are visitors,
/// so that a new one needs no new code in the messages.
package protocol ProtoMessage: ProtoValue {
    /// Shows every field to the visitor, in the order of their numbers.
    mutating func visit<Visitor: FieldVisitor>(
        _ fields: inout Visitor
    ) throws(Visitor.Failure)
}
