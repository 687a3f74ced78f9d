/// Finds the names that a template may read from what it is given: those that it looks up where it
/// has certainly not set them itself. A name that is set on some ways only counts as read.
struct FreeNames {
    private(set) var names: Set<NameID> = []

    /// The names of a whole template.
    init(_ body: [Statement]) {
        var bound: Set<NameID> = []
        walk(body, &bound)
    }

    /// `bound` is what is certainly set before `body`, and after it.
    private mutating func walk(_ body: [Statement], _ bound: inout Set<NameID>) {
        for statement in body { walk(statement.kind, &bound) }
    }

    /// A body whose variables are its own.
    private mutating func walk(inside body: [Statement], _ bound: Set<NameID>) {
        var inner = bound
        walk(body, &inner)
    }

    private mutating func walk(_ statement: Statement.Kind, _ bound: inout Set<NameID>) {
        switch statement {
        case .text, .breakLoop, .continueLoop: break
        case .output(let expression): read(expression, bound)
        case .branches(let branches, let otherwise):
            walk(branches, otherwise, &bound)
        case .loop(let loop):
            read(loop.items, bound)
            var inner = bound
            bind(loop.target, &inner)
            if let test = loop.test { read(test, inner) }
            inner.insert(Parser.loopName)
            walk(inside: loop.body, inner)
            walk(inside: loop.otherwise, bound)
        case .set(let target, let expression):
            read(expression, bound)
            bind(target, &bound)
        case .setBlock(let target, let filters, let body):
            walk(inside: body, bound)
            for filter in filters { read(filter.arguments, bound) }
            bind(target, &bound)
        case .macro(let macro):
            bound.insert(macro.id)
            walk(macro, bound)
        case .callBlock(let caller, let call):
            walk(caller, bound)
            read(call, bound)
        case .filterBlock(let filters, let body):
            walk(inside: body, bound)
            for filter in filters { read(filter.arguments, bound) }
        case .with(let assignments, let body):
            var inner = bound
            for (target, value) in assignments {
                read(value, bound)
                bind(target, &inner)
            }
            walk(inside: body, inner)
        }
    }

    private mutating func walk(
        _ branches: [(test: Expression, body: [Statement])], _ otherwise: [Statement],
        _ bound: inout Set<NameID>
    ) {
        // Only what every way sets is certain.
        var certain = bound
        walk(otherwise, &certain)
        for branch in branches {
            read(branch.test, bound)
            var inner = bound
            walk(branch.body, &inner)
            certain.formIntersection(inner)
        }
        bound = certain
    }

    private mutating func walk(_ macro: Macro, _ bound: Set<NameID>) {
        for value in macro.defaults { read(value, bound) }
        let given = [Parser.callerName, Parser.variableArgumentsName, Parser.keywordArgumentsName]
        walk(inside: macro.body, bound.union(macro.parameters).union(given))
    }

    private mutating func bind(_ target: Target, _ bound: inout Set<NameID>) {
        switch target {
        case .name(let name): bound.insert(name)
        case .attribute(let name, _): read(.name(name), bound)
        case .tuple(let targets): for target in targets { bind(target, &bound) }
        }
    }

    // MARK: Expressions

    private mutating func read(_ expression: Expression, _ bound: Set<NameID>) {
        switch expression {
        case .constant: break
        case .name(let name): if !bound.contains(name) { names.insert(name) }
        case .list(let elements), .tuple(let elements), .concatenation(let elements),
            .and(let elements), .or(let elements):
            for element in elements { read(element, bound) }
        case .dictionary(let members):
            for (key, value) in members {
                read(key, bound)
                read(value, bound)
            }
        case .postfix(let value, let postfixes):
            read(value, bound)
            for postfix in postfixes { read(postfix, bound) }
        case .negative(let value), .positive(let value), .not(let value): read(value, bound)
        case .arithmetic(let first, let rest):
            read(first, bound)
            for (_, operand) in rest { read(operand, bound) }
        case .comparison(let first, let rest):
            read(first, bound)
            for (_, operand) in rest { read(operand, bound) }
        case .conditional(let test, let then, let otherwise):
            read(test, bound)
            read(then, bound)
            if let otherwise { read(otherwise, bound) }
        }
    }

    private mutating func read(_ postfix: Postfix, _ bound: Set<NameID>) {
        switch postfix {
        case .attribute: break
        case .item(let item): read(item, bound)
        case .slice(let start, let stop, let step):
            for part in [start, stop, step] { if let part { read(part, bound) } }
        case .call(let arguments): read(arguments, bound)
        case .filter(let filter): read(filter.arguments, bound)
        case .test(_, let arguments, _): read(arguments, bound)
        }
    }

    private mutating func read(_ arguments: CallArguments, _ bound: Set<NameID>) {
        for value in arguments.positional { read(value, bound) }
        for (_, value) in arguments.keywords { read(value, bound) }
        if let spread = arguments.spread { read(spread, bound) }
        if let spread = arguments.keywordSpread { read(spread, bound) }
    }
}
