/// A statement and the line it starts on.
struct Statement: Sendable {
    indirect enum Kind: Sendable {
        case text(String)
        case output(Expression)
        case branches([(test: Expression, body: [Statement])], otherwise: [Statement])
        case loop(Loop)
        case set(Target, Expression)
        case setBlock(Target, filters: [FilterCall], body: [Statement])
        case macro(Macro)
        /// Calls a macro and passes `caller`, a macro made of the block's body.
        case callBlock(caller: Macro, call: Expression)
        case filterBlock([FilterCall], body: [Statement])
        /// `with`: the values are evaluated outside, and the targets are set inside the body only.
        case with([(target: Target, value: Expression)], body: [Statement])
        case breakLoop
        case continueLoop
    }

    let kind: Kind
    let line: Int
}

/// `{% for target in items if test recursive %} body {% else %} otherwise {% endfor %}`
struct Loop: Sendable {
    let target: Target
    let items: Expression
    let test: Expression?
    let body: [Statement]
    let otherwise: [Statement]
    /// Whether the body may call `loop(items)`, which runs the loop over other items.
    let isRecursive: Bool
}

/// A macro's definition.
struct Macro: Sendable {
    let name: String
    let id: NameID
    let parameters: [NameID]
    let parameterNames: [String]
    /// Defaults of the last parameters.
    let defaults: [Expression]
    let body: [Statement]
    /// Whether the body mentions `caller`, `varargs` or `kwargs`; only then the macro takes such
    /// arguments.
    let usesCaller: Bool
    let usesVariableArguments: Bool
    let usesKeywordArguments: Bool
}

/// The target of an assignment.
indirect enum Target: Sendable {
    case name(NameID)
    case attribute(of: NameID, String)
    case tuple([Target])
}
