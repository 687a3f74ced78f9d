/// Writes a message's fields as proto3's JSON, in lowerCamelCase. Fields without presence and
/// repeated fields are always written, so that clients find them whatever their values; fields with
/// presence only when they are set.
package struct JSONFieldWriter: FieldVisitor {
    package typealias Failure = Never

    fileprivate var output: [UInt8] = []
    private var isFirst = true

    package init() {}

    package mutating func field<Value: ProtoValue>(
        _ number: Int, _ name: String, _ value: inout Value
    ) {
        key(name)
        value.appendJSON(to: &output)
    }

    package mutating func optional<Value: ProtoValue>(
        _ number: Int, _ name: String, _ value: inout Value?
    ) {
        guard let value else { return }
        key(name)
        value.appendJSON(to: &output)
    }

    package mutating func repeated<Value: ProtoValue>(
        _ number: Int, _ name: String, _ values: inout [Value]
    ) {
        key(name)
        output.append(UInt8(ascii: "["))
        for (index, value) in values.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            value.appendJSON(to: &output)
        }
        output.append(UInt8(ascii: "]"))
    }

    package mutating func map<Value: ProtoValue>(
        _ number: Int, _ name: String, _ values: inout [UInt32: Value]
    ) {
        key(name)
        output.append(UInt8(ascii: "{"))
        for (index, entry) in values.sorted(by: { $0.key < $1.key }).enumerated() {
            output.append(contentsOf: "\(index > 0 ? "," : "")\"\(entry.key)\":".utf8)
            entry.value.appendJSON(to: &output)
        }
        output.append(UInt8(ascii: "}"))
    }

    package func oneOf(_ members: String, count: Int) {
        assert(count <= 1, "one of \(members) may be set, found \(count)")
    }

    private mutating func key(_ name: String) {
        output.append(UInt8(ascii: isFirst ? "{" : ","))
        isFirst = false
        output.append(UInt8(ascii: "\""))
        ProtoName.appendLowerCamel(name, to: &output)
        output.append(contentsOf: "\":".utf8)
    }

    fileprivate mutating func close() {
        if isFirst { output.append(UInt8(ascii: "{")) }
        output.append(UInt8(ascii: "}"))
    }
}

extension ProtoMessage {
    package func appendJSON(to output: inout [UInt8]) {
        var message = self
        var fields = JSONFieldWriter()
        // The bytes so far move into the writer and back; they are never copied.
        swap(&fields.output, &output)
        message.visit(&fields)
        fields.close()
        swap(&fields.output, &output)
    }

    /// The message as proto3's JSON.
    package var json: [UInt8] {
        var output: [UInt8] = []
        appendJSON(to: &output)
        return output
    }
}
