import ChatTemplates
import Glibc
import JSON
import Testing

/// The reference renderings beside these tests.
enum Fixtures {
    static let now = WallClock(year: 2026, month: 1, day: 2, hour: 3, minute: 4, second: 5)

    static func text(_ name: String) throws -> String {
        let folder = #filePath.split(separator: "/").dropLast().joined(separator: "/")
        let path = "/\(folder)/Fixtures/\(name)"
        let file = unsafe open(path, O_RDONLY)
        try #require(file >= 0, "cannot open \(path)")
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            // SAFETY: `read` writes at most the chunk's length.
            let count = unsafe read(file, &chunk, 1 << 16)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(contentsOf: chunk[..<count])
        }
    }

    static func json(_ name: String) throws -> JSONValue {
        try JSONParser.parse(try text(name))
    }
}

/// Compares texts by their bytes.
func isSame(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }

/// What a template makes of variables, or what went wrong.
func render(
    _ source: String, _ variables: JSONObject = [:],
    limits: ChatTemplateLimits = ChatTemplateLimits()
) throws(ChatTemplateError) -> String {
    try ChatTemplate(source: source, limits: limits)
        .render(variables, clock: Fixtures.now, limits: limits)
}
