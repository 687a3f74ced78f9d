/// An enumeration of the `.proto` file; its default is the case of number 0.
package protocol ProtoEnum: ProtoValue, CaseIterable, RawRepresentable where RawValue == Int32 {
    /// `ROLE_USER`.
    var protoName: String { get }
}
