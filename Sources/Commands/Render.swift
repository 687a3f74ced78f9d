import API
import ArgumentParser
import ChatTemplates
import JSON
import Models
import Serving

/// Renders a chat template.
struct Render: ParsableCommand, ReadsFiles {
    static let configuration = CommandConfiguration(
        abstract: "Renders messages with a chat template.",
        discussion: """
            Reads {"messages":[…],"add_generation_prompt":true, any other variable} a line and \
            writes {"text":"…"} or {"error":"…"}. "now" ("2026-01-02T03:04:05") is the template's \
            clock. With --model the template sees bos_token and the other special tokens as in \
            serve, unless the line has its own, and with "tools" a model's tool_use template is \
            taken where it has one. Messages reach the template as they are: null stays null.

            \(LineInput.rule(status: 0))

            EXAMPLE
              echo '{"messages":[{"role":"user","content":"Hi"}]}' \\
                | switchyard render --model models/tiny
            """)

    @Option("A file with a template.", .path) var template: String?
    @Option("A model whose template to use.", .path) var model: String?
    @OptionGroup var lines: LineInput

    var inputs: [String?] { [template, model, lines.input] }

    func validate() throws {
        if (template == nil) == (model == nil) {
            throw ValidationError("give either --template or --model")
        }
    }

    func run() throws {
        let templates = try templates()
        try lines.forEach { line in
            guard var variables = line.objectValue else {
                throw CommandError("the line is not a JSON object")
            }
            let clock = try variables["now"].map(clock)
            variables["now"] = nil
            return .object(["text": .string(try templates.render(variables, clock: clock))])
        }
    }

    private func templates() throws -> ModelTemplates {
        if let template {
            let source = String(
                decoding: try FileText.read(template, bytesMax: 4 << 20), as: UTF8.self)
            return ModelTemplates(try ChatTemplate(source: source))
        }
        let path = model ?? ""
        let files = try ModelPath.files(path)
        let templates = try ModelTemplates(files, try files.tokenizer(in: path), in: path)
        guard let templates else { throw CommandError("\(path): has no chat template") }
        return templates
    }

    private func clock(_ value: JSONValue) throws -> WallClock {
        guard let clock = value.stringValue.flatMap({ WallClock(iso: $0) }) else {
            throw CommandError("'now' is not a time like 2026-01-02T03:04:05")
        }
        return clock
    }
}
