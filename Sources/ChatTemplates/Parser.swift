/// Reads statements. Expressions are in `Parser+Expressions.swift`.
struct Parser {
    /// Names that the interpreter looks up itself. Their places in the table of names are fixed.
    static let reservedNames = ["loop", "caller", "varargs", "kwargs"]
    static let loopName: NameID = 0
    static let callerName: NameID = 1
    static let variableArgumentsName: NameID = 2
    static let keywordArgumentsName: NameID = 3

    private let tokens: [Token]
    private var position = 0
    private var depth = 0
    private(set) var names: [String] = []
    private var nameIDs: [NameBytes: NameID] = [:]
    /// For each macro that is being read: the reserved names that its body mentions.
    private var mentioned: [Set<NameID>] = []
    private var loopDepth = 0
    /// How many conditionals enclose the current position. Inside one, unknown filters and tests
    /// fail only when they are evaluated.
    var conditionalDepth = 0

    init(_ tokens: [Token]) {
        self.tokens = tokens
        for name in Self.reservedNames { _ = intern(name) }
    }

    /// The whole template.
    mutating func template() throws(ChatTemplateError) -> [Statement] {
        let body = try statements(until: [])
        guard current.kind == .end else { throw fault("unexpected '\(current.description)'") }
        return body
    }

    // MARK: Tokens

    var current: Token { tokens[position] }

    var next: Token { tokens[min(position + 1, tokens.count - 1)] }

    /// Moves to the next token, but never past the end.
    @discardableResult
    mutating func advance() -> Token {
        let token = current
        if position < tokens.count - 1 { position += 1 }
        return token
    }

    mutating func take(_ symbol: Token.Symbol) -> Bool { take(.symbol(symbol)) }

    mutating func take(word: String) -> Bool { take(.name(word)) }

    private mutating func take(_ kind: Token.Kind) -> Bool {
        guard current.kind == kind else { return false }
        advance()
        return true
    }

    mutating func expect(_ symbol: Token.Symbol) throws(ChatTemplateError) {
        guard take(symbol) else {
            throw fault("expected '\(symbol.rawValue)', got '\(current.description)'")
        }
    }

    mutating func expect(word: String) throws(ChatTemplateError) {
        guard take(word: word) else {
            throw fault("expected '\(word)', got '\(current.description)'")
        }
    }

    mutating func expectName() throws(ChatTemplateError) -> String {
        guard case .name(let name) = current.kind else {
            throw fault("expected a name, got '\(current.description)'")
        }
        advance()
        return name
    }

    private mutating func expectBlockEnd() throws(ChatTemplateError) {
        guard take(.blockEnd) else {
            throw fault("expected '%}', got '\(current.description)'")
        }
    }

    func fault(_ message: String) -> ChatTemplateError {
        .syntax(line: current.line, message: message)
    }

    mutating func intern(_ name: String) -> NameID {
        let key = NameBytes(name)
        if let id = nameIDs[key] {
            if id < Self.reservedNames.count {
                for index in mentioned.indices { mentioned[index].insert(id) }
            }
            return id
        }
        let id = names.count
        names.append(name)
        nameIDs[key] = id
        return id
    }

    /// Counts a level of recursion. Every recursive call goes through it, so nesting is bounded.
    mutating func enter() throws(ChatTemplateError) {
        guard depth < ChatTemplateLimits.parseDepthMax else {
            throw fault("nested more than \(ChatTemplateLimits.parseDepthMax) levels deep")
        }
        depth += 1
    }

    mutating func leave() { depth -= 1 }

    // MARK: Statements

    /// Reads statements up to a tag that starts with one of `ends`. Of that tag the `{%` is
    /// consumed, the rest is left to the caller.
    private mutating func statements(
        until ends: [String]
    ) throws(ChatTemplateError) -> [Statement] {
        try enter()
        defer { leave() }
        var body: [Statement] = []
        while true {
            let line = current.line
            switch current.kind {
            case .text(let text):
                advance()
                body.append(Statement(kind: .text(text), line: line))
            case .variableBegin:
                advance()
                let value = try tupleOrExpression()
                guard take(.variableEnd) else {
                    throw fault("expected '}}', got '\(current.description)'")
                }
                body.append(Statement(kind: .output(value), line: line))
            case .blockBegin:
                advance()
                if case .name(let word) = current.kind, ends.contains(word) { return body }
                if let kind = try statement() {
                    body.append(Statement(kind: kind, line: line))
                }
                try expectBlockEnd()
            default:
                guard ends.isEmpty else {
                    throw fault(
                        "the template ends where '\(ends.joined(separator: "' or '"))' is missing")
                }
                return body
            }
        }
    }

    /// The body of a block: from the end of its first tag to the tag that ends it.
    private mutating func body(until ends: String...) throws(ChatTemplateError) -> [Statement] {
        _ = take(.symbol(.colon))
        try expectBlockEnd()
        return try statements(until: ends)
    }

    private mutating func statement() throws(ChatTemplateError) -> Statement.Kind? {
        let word = try expectName()
        switch word {
        case "if": return try branches()
        case "for": return try loop()
        case "set": return try assignment()
        case "macro": return try macroStatement()
        case "call": return try callBlock()
        case "filter": return try filterBlock()
        case "with": return try withBlock()
        case "generation":
            let body = try isolated { (parser) throws(ChatTemplateError) in
                try parser.body(until: "endgeneration")
            }
            advance()
            return .with([], body: body)
        case "break", "continue":
            guard loopDepth > 0 else { throw fault("'\(word)' outside of a loop") }
            return word == "break" ? .breakLoop : .continueLoop
        case "print": return .output(try tupleOrExpression())
        default: throw fault("unknown or unsupported tag '\(word)'")
        }
    }

    private mutating func branches() throws(ChatTemplateError) -> Statement.Kind {
        conditionalDepth += 1
        defer { conditionalDepth -= 1 }
        var branches: [(test: Expression, body: [Statement])] = []
        while true {
            let test = try tupleOrExpression(allowsConditional: false)
            branches.append((test, try body(until: "elif", "else", "endif")))
            if take(word: "elif") { continue }
            var otherwise: [Statement] = []
            if take(word: "else") { otherwise = try body(until: "endif") }
            try expect(word: "endif")
            return .branches(branches, otherwise: otherwise)
        }
    }

    private mutating func loop() throws(ChatTemplateError) -> Statement.Kind {
        let target = try target(endingAt: "in", allowsAttribute: false)
        try expect(word: "in")
        let items = try tupleOrExpression(allowsConditional: false, endingAt: "recursive")
        let test = take(word: "if") ? try expression() : nil
        let isRecursive = take(word: "recursive")
        loopDepth += 1
        defer { loopDepth -= 1 }
        let body = try body(until: "endfor", "else")
        var otherwise: [Statement] = []
        if take(word: "else") {
            loopDepth -= 1
            defer { loopDepth += 1 }
            otherwise = try self.body(until: "endfor")
        }
        try expect(word: "endfor")
        return .loop(
            Loop(
                target: target, items: items, test: test, body: body, otherwise: otherwise,
                isRecursive: isRecursive))
    }

    private mutating func assignment() throws(ChatTemplateError) -> Statement.Kind {
        let target = try target(endingAt: nil, allowsAttribute: true)
        if take(.symbol(.assign)) { return .set(target, try tupleOrExpression()) }
        let filters = try filterChain()
        let body = try isolated { (parser) throws(ChatTemplateError) in
            try parser.body(until: "endset")
        }
        advance()
        return .setBlock(target, filters: filters, body: body)
    }

    private mutating func macroStatement() throws(ChatTemplateError) -> Statement.Kind {
        let name = try expectName()
        return .macro(try macro(named: name, end: "endmacro", hasSignature: true))
    }

    private mutating func callBlock() throws(ChatTemplateError) -> Statement.Kind {
        let hasSignature = current.kind == .symbol(.leftParenthesis)
        var call = Expression.constant(.none)
        let caller = try macro(named: "caller", end: "endcall", hasSignature: hasSignature) {
            (parser) throws(ChatTemplateError) in
            call = try parser.expression()
        }
        guard case .postfix(_, let operations) = call, case .call = operations.last else {
            throw fault("'call' needs the call of a macro")
        }
        return .callBlock(caller: caller, call: call)
    }

    /// Reads a macro's signature and body; `between` reads what is between them.
    private mutating func macro(
        named name: String, end: String, hasSignature: Bool,
        between: (inout Parser) throws(ChatTemplateError) -> Void = { _ throws(ChatTemplateError) in
        }
    ) throws(ChatTemplateError) -> Macro {
        var parameters: [String] = []
        var defaults: [Expression] = []
        if hasSignature { (parameters, defaults) = try signature() }
        try between(&self)
        mentioned.append([])
        let body = try isolated { (parser) throws(ChatTemplateError) in
            try parser.body(until: end)
        }
        advance()
        let used = mentioned.popLast() ?? []
        return Macro(
            name: name, id: intern(name), parameters: parameters.map { intern($0) },
            parameterNames: parameters,
            defaults: defaults, body: body,
            usesCaller: used.contains(Self.callerName),
            usesVariableArguments: used.contains(Self.variableArgumentsName),
            usesKeywordArguments: used.contains(Self.keywordArgumentsName))
    }

    private mutating func signature() throws(ChatTemplateError) -> ([String], [Expression]) {
        var parameters: [String] = []
        var defaults: [Expression] = []
        try expect(.leftParenthesis)
        while !take(.symbol(.rightParenthesis)) {
            if !parameters.isEmpty { try expect(.comma) }
            parameters.append(try expectName())
            if take(.symbol(.assign)) {
                defaults.append(try expression())
            } else if !defaults.isEmpty {
                throw fault("a parameter without default behind one with")
            }
        }
        return (parameters, defaults)
    }

    private mutating func filterBlock() throws(ChatTemplateError) -> Statement.Kind {
        var filters = [try filterCall()]
        filters += try filterChain()
        let body = try isolated { (parser) throws(ChatTemplateError) in
            try parser.body(until: "endfilter")
        }
        advance()
        return .filterBlock(filters, body: body)
    }

    private mutating func withBlock() throws(ChatTemplateError) -> Statement.Kind {
        var assignments: [(target: Target, value: Expression)] = []
        while current.kind != .blockEnd {
            if !assignments.isEmpty { try expect(.comma) }
            let target = try target(endingAt: nil, allowsAttribute: false, allowsTuple: false)
            try expect(.assign)
            assignments.append((target, try expression()))
        }
        let body = try body(until: "endwith")
        advance()
        return .with(assignments, body: body)
    }

    /// Reads a body in which `break` and `continue` cannot reach a loop outside of it.
    private mutating func isolated(
        _ read: (inout Parser) throws(ChatTemplateError) -> [Statement]
    ) throws(ChatTemplateError) -> [Statement] {
        let outside = loopDepth
        loopDepth = 0
        defer { loopDepth = outside }
        return try read(&self)
    }

    // MARK: Targets

    /// Reads the targets of an assignment up to `end`: names, or tuples of names.
    private mutating func target(
        endingAt end: String?, allowsAttribute: Bool, allowsTuple: Bool = true
    ) throws(ChatTemplateError) -> Target {
        try enter()
        defer { leave() }
        var targets: [Target] = []
        var isTuple = false
        while true {
            if let end, current.kind == .name(end), isTuple { break }
            if isTuple, current.kind != .symbol(.leftParenthesis) {
                guard case .name = current.kind else { break }
            }
            if take(.symbol(.leftParenthesis)) {
                targets.append(try target(endingAt: nil, allowsAttribute: allowsAttribute))
                try expect(.rightParenthesis)
            } else {
                targets.append(try nameTarget(allowsAttribute: allowsAttribute))
            }
            guard allowsTuple, take(.symbol(.comma)) else { break }
            isTuple = true
        }
        guard isTuple || targets.count != 1 else { return targets[0] }
        return .tuple(targets)
    }

    private mutating func nameTarget(
        allowsAttribute: Bool
    ) throws(ChatTemplateError) -> Target {
        let name = try expectName()
        if ["true", "false", "none", "True", "False", "None"].contains(name) {
            throw fault("cannot assign to '\(name)'")
        }
        let id = intern(name)
        if allowsAttribute, take(.symbol(.dot)) { return .attribute(of: id, try expectName()) }
        return .name(id)
    }
}

/// A name that is compared by its bytes. Swift's strings compare by canonical equivalence.
struct NameBytes: Hashable {
    private let bytes: [UInt8]

    init(_ name: String) { bytes = Array(name.utf8) }
}
