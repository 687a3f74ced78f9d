// Values of expressions.
extension Interpreter {
    /// `caller` is the body of a call block, passed to the last macro that the expression calls.
    func evaluate(
        _ expression: Expression, _ scope: Scope, caller: Value? = nil
    ) throws(ChatTemplateError) -> Value {
        try budget.enter()
        defer { budget.leave() }
        switch expression {
        case .constant(let value): return value
        case .name(let name): return variable(name, scope)
        case .list(let elements): return try .list(try evaluate(elements, scope))
        case .tuple(let elements): return try .tuple(try evaluate(elements, scope))
        case .dictionary(let members):
            try budget.makeList(members.count, times: 2)
            var dictionary = ValueDictionary()
            for (key, value) in members {
                let key = try evaluate(key, scope)
                try dictionary.set(key, try evaluate(value, scope), budget)
            }
            return .dictionary(dictionary)
        case .postfix(let base, let operations):
            return try evaluate(base, operations, scope, caller)
        case .negative(let operand): return try negative(try evaluate(operand, scope))
        case .positive(let operand):
            let value = try evaluate(operand, scope)
            guard value.number != nil else { throw badSign("+", value) }
            return value.integer.map { .integer($0) } ?? value
        case .not(let operand): return .bool(!(try evaluate(operand, scope).isTrue))
        case .arithmetic(let first, let operands):
            var result = try evaluate(first, scope)
            for (operation, operand) in operands {
                result = try arithmetic(operation, result, try evaluate(operand, scope))
            }
            return result
        case .concatenation(let operands): return try concatenation(operands, scope)
        case .comparison(let first, let operands):
            return try comparison(first, operands, scope)
        case .and(let operands):
            return try firstOperand(operands, scope) { !$0.isTrue }
        case .or(let operands):
            return try firstOperand(operands, scope) { $0.isTrue }
        case .conditional(let test, let then, let otherwise):
            if try evaluate(test, scope).isTrue { return try evaluate(then, scope) }
            if let otherwise { return try evaluate(otherwise, scope) }
            return .undefined(.other("the inline if was false and has no else"))
        }
    }

    func evaluate(
        _ expressions: [Expression], _ scope: Scope
    ) throws(ChatTemplateError) -> [Value] {
        try budget.makeList(expressions.count)
        var values: [Value] = []
        values.reserveCapacity(expressions.count)
        for expression in expressions { values.append(try evaluate(expression, scope)) }
        return values
    }

    /// `and`, `or`: the first operand that decides the result, else the last one.
    private func firstOperand(
        _ operands: [Expression], _ scope: Scope, where decides: (Value) -> Bool
    ) throws(ChatTemplateError) -> Value {
        var result = Value.none
        for operand in operands {
            result = try evaluate(operand, scope)
            if decides(result) { break }
        }
        return result
    }

    private func concatenation(
        _ operands: [Expression], _ scope: Scope
    ) throws(ChatTemplateError) -> Value {
        var result = ""
        for operand in operands {
            let text = try string(try evaluate(operand, scope))
            try budget.allowText(result.utf8.count + text.utf8.count)
            try budget.charge(text.utf8.count)
            result += text
        }
        return .string(result)
    }

    private func comparison(
        _ first: Expression, _ operands: [(operation: ComparisonOperator, operand: Expression)],
        _ scope: Scope
    ) throws(ChatTemplateError) -> Value {
        var left = try evaluate(first, scope)
        for (operation, operand) in operands {
            let right = try evaluate(operand, scope)
            guard try compare(operation, left, right) else { return .bool(false) }
            left = right
        }
        return .bool(true)
    }

    private func evaluate(
        _ base: Expression, _ operations: [Postfix], _ scope: Scope, _ caller: Value?
    ) throws(ChatTemplateError) -> Value {
        var value = try evaluate(base, scope)
        for (index, operation) in operations.enumerated() {
            try budget.step()
            switch operation {
            case .attribute(let name): value = try attribute(name, of: value)
            case .item(let key): value = try item(try evaluate(key, scope), of: value)
            case .slice(let start, let stop, let step):
                value = try slice(
                    value, try evaluate(bound: start, scope), try evaluate(bound: stop, scope),
                    try evaluate(bound: step, scope))
            case .call(let written):
                var arguments = try evaluate(written, scope)
                if index == operations.count - 1 { arguments.caller = caller }
                value = try call(value, arguments)
            case .filter(let filter): value = try apply(filter, to: value, scope)
            case .test(let name, let written, let isNegated):
                let holds = try test(name, value, try evaluate(written, scope))
                value = .bool(holds != isNegated)
            }
        }
        return value
    }

    /// A bound of a slice; nil if it is left out or `none`.
    private func evaluate(
        bound: Expression?, _ scope: Scope
    ) throws(ChatTemplateError) -> Int? {
        guard let bound else { return nil }
        let value = try evaluate(bound, scope)
        if value.isNone { return nil }
        guard let number = value.integer else {
            if case .undefined(let missing) = value { throw .fault(missing.message) }
            throw .fault("slice indices must be integers or None")
        }
        return number
    }

    func evaluate(
        _ written: CallArguments, _ scope: Scope
    ) throws(ChatTemplateError) -> Arguments {
        var arguments = Arguments(try evaluate(written.positional, scope))
        for (name, value) in written.keywords {
            try add(name, try evaluate(value, scope), to: &arguments)
        }
        if let spread = written.spread {
            for value in try elements(of: try evaluate(spread, scope)) { arguments.add(value) }
        }
        if let spread = written.keywordSpread {
            guard case .dictionary(let members) = try evaluate(spread, scope) else {
                throw .fault("the argument after ** must be a mapping")
            }
            for (key, value) in members.members {
                try budget.step()
                guard let name = key.text else { throw .fault("keywords must be strings") }
                try add(name, value, to: &arguments)
            }
        }
        return arguments
    }

    /// Adds a named argument. Pays for comparing its name with those of the arguments before it.
    private func add(
        _ name: String, _ value: Value, to arguments: inout Arguments
    ) throws(ChatTemplateError) {
        try budget.read(name)
        try budget.search(arguments.keywords.count)
        try arguments.add(name, value)
    }

    func apply(
        _ call: FilterCall, to value: Value, _ scope: Scope
    ) throws(ChatTemplateError) -> Value {
        guard let filter = Filter(named: call.name) else {
            throw .fault(FilterCall.unknown(call.name))
        }
        return try apply(filter, to: value, try evaluate(call.arguments, scope))
    }
}
