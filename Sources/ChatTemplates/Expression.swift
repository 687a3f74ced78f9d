/// A variable's name, interned: its index in the template's table of names.
typealias NameID = Int

/// An expression. Chains (`a.b[c]|d`, `a + b - c`) are flat lists, so a tree is never deeper than
/// the parser's recursion.
indirect enum Expression: Sendable {
    case constant(Value)
    case name(NameID)
    case list([Expression])
    case tuple([Expression])
    case dictionary([(key: Expression, value: Expression)])
    case postfix(Expression, [Postfix])
    case negative(Expression)
    case positive(Expression)
    case not(Expression)
    /// Operators of one precedence, from left to right.
    case arithmetic(Expression, [(operation: ArithmeticOperator, operand: Expression)])
    case concatenation([Expression])
    /// `a < b <= c` holds if every pair does.
    case comparison(Expression, [(operation: ComparisonOperator, operand: Expression)])
    case and([Expression])
    case or([Expression])
    case conditional(test: Expression, then: Expression, otherwise: Expression?)
}

/// What can follow a value: an attribute, an index, a call, a filter or a test.
enum Postfix: Sendable {
    case attribute(String)
    case item(Expression)
    case slice(start: Expression?, stop: Expression?, step: Expression?)
    case call(CallArguments)
    case filter(FilterCall)
    case test(String, CallArguments, isNegated: Bool)
}

/// A filter with its arguments. An unknown filter is kept by name and fails only when it is
/// evaluated.
struct FilterCall: Sendable {
    let name: String
    let arguments: CallArguments
}

/// The arguments of a call, as written.
struct CallArguments: Sendable {
    var positional: [Expression] = []
    var keywords: [(name: String, value: Expression)] = []
    var spread: Expression?  // *list
    var keywordSpread: Expression?  // **dictionary

    var isEmpty: Bool {
        positional.isEmpty && keywords.isEmpty && spread == nil && keywordSpread == nil
    }
}

enum ArithmeticOperator: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case floorDivide = "//"
    case modulo = "%"
    case power = "** or pow()"
}

enum ComparisonOperator: String, Sendable {
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case isIn = "in"
    case isNotIn = "not in"
}
