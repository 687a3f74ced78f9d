import ArgumentParser
import JSON
import Models
import Tokenization

/// Text to ids, or ids to text.
struct Tokenize: ParsableCommand, ReadsFiles {
    static let configuration = CommandConfiguration(
        abstract: "Turns text into token ids, or ids into text.",
        discussion: """
            Reads {"text":"…","special":false} a line and writes {"ids":[…]}; with --decode reads \
            {"ids":[…],"skip_special":false} and writes {"text":"…"}. The model may be a folder \
            with nothing but a tokenizer.json.

            \(LineInput.rule(status: 0))

            EXAMPLE
              echo '{"text":"Hello"}' | switchyard tokenize --model models/tiny
            """)

    @OptionGroup var path: ModelPath
    @OptionGroup var lines: LineInput
    @Flag(help: "Turn ids into text.") var decode = false

    var inputs: [String?] { [path.model, lines.input] }

    func run() throws {
        guard let tokenizer = try ModelPath.files(path.model).tokenizer(in: path.model) else {
            throw CommandError("\(path.model): has no tokenizer")
        }
        try lines.forEach { line in
            decode ? try decoded(line, tokenizer) : try encoded(line, tokenizer)
        }
    }

    private func encoded(_ line: JSONValue, _ tokenizer: Tokenizer) throws -> JSONValue {
        guard let text = line["text"]?.stringValue else {
            throw CommandError("'text' is missing or not a string")
        }
        let ids = tokenizer.encode(text, special: try flag(line, "special"))
        return .object(["ids": .array(ids.map { .integer(Int64($0)) })])
    }

    private func decoded(_ line: JSONValue, _ tokenizer: Tokenizer) throws -> JSONValue {
        let ids = try tokenIDs(line, "ids")
        let size = tokenizer.vocabularySize
        if let wrong = ids.first(where: { $0 >= size }) {
            throw CommandError("'ids' holds \(wrong); the vocabulary has \(size) tokens")
        }
        return .object([
            "text": .string(tokenizer.decode(ids, skipSpecial: try flag(line, "skip_special")))
        ])
    }

    private func flag(_ line: JSONValue, _ key: String) throws -> Bool {
        guard let value = line[key] else { return false }
        guard let flag = value.boolValue else { throw CommandError("'\(key)' is not a boolean") }
        return flag
    }
}

/// The token ids under a key.
func tokenIDs(_ line: JSONValue, _ key: String) throws -> [Int32] {
    guard let list = line[key]?.arrayValue else {
        throw CommandError("'\(key)' is missing or not a list")
    }
    return try list.map { value in
        guard let id = value.integerValue.flatMap({ Int32(exactly: $0) }), id >= 0 else {
            throw CommandError("'\(key)' holds \(JSONWriter.string(value)), which is no token id")
        }
        return id
    }
}
