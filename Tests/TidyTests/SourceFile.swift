import FoundationEssentials

/// A Swift file of the repository and its lines.
struct SourceFile: Sendable {
    /// The path from the repository's root.
    let path: String
    let lines: [String]
    /// The lines without comments and without the contents of string literals.
    let code: [String]

    /// Swift files under a folder of the repository, by path.
    static func all(under folder: String) throws -> [SourceFile] {
        let base = root + "/" + folder
        let found = try FileManager.default.subpathsOfDirectory(atPath: base)
        return try found.filter { $0.hasSuffix(".swift") }.sorted().map {
            try SourceFile(folder + "/" + $0)
        }
    }

    /// The folders directly under a folder of the repository.
    static func folders(under folder: String) throws -> [String] {
        let base = root + "/" + folder
        return try FileManager.default.contentsOfDirectory(atPath: base).filter {
            !$0.contains(".") && FileManager.default.fileExists(atPath: base + "/" + $0 + "/.")
        }.sorted()
    }

    /// The text of a file of the repository.
    static func text(_ path: String) throws -> String {
        try String(contentsOfFile: root + "/" + path, encoding: .utf8)
    }

    static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    private init(_ path: String) throws {
        self.init(path: path, text: try Self.text(path))
    }

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var stripper = Stripper()
        code = lines.map { stripper.strip($0) }
    }

    /// The target that the file belongs to, for files under Sources.
    var target: String { String(path.split(separator: "/").dropFirst().first ?? "") }

    /// The file's name without `.swift`.
    var name: String {
        String((path.split(separator: "/").last ?? "").dropLast(".swift".count))
    }

    /// `path:line`, the line counted from 1.
    func place(_ index: Int) -> String { "\(path):\(index + 1)" }

    /// How the line is indented.
    static func indent(_ line: String) -> Int { line.prefix { $0 == " " }.count }
}

/// Removes comments and the contents of string literals from lines, one after the other. The
/// contents of `\( )` are removed with their string.
private struct Stripper {
    private var isInText = false
    private var textHashes = 0

    mutating func strip(_ line: String) -> String {
        if !isInText,
            !line.utf8.contains(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "/") })
        {
            return line
        }
        let characters = Array(line)
        var result = ""
        var index = 0
        if isInText {
            let end = "\"\"\"" + String(repeating: "#", count: textHashes)
            guard line.drop(while: { $0 == " " }).hasPrefix(end) else { return "" }
            isInText = false
            index = SourceFile.indent(line) + end.count
        }
        while index < characters.count {
            let rest = characters[index...]
            if rest.starts(with: "//") { break }
            let hashes = rest.prefix { $0 == "#" }.count
            guard rest.dropFirst(hashes).first == "\"" else {
                result.append(characters[index])
                index += 1
                continue
            }
            if rest.dropFirst(hashes).starts(with: "\"\"\"") {
                isInText = true
                textHashes = hashes
                break
            }
            index = Self.end(of: characters, from: index + hashes, hashes: hashes)
            result += "\"\""
        }
        return result
    }

    /// The index after a literal on one line whose first quote is at `start`.
    private static func end(of characters: [Character], from start: Int, hashes: Int) -> Int {
        let mark = String(repeating: "#", count: hashes)
        var index = start + 1
        var depth = 0
        while index < characters.count {
            let rest = characters[index...]
            if rest.starts(with: "\\" + mark) {
                let isInterpolation = rest.dropFirst(1 + hashes).first == "("
                depth += isInterpolation ? 1 : 0
                index += 2 + hashes
            } else if depth > 0 {
                if characters[index] == "(" { depth += 1 }
                if characters[index] == ")" { depth -= 1 }
                index += 1
            } else if rest.starts(with: "\"" + mark) {
                return index + 1 + hashes
            } else {
                index += 1
            }
        }
        return characters.count
    }
}
