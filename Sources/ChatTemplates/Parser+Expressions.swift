// Expressions, by Jinja's precedence: `if else`, `or`, `and`, `not`, comparisons, `+ -`, `~`,
// `* / // %`, `**`, signs, then attributes, items, calls, filters and tests.
extension Parser {
    /// How many `a if test` without `else` may follow each other.
    private static let conditionalsMax = 16

    /// An expression, or several between commas, which make a tuple.
    mutating func tupleOrExpression(
        allowsConditional: Bool = true, endingAt end: String? = nil, inParentheses: Bool = false
    ) throws(ChatTemplateError) -> Expression {
        var elements: [Expression] = []
        var isTuple = false
        while !isTupleEnd(end) {
            elements.append(allowsConditional ? try expression() : try disjunction())
            guard take(.comma) else { break }
            isTuple = true
        }
        if isTuple || (elements.isEmpty && inParentheses) { return .tuple(elements) }
        guard let only = elements.first else {
            throw fault("expected an expression, got '\(current.description)'")
        }
        return only
    }

    private func isTupleEnd(_ end: String?) -> Bool {
        switch current.kind {
        case .variableEnd, .blockEnd, .symbol(.rightParenthesis): true
        case .name(let name): name == end
        default: false
        }
    }

    mutating func expression() throws(ChatTemplateError) -> Expression {
        try enter()
        defer { leave() }
        // The value before `if` may name filters that do not exist, since the test may guard it.
        // The test itself is read after the value.
        var result = try disjunction()
        var count = 0
        while take(word: "if") {
            count += 1
            guard count <= Self.conditionalsMax else { throw fault("too many 'if' in a row") }
            let test = try disjunction()
            conditionalDepth += 1
            defer { conditionalDepth -= 1 }
            let otherwise = take(word: "else") ? try expression() : nil
            result = .conditional(test: test, then: result, otherwise: otherwise)
        }
        return result
    }

    private mutating func disjunction() throws(ChatTemplateError) -> Expression {
        let first = try conjunction()
        guard current.kind == .name("or") else { return first }
        var operands = [first]
        while take(word: "or") { operands.append(try conjunction()) }
        return .or(operands)
    }

    private mutating func conjunction() throws(ChatTemplateError) -> Expression {
        let first = try negation()
        guard current.kind == .name("and") else { return first }
        var operands = [first]
        while take(word: "and") { operands.append(try negation()) }
        return .and(operands)
    }

    private mutating func negation() throws(ChatTemplateError) -> Expression {
        guard take(word: "not") else { return try comparison() }
        try enter()
        defer { leave() }
        return .not(try negation())
    }

    private mutating func comparison() throws(ChatTemplateError) -> Expression {
        let first = try sum()
        var operands: [(operation: ComparisonOperator, operand: Expression)] = []
        while let operation = comparisonOperator() { operands.append((operation, try sum())) }
        return operands.isEmpty ? first : .comparison(first, operands)
    }

    private mutating func comparisonOperator() -> ComparisonOperator? {
        let operation: ComparisonOperator
        switch current.kind {
        case .symbol(.equal): operation = .equal
        case .symbol(.notEqual): operation = .notEqual
        case .symbol(.less): operation = .less
        case .symbol(.lessOrEqual): operation = .lessOrEqual
        case .symbol(.greater): operation = .greater
        case .symbol(.greaterOrEqual): operation = .greaterOrEqual
        case .name("in"): operation = .isIn
        case .name("not") where next.kind == .name("in"):
            advance()
            operation = .isNotIn
        default: return nil
        }
        advance()
        return operation
    }

    private mutating func sum() throws(ChatTemplateError) -> Expression {
        let first = try concatenation()
        var operands: [(operation: ArithmeticOperator, operand: Expression)] = []
        while true {
            if take(.add) {
                operands.append((.add, try concatenation()))
            } else if take(.subtract) {
                operands.append((.subtract, try concatenation()))
            } else {
                return operands.isEmpty ? first : .arithmetic(first, operands)
            }
        }
    }

    private mutating func concatenation() throws(ChatTemplateError) -> Expression {
        let first = try product()
        guard current.kind == .symbol(.tilde) else { return first }
        var operands = [first]
        while take(.tilde) { operands.append(try product()) }
        return .concatenation(operands)
    }

    private mutating func product() throws(ChatTemplateError) -> Expression {
        let first = try power()
        var operands: [(operation: ArithmeticOperator, operand: Expression)] = []
        while true {
            if take(.multiply) {
                operands.append((.multiply, try power()))
            } else if take(.divide) {
                operands.append((.divide, try power()))
            } else if take(.floorDivide) {
                operands.append((.floorDivide, try power()))
            } else if take(.modulo) {
                operands.append((.modulo, try power()))
            } else {
                return operands.isEmpty ? first : .arithmetic(first, operands)
            }
        }
    }

    private mutating func power() throws(ChatTemplateError) -> Expression {
        let first = try unary()
        var operands: [(operation: ArithmeticOperator, operand: Expression)] = []
        while take(.power) { operands.append((.power, try unary())) }
        return operands.isEmpty ? first : .arithmetic(first, operands)
    }

    /// A sign binds tighter than filters: `-1|abs` is `(-1)|abs`.
    private mutating func unary(
        withFilters: Bool = true
    ) throws(ChatTemplateError) -> Expression {
        try enter()
        defer { leave() }
        let base: Expression
        if take(.subtract) {
            base = .negative(try unary(withFilters: false))
        } else if take(.add) {
            base = .positive(try unary(withFilters: false))
        } else {
            base = try primary()
        }
        return try postfix(base, withFilters: withFilters)
    }

    private mutating func primary() throws(ChatTemplateError) -> Expression {
        let token = current
        switch token.kind {
        case .name(let name):
            advance()
            switch name {
            case "true", "True": return .constant(.bool(true))
            case "false", "False": return .constant(.bool(false))
            case "none", "None": return .constant(.none)
            default: return .name(intern(name))
            }
        case .string(var text):
            advance()
            while case .string(let more) = current.kind {
                text += more
                advance()
            }
            return .constant(.string(text))
        case .integer(let number):
            advance()
            return .constant(.integer(number))
        case .double(let number):
            advance()
            return .constant(.double(number))
        case .symbol(.leftParenthesis):
            advance()
            let result = try tupleOrExpression(inParentheses: true)
            try expect(.rightParenthesis)
            return result
        case .symbol(.leftBracket): return try list()
        case .symbol(.leftBrace): return try dictionary()
        default: throw fault("unexpected '\(token.description)'")
        }
    }

    private mutating func list() throws(ChatTemplateError) -> Expression {
        try expect(.leftBracket)
        var elements: [Expression] = []
        while !take(.rightBracket) {
            if !elements.isEmpty {
                try expect(.comma)
                if take(.rightBracket) { break }
            }
            elements.append(try expression())
        }
        return .list(elements)
    }

    private mutating func dictionary() throws(ChatTemplateError) -> Expression {
        try expect(.leftBrace)
        var members: [(key: Expression, value: Expression)] = []
        while !take(.rightBrace) {
            if !members.isEmpty {
                try expect(.comma)
                if take(.rightBrace) { break }
            }
            let key = try expression()
            try expect(.colon)
            members.append((key, try expression()))
        }
        return .dictionary(members)
    }

    private mutating func postfix(
        _ base: Expression, withFilters: Bool
    ) throws(ChatTemplateError) -> Expression {
        var operations: [Postfix] = []
        var hasFilters = false
        while true {
            switch current.kind {
            case .symbol(.dot) where !hasFilters:
                advance()
                operations.append(try attribute())
            case .symbol(.leftBracket) where !hasFilters: operations.append(try item())
            case .symbol(.leftParenthesis): operations.append(.call(try callArguments()))
            case .symbol(.pipe) where withFilters:
                advance()
                hasFilters = true
                operations.append(.filter(try filterCall()))
            case .name("is") where withFilters:
                advance()
                hasFilters = true
                operations.append(try test())
            default: return operations.isEmpty ? base : .postfix(base, operations)
            }
        }
    }

    private mutating func attribute() throws(ChatTemplateError) -> Postfix {
        if case .integer(let index) = current.kind {
            advance()
            return .item(.constant(.integer(index)))
        }
        return .attribute(try expectName())
    }

    private mutating func item() throws(ChatTemplateError) -> Postfix {
        try expect(.leftBracket)
        var indices: [Postfix] = []
        while !take(.rightBracket) {
            if !indices.isEmpty { try expect(.comma) }
            indices.append(try subscripted())
        }
        if indices.count == 1 { return indices[0] }
        var elements: [Expression] = []
        for index in indices {
            guard case .item(let element) = index else {
                throw fault("a slice among several subscripts is not supported")
            }
            elements.append(element)
        }
        return .item(.tuple(elements))
    }

    private mutating func subscripted() throws(ChatTemplateError) -> Postfix {
        var start: Expression?
        if !take(.colon) {
            let first = try expression()
            guard take(.colon) else { return .item(first) }
            start = first
        }
        let stop = try slicePart()
        let step = take(.colon) ? try slicePart() : nil
        return .slice(start: start, stop: stop, step: step)
    }

    private mutating func slicePart() throws(ChatTemplateError) -> Expression? {
        switch current.kind {
        case .symbol(.colon), .symbol(.rightBracket), .symbol(.comma): nil
        default: try expression()
        }
    }

    // MARK: Calls, filters and tests

    private mutating func callArguments() throws(ChatTemplateError) -> CallArguments {
        try expect(.leftParenthesis)
        var arguments = CallArguments()
        while !take(.rightParenthesis) {
            if !arguments.isEmpty {
                try expect(.comma)
                if take(.rightParenthesis) { break }
            }
            if take(.multiply) {
                guard arguments.spread == nil, arguments.keywordSpread == nil else {
                    throw fault("misplaced '*'")
                }
                arguments.spread = try expression()
            } else if take(.power) {
                guard arguments.keywordSpread == nil else { throw fault("misplaced '**'") }
                arguments.keywordSpread = try expression()
            } else if case .name(let name) = current.kind, next.kind == .symbol(.assign) {
                advance()
                advance()
                guard arguments.keywordSpread == nil else {
                    throw fault("an argument behind '**'")
                }
                arguments.keywords.append((name, try expression()))
            } else {
                guard arguments.keywords.isEmpty, arguments.spread == nil,
                    arguments.keywordSpread == nil
                else { throw fault("a positional argument behind others") }
                arguments.positional.append(try expression())
            }
        }
        return arguments
    }

    /// Filters without a value before them, as in `{% set x | upper %}`.
    mutating func filterChain() throws(ChatTemplateError) -> [FilterCall] {
        var filters: [FilterCall] = []
        while take(.pipe) { filters.append(try filterCall()) }
        return filters
    }

    mutating func filterCall() throws(ChatTemplateError) -> FilterCall {
        let name = try dottedName()
        guard conditionalDepth > 0 || Filter(named: name) != nil else {
            throw fault(FilterCall.unknown(name))
        }
        let hasArguments = current.kind == .symbol(.leftParenthesis)
        return FilterCall(
            name: name, arguments: hasArguments ? try callArguments() : CallArguments())
    }

    private mutating func test() throws(ChatTemplateError) -> Postfix {
        let isNegated = take(word: "not")
        let name = try dottedName()
        guard conditionalDepth > 0 || ValueTest(named: name) != nil else {
            throw fault("no test named '\(name)'")
        }
        var arguments = CallArguments()
        switch current.kind {
        case .symbol(.leftParenthesis): arguments = try callArguments()
        case .name("else"), .name("or"), .name("and"): break
        case .name("is"): throw fault("tests cannot be chained with 'is'")
        case .name, .string, .integer, .double, .symbol(.leftBracket), .symbol(.leftBrace):
            arguments.positional = [try postfix(try primary(), withFilters: false)]
        default: break
        }
        return .test(name, arguments, isNegated: isNegated)
    }

    private mutating func dottedName() throws(ChatTemplateError) -> String {
        var name = try expectName()
        while take(.dot) { name += "." + (try expectName()) }
        return name
    }
}
