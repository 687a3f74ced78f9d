/// The filters, each by the first of its names.
enum Filter: String, CaseIterable {
    case abs, attr, batch, capitalize, center, `default`, dictsort, escape, filesizeformat, first
    case float, forceescape, format, groupby, indent, int, items, join, last, length, list, lower
    case map, max, min, pprint, reject, rejectattr, replace, reverse, round, safe, select
    case selectattr, slice, sort, string, striptags, sum, title, tojson, trim, truncate, unique
    case upper, urlencode, wordcount, wordwrap, xmlattr

    init?(named name: String) {
        let aliases = ["d": Filter.default, "e": .escape, "count": .length]
        guard let filter = Filter(rawValue: name) ?? aliases[name] else { return nil }
        self = filter
    }
}

extension FilterCall {
    /// The error message about a filter that does not exist here.
    static func unknown(_ name: String) -> String {
        ["random", "urlize"].contains(name)
            ? "the filter '\(name)' is not supported" : "no filter named '\(name)'"
    }
}

extension Interpreter {
    func apply(
        _ filter: Filter, to value: Value, _ arguments: Arguments
    ) throws(ChatTemplateError) -> Value {
        try budget.enter()
        defer { budget.leave() }
        var arguments = arguments
        switch filter {
        case .capitalize, .center, .forceescape, .escape, .format, .indent, .lower, .pprint,
            .replace, .safe, .string, .striptags, .title, .trim, .truncate, .upper, .urlencode,
            .wordcount, .wordwrap, .xmlattr:
            return try applyTextFilter(filter, value, &arguments)
        case .batch, .dictsort, .groupby, .items, .list, .map, .reject, .rejectattr, .reverse,
            .select, .selectattr, .slice, .sort, .unique:
            return try applyListFilter(filter, value, &arguments)
        case .first, .join, .last, .length, .max, .min, .sum:
            return try applySummary(filter, value, &arguments)
        case .abs, .filesizeformat, .float, .int, .round:
            return try applyNumberFilter(filter, value, &arguments)
        case .tojson: return try json(value, arguments)
        case .attr:
            let name = try arguments.requireText("name")
            try arguments.finish("attr")
            if case .undefined(let missing) = value { throw .fault(missing.message) }
            return try ownAttribute(name, of: value)
                ?? .undefined(.attribute(name, ofType: value.typeName))
        case .default:
            let otherwise = arguments.take("default_value") ?? .emptyString
            let isBoolean = arguments.flag("boolean") ?? false
            try arguments.finish("default")
            return value.isUndefined || (isBoolean && !value.isTrue) ? otherwise : value
        }
    }

    // MARK: Shared by filters over lists

    /// An attribute as filters take it: names and indices separated by dots.
    struct AttributePath {
        let parts: [Value]
        var otherwise: Value?
        var ignoresCase = false

        init(_ attribute: Value?) throws(ChatTemplateError) {
            switch attribute {
            case nil, .some(.none): parts = []
            case .some(.integer(let index)): parts = [.integer(index)]
            case .some(let value):
                guard let text = value.text else {
                    throw .fault("an attribute must be a name or an index")
                }
                parts = text.split(separator: ".", omittingEmptySubsequences: false).map { part in
                    let isIndex =
                        !part.isEmpty && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
                    return (isIndex ? Int(part).map { .integer($0) } : nil) ?? .string(String(part))
                }
            }
        }
    }

    func value(
        at path: AttributePath, of element: Value
    ) throws(ChatTemplateError) -> Value {
        var result = element
        for part in path.parts {
            try budget.step()
            result = try item(part, of: result)
            if result.isUndefined, let otherwise = path.otherwise { result = otherwise }
        }
        guard path.ignoresCase, let text = result.text else { return result }
        try budget.classify(text)
        return .string(PythonText.lower(text))
    }
}
