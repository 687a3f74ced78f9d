import ChatTemplates
import JSON
import TestSupport

/// The reference renderings beside these tests.
enum Fixtures {
    static let now = WallClock(year: 2026, month: 1, day: 2, hour: 3, minute: 4, second: 5)

    static func text(_ name: String) throws -> String {
        String(
            decoding: try contents(of: Repository.fixture("ChatTemplatesTests", name)),
            as: UTF8.self)
    }

    static func json(_ name: String) throws -> JSONValue {
        try JSONParser.parse(try text(name))
    }
}

/// Compares texts by their bytes.
func isSame(_ left: String, _ right: String) -> Bool { left.utf8.elementsEqual(right.utf8) }

/// The text that a template makes of variables, or the error.
func render(
    _ source: String, _ variables: JSONObject = [:],
    limits: ChatTemplateLimits = ChatTemplateLimits()
) throws(ChatTemplateError) -> String {
    try ChatTemplate(source: source, limits: limits)
        .render(variables, clock: Fixtures.now, limits: limits)
}
