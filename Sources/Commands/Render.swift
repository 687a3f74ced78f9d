import ArgumentParser
import ChatTemplates
import JSON
import Models

/// Renders a chat template.
struct Render: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Renders messages with a chat template.",
        discussion: """
            Reads {"messages":[…],"add_generation_prompt":true, any other variable} a line and \
            writes {"text":"…"} or {"error":"…"}. "now" ("2026-01-02T03:04:05") is the template's \
            clock.

            EXAMPLE
              echo '{"messages":[{"role":"user","content":"Hi"}]}' \\
                | switchyard render --template chat_template.jinja
            """)

    @Option(help: "A file with a template.") var template: String?
    @Option(help: "A model whose template to use.") var model: String?
    @OptionGroup var lines: LineInput

    func validate() throws {
        if (template == nil) == (model == nil) {
            throw ValidationError("give either --template or --model")
        }
    }

    func run() throws {
        let compiled = try ChatTemplate(source: source())
        try lines.forEach { line in
            guard var variables = line.objectValue else {
                throw CommandError("the line is not a JSON object")
            }
            let clock = try variables["now"].map(clock)
            variables["now"] = nil
            return .object(["text": .string(try compiled.render(variables, clock: clock))])
        }
    }

    private func source() throws -> String {
        if let template {
            return String(
                decoding: try FileText.read(template, bytesMax: 4 << 20), as: UTF8.self)
        }
        guard let text = try model.flatMap({ try ModelSource(path: $0).template() }) else {
            throw CommandError("\(model ?? ""): has no chat template")
        }
        return text
    }

    private func clock(_ value: JSONValue) throws -> WallClock {
        guard let clock = value.stringValue.flatMap({ WallClock(iso: $0) }) else {
            throw CommandError("'now' is not a time like 2026-01-02T03:04:05")
        }
        return clock
    }
}
