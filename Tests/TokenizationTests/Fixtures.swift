import Glibc
import JSON
import Testing
import Tokenization

/// Reads the files of `Fixtures/`.
enum Fixtures {
    static let folder: String = {
        let file = #filePath
        return file.prefix(upTo: file.lastIndex(of: "/") ?? file.endIndex) + "/Fixtures"
    }()

    struct Missing: Error { let path: String }

    static func bytes(_ path: String) throws -> [UInt8] {
        guard let file = unsafe fopen(path, "rb") else { throw Missing(path: path) }
        defer { unsafe fclose(file) }
        var result: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe fread(&chunk, 1, chunk.count, file)
            if count == 0 { return result }
            result.append(contentsOf: chunk[..<count])
        }
    }

    static func json(_ name: String) throws -> JSONValue {
        try JSONParser.parse(try bytes("\(folder)/\(name)"))
    }

    static func tokenizer(_ name: String) throws -> Tokenizer {
        try Tokenizer(
            json: try json("\(name)/tokenizer.json"),
            configuration: try json("\(name)/tokenizer_config.json"))
    }

    static func rows(_ name: String, _ key: String) throws -> [JSONValue] {
        try #require(try json("\(name)/vectors.json")[key]?.arrayValue)
    }
}

extension JSONValue {
    func ids(_ key: String) -> [Int32] {
        (self[key]?.arrayValue ?? []).compactMap { $0.integerValue.flatMap { Int32(exactly: $0) } }
    }
}

/// Whether two texts are the same scalars; `==` would take canonically equal ones for the same.
func same(_ left: String, _ right: String?) -> Bool {
    right.map { left.utf8.elementsEqual($0.utf8) } ?? false
}
