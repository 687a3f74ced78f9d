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
