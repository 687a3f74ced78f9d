package import JSON

/// A value that a field may have.
package protocol ProtoValue: Sendable {
    /// The default.
    init()

    /// Reads proto3's JSON; `path` is the field's for errors.
    init(json: JSONValue, path: String) throws(APIError)

    /// Appends proto3's JSON.
    func appendJSON(to output: inout [UInt8])
}
