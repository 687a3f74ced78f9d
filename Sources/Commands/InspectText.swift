import JSON
import Memory

/// `inspect`'s report in words: sizes with their unit, lists and objects without brackets.
enum InspectText {
    /// A value and what it is called.
    static func text(_ value: JSONValue, of key: String) -> String {
        if let object = value.objectValue {
            // What each form takes is in bytes, whatever the form is called.
            let unit = key == "stored_formats" ? "bytes" : ""
            let parts = object.filter { !isEmpty($0.value) }
                .map { "\($0.key) \(text($0.value, of: unit.isEmpty ? $0.key : unit))" }
            return parts.joined(separator: ", ")
        }
        if let array = value.arrayValue {
            return array.map { text($0, of: key) }.joined(separator: "; ")
        }
        if let count = value.integerValue, key.split(separator: "_").contains("bytes") {
            return ByteSize(count).description
        }
        return value.stringValue ?? JSONWriter.string(value)
    }

    private static func isEmpty(_ value: JSONValue) -> Bool {
        value.arrayValue?.isEmpty ?? value.objectValue?.isEmpty ?? false
    }
}
