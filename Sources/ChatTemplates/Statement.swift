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
        /// Calls a macro with `caller`, a macro of the block's body.
        case callBlock(caller: Macro, call: Expression)
        case filterBlock([FilterCall], body: [Statement])
        /// `with`: its targets get values from outside, and hold inside.
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
    /// Whether `loop(items)` runs it again, over other items.
    let isRecursive: Bool
}

/// A macro as written.
struct Macro: Sendable {
    let name: String
    let id: NameID
    let parameters: [NameID]
    let parameterNames: [String]
    /// Defaults of the last parameters.
    let defaults: [Expression]
    let body: [Statement]
    /// Whether the body mentions these names, and so takes what they stand for.
    let usesCaller: Bool
    let usesVariableArguments: Bool
    let usesKeywordArguments: Bool
}

/// Where an assignment goes.
indirect enum Target: Sendable {
    case name(NameID)
    case attribute(of: NameID, String)
    case tuple([Target])
}
