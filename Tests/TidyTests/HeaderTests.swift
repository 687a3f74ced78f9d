import Testing

/// Every header that the server reads or writes is in the operator's guide, and the reverse.
@Suite("headers") struct HeaderTests {
    private static let targets: Set = ["API", "HTTP", "Network", "OpenAI", "Serving"]
    /// What reads or writes a header by its name, as it is written before the name.
    private static let marks = [
        "eaders.first(\"", "eaders.list(\"", "eaders.contains(\"", "eaders.set(\"",
        "eaders.append(\"", "tamped.append(\"", "wait(headers, \"", "HTTPHeaders = [\"",
    ]
    /// Names that belong to HTTP itself, whatever the server.
    private static let plain: Set = [
        "connection", "content-length", "date", "expect", "host", "http2-settings", "server", "te",
        "transfer-encoding", "upgrade", "vary",
    ]

    @Test("the guide lists the headers of the code") func listed() throws {
        let guide = try Self.guide()
        var missing: Set<String> = []
        for file in try SourceFile.all(under: "Sources") where Self.targets.contains(file.target) {
            for line in file.lines {
                for name in Self.names(in: line) where !guide.contains(name) {
                    missing.insert("\(name) (\(file.path))")
                }
            }
        }
        #expect(missing.filter { !Self.isPlain($0) }.isEmpty)
    }

    @Test("the code has the headers of the guide") func there() throws {
        let guide = try Self.guide()
        #expect(guide.count > 15)
        let files = try SourceFile.all(under: "Sources").filter { Self.targets.contains($0.target) }
        let text = files.flatMap(\.lines).joined(separator: "\n")
        for name in guide { #expect(text.contains("\"\(name)\""), "\(name)") }
    }

    private static func isPlain(_ place: String) -> Bool {
        plain.contains(place.split(separator: " ").first.map(String.init) ?? "")
    }

    private static func names(in line: String) -> [String] {
        var names: [String] = []
        for mark in marks {
            for part in line.split(separator: mark, omittingEmptySubsequences: false).dropFirst() {
                names.append(String(part.prefix { $0 != "\"" }))
            }
        }
        return names
    }

    /// The names in the first column of the tables under "Headers and keys".
    private static func guide() throws -> Set<String> {
        let text = try SourceFile.text("docs/operating.md")
        let section =
            text.split(separator: "\n## ").first { $0.hasPrefix("Headers and keys") } ?? ""
        var names: Set<String> = []
        for line in section.split(separator: "\n") where line.hasPrefix("| `") {
            let cell = line.split(separator: "|").first ?? ""
            let words = cell.split(separator: "`", omittingEmptySubsequences: false)
            for (index, word) in words.enumerated() where index % 2 == 1 {
                names.insert(String(word))
            }
        }
        return names
    }
}
