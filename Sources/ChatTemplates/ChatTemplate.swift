package import JSON

/// A chat template as checkpoints publish it. It is parsed once and may be rendered from any
/// thread. The language is Jinja2 as `transformers` sets it up for chat templates: an immutable
/// sandbox with `trim_blocks`, `lstrip_blocks` and loop controls.
///
/// What this implementation lacks is an error and never renders as something else: there are no
/// other templates to include or import, `random`, `lipsum` and `urlize` are missing, and integers
/// have 64 bits.
package struct ChatTemplate: Sendable {
    private let body: [Statement]
    private let names: [String]
    private let globals: [GlobalFunction?]
    /// The names of the variables that it looks at; any other makes no difference to its text.
    package let freeNames: Set<String>

    /// Throws a `.syntax` error with its line, or `.limit` if the source is too long.
    package init(
        source: String, limits: ChatTemplateLimits = ChatTemplateLimits()
    ) throws(ChatTemplateError) {
        guard source.utf8.count <= limits.sourceBytesMax else {
            let message = "a source longer than \(limits.sourceBytesMax) bytes"
            throw .limit(line: 0, message: message)
        }
        var parser = Parser(try Lexer.tokens(of: source))
        body = try parser.template()
        let names = parser.names
        self.names = names
        freeNames = Set(FreeNames(body).names.map { names[$0] })
        globals = names.map { GlobalFunction(rawValue: $0) }
    }

    /// Renders the template with `variables` (`messages`, `tools`, `add_generation_prompt`,
    /// `bos_token` and whatever else it reads). `clock` is the time that `strftime_now` prints; nil
    /// means the system's local time.
    package func render(
        _ variables: JSONObject, clock: WallClock? = nil,
        limits: ChatTemplateLimits = ChatTemplateLimits()
    ) throws(ChatTemplateError) -> String {
        let budget = Budget(limits)
        let interpreter = Interpreter(
            names: names, globals: globals, budget: budget, clock: clock)
        do throws(ChatTemplateError) {
            let scope = Scope(in: nil)
            for (id, name) in names.enumerated() {
                guard var value = variables[name] else { continue }
                if name == "messages" { value = Reasoning.named(in: value) }
                scope.set(id, try Value.from(value, budget))
            }
            return try interpreter.render(body, in: scope)
        } catch {
            throw error.located(at: interpreter.line)
        }
    }
}
