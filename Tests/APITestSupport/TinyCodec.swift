package import API
package import JSON

/// A codec of 256 byte tokens, `<s>` (256), `</s>` (257), and longer tokens from 258 on. It encodes
/// byte by byte; only models write the longer tokens.
package struct TinyCodec: TextCodec {
    package static let begin: Int32 = 256
    package static let end: Int32 = 257

    /// The bytes of tokens from 258 on.
    private let pieces: [[UInt8]]

    package init(_ pieces: [String] = []) {
        self.pieces = pieces.map { Array($0.utf8) }
    }

    package var vocabularySize: Int { 258 + pieces.count }

    package func encode(_ text: String, special: Bool, parseSpecial: Bool) -> [Int32] {
        let begin = "<s>".utf8
        var ids = special ? [Self.begin] : []
        var rest = Array(text.utf8)[...]
        while let byte = rest.first {
            let isBegin = parseSpecial && rest.starts(with: begin)
            ids.append(isBegin ? Self.begin : Int32(byte))
            rest = rest.dropFirst(isBegin ? begin.count : 1)
        }
        return ids
    }

    package func decode(_ ids: [Int32], skipSpecial: Bool) -> String {
        String(decoding: ids.flatMap { bytes(of: $0, skipSpecial: skipSpecial) }, as: UTF8.self)
    }

    package func bytes(of id: Int32) -> [UInt8] { bytes(of: id, skipSpecial: false) }

    package func makeDetokenizer(skipSpecial: Bool) -> any TextDetokenizer {
        TinyDetokenizer(codec: self, skipSpecial: skipSpecial)
    }

    /// The token of a piece, or of a text of one byte.
    package func id(_ text: String) -> Int32 {
        let bytes = Array(text.utf8)
        if let index = pieces.firstIndex(of: bytes) { return Int32(258 + index) }
        precondition(bytes.count == 1, "'\(text)' is no token")
        return Int32(bytes[0])
    }

    fileprivate func bytes(of id: Int32, skipSpecial: Bool) -> [UInt8] {
        switch id {
        case 0..<256: [UInt8(id)]
        case Self.begin: skipSpecial ? [] : Array("<s>".utf8)
        case Self.end: skipSpecial ? [] : Array("</s>".utf8)
        case 258..<Int32(vocabularySize): pieces[Int(id) - 258]
        default: []
        }
    }
}

private struct TinyDetokenizer: TextDetokenizer {
    let codec: TinyCodec
    let skipSpecial: Bool
    var waiting: [UInt8] = []

    mutating func append(_ id: Int32) -> String {
        waiting += codec.bytes(of: id, skipSpecial: skipSpecial)
        // The longest end that may still become a character is held back.
        for count in 0...min(3, waiting.count) {
            let whole = waiting.dropLast(count)
            if let text = String(validating: whole, as: UTF8.self) {
                waiting.removeFirst(whole.count)
                return text
            }
        }
        return finish()
    }

    mutating func finish() -> String {
        defer { waiting = [] }
        return String(decoding: waiting, as: UTF8.self)
    }
}

/// `role: content` lines, then `assistant:`. `name`, `tools` and other variables are shown if they
/// are set.
package struct TinyTemplate: PromptTemplate {
    /// Nil: it does not tell.
    package let readNames: Set<String>?

    package init(readNames: Set<String>? = nil) { self.readNames = readNames }

    package func prompt(_ variables: JSONObject) throws(APIError) -> String {
        var text = variables["bos_token"]?.stringValue ?? ""
        if let tools = variables["tools"] { text += "tools \(JSONWriter.string(tools))\n" }
        if let effort = variables["reasoning_effort"]?.stringValue { text += "effort \(effort)\n" }
        for message in variables["messages"]?.arrayValue ?? [] {
            let role = message["role"]?.stringValue ?? "?"
            guard role != "tool" || message["tool_call_id"] != nil else {
                throw APIError(.chatTemplateError, "tool without a call", param: "messages")
            }
            // As templates that concatenate it do.
            guard let content = message["content"]?.stringValue else {
                throw APIError(.chatTemplateError, "content is no text", param: "messages")
            }
            let name = message["name"]?.stringValue.map { "(\($0))" } ?? ""
            let calls = message["tool_calls"].map { JSONWriter.string($0) } ?? ""
            let thoughts = message["reasoning_content"]?.stringValue.map { "{\($0)}" } ?? ""
            text += "\(role)\(name): \(thoughts)\(content)\(calls)\n"
        }
        if variables["add_generation_prompt"]?.boolValue == true { text += "assistant:" }
        return text
    }
}
