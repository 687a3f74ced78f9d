/// The arguments of a call. The callee takes them one by one, in the order of its parameters.
struct Arguments {
    private(set) var positional: [Value]
    private(set) var keywords: [(name: String, value: Value)] = []
    /// The body of a call block, as a macro.
    var caller: Value?
    private var next = 0

    init(_ positional: [Value] = []) { self.positional = positional }

    mutating func add(_ value: Value) { positional.append(value) }

    mutating func add(_ name: String, _ value: Value) throws(ChatTemplateError) {
        guard !keywords.contains(where: { $0.name == name }) else {
            throw .fault("multiple values for the argument '\(name)'")
        }
        keywords.append((name, value))
    }

    /// The argument of the next parameter, `name`, whether given by position or by name.
    mutating func take(_ name: String) -> Value? {
        if next < positional.count {
            next += 1
            return positional[next - 1]
        }
        return takeKeyword(name)
    }

    mutating func takeKeyword(_ name: String) -> Value? {
        guard let index = keywords.firstIndex(where: { $0.name == name }) else { return nil }
        return keywords.remove(at: index).value
    }

    mutating func require(_ name: String) throws(ChatTemplateError) -> Value {
        guard let value = take(name) else { throw .fault("missing the argument '\(name)'") }
        return value
    }

    mutating func text(_ name: String) throws(ChatTemplateError) -> String? {
        guard let value = take(name), !value.isNone else { return nil }
        guard let text = value.text else { throw Self.wrong(name, "text", value) }
        return text
    }

    mutating func requireText(_ name: String) throws(ChatTemplateError) -> String {
        let value = try require(name)
        guard let text = value.text else { throw Self.wrong(name, "text", value) }
        return text
    }

    mutating func integer(_ name: String) throws(ChatTemplateError) -> Int? {
        guard let value = take(name), !value.isNone else { return nil }
        guard let number = value.integer else { throw Self.wrong(name, "an integer", value) }
        return number
    }

    mutating func requireInteger(_ name: String) throws(ChatTemplateError) -> Int {
        let value = try require(name)
        guard let number = value.integer else { throw Self.wrong(name, "an integer", value) }
        return number
    }

    mutating func flag(_ name: String) -> Bool? { take(name)?.isTrue }

    /// The positional arguments not taken yet, for parameters like `*args`.
    mutating func takeRest() -> [Value] {
        let rest = Array(positional[next...])
        next = positional.count
        return rest
    }

    /// All arguments not taken yet, to pass on to another function.
    var rest: Arguments {
        var rest = Arguments(Array(positional[next...]))
        rest.keywords = keywords
        return rest
    }

    mutating func takeKeywords() -> [(name: String, value: Value)] {
        defer { keywords = [] }
        return keywords
    }

    /// Throws if an argument is left that no parameter took.
    func finish(_ function: String) throws(ChatTemplateError) {
        if let keyword = keywords.first {
            throw .fault("'\(function)' got an unexpected or second argument '\(keyword.name)'")
        }
        guard next == positional.count else {
            throw .fault("'\(function)' takes \(next) arguments, got \(positional.count)")
        }
    }

    private static func wrong(
        _ name: String, _ expected: String, _ value: Value
    ) -> ChatTemplateError {
        if case .undefined(let missing) = value { return .fault(missing.message) }
        return .fault("the argument '\(name)' must be \(expected), not \(value.typeName)")
    }
}
