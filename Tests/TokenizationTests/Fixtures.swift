import JSON
import TestSupport
import Testing
import Tokenization

/// Reads the files of `Fixtures/`.
enum Fixtures {
    static let folder = Repository.fixture("TokenizationTests", "")

    static func json(_ name: String) throws -> JSONValue {
        try JSONParser.parse(try contents(of: folder + name))
    }

    static func tokenizer(_ name: String) throws -> Tokenizer {
        try Tokenizer(
            json: try json("\(name)/tokenizer.json"),
            configuration: try json("\(name)/tokenizer_config.json"))
    }

    static func rows(_ name: String, _ key: String) throws -> [JSONValue] {
        let rows = try #require(try json("\(name)/vectors.json")[key]?.arrayValue)
        try #require(!rows.isEmpty, "\(name) has no \(key)")
        return rows
    }
}

extension JSONValue {
    func ids(_ key: String) -> [Int32] {
        (self[key]?.arrayValue ?? []).compactMap { $0.integerValue.flatMap { Int32(exactly: $0) } }
    }
}

/// Whether two texts have the same scalars. For `==` canonically equal texts are the same.
func same(_ left: String, _ right: String?) -> Bool {
    right.map { left.utf8.elementsEqual($0.utf8) } ?? false
}
