/// The tests, as in `value is odd`.
enum ValueTest {
    case defined, undefined, none, boolean, `true`, `false`, integer, float, number, string
    case mapping, iterable, sequence, callable, sameas, escaped, odd, even, divisibleby, lower
    case upper, filter, test
    case comparison(ComparisonOperator)

    private static let plain: [String: ValueTest] = [
        "defined": .defined, "undefined": .undefined, "none": .none, "boolean": .boolean,
        "true": .true, "false": .false, "integer": .integer, "float": .float,
        "number": .number, "string": .string, "mapping": .mapping, "iterable": .iterable,
        "sequence": .sequence, "callable": .callable, "sameas": .sameas, "escaped": .escaped,
        "odd": .odd, "even": .even, "divisibleby": .divisibleby, "lower": .lower,
        "upper": .upper, "filter": .filter, "test": .test,
        "eq": .comparison(.equal), "equalto": .comparison(.equal), "==": .comparison(.equal),
        "ne": .comparison(.notEqual), "!=": .comparison(.notEqual),
        "lt": .comparison(.less), "lessthan": .comparison(.less), "<": .comparison(.less),
        "le": .comparison(.lessOrEqual), "<=": .comparison(.lessOrEqual),
        "gt": .comparison(.greater), "greaterthan": .comparison(.greater),
        ">": .comparison(.greater),
        "ge": .comparison(.greaterOrEqual), ">=": .comparison(.greaterOrEqual),
        "in": .comparison(.isIn),
    ]

    init?(named name: String) {
        guard let test = Self.plain[name] else { return nil }
        self = test
    }
}

extension Interpreter {
    /// Whether `value` passes the test called `name`.
    func test(
        _ name: String, _ value: Value, _ arguments: Arguments
    ) throws(ChatTemplateError) -> Bool {
        guard let test = ValueTest(named: name) else { throw .fault("no test named '\(name)'") }
        try budget.step()
        var arguments = arguments
        let result = try holds(test, value, &arguments)
        try arguments.finish(name)
        return result
    }

    private func holds(
        _ test: ValueTest, _ value: Value, _ arguments: inout Arguments
    ) throws(ChatTemplateError) -> Bool {
        switch test {
        case .defined: return !value.isUndefined
        case .undefined: return value.isUndefined
        case .none: return value.isNone
        case .string: return value.text != nil
        case .number: return value.number != nil
        case .boolean:
            if case .bool = value { return true }
            return false
        case .true, .false:
            guard case .bool(let flag) = value else { return false }
            if case .true = test { return flag }
            return !flag
        case .integer:
            if case .integer = value { return true }
            return false
        case .float:
            if case .double = value { return true }
            return false
        case .escaped:
            if case .markup = value { return true }
            return false
        case .mapping, .iterable, .sequence, .callable: return hasShape(test, value)
        case .sameas: return try isSame(value, try arguments.require("other"))
        case .odd, .even:
            let remainder = try arithmetic(.modulo, value, .integer(2))
            var isOdd = false
            if case .odd = test { isOdd = true }
            return try isEqual(remainder, .integer(isOdd ? 1 : 0))
        case .divisibleby:
            let divisor = try arguments.require("num")
            return try isEqual(try arithmetic(.modulo, value, divisor), .integer(0))
        case .lower, .upper:
            var method = StringMethod.islower
            if case .upper = test { method = .isupper }
            var none = Arguments()
            return try call(method, on: try string(value), &none).isTrue
        case .filter, .test:
            guard try ValueKey(value, budget) != nil else {
                throw .fault("unhashable type: '\(value.typeName)'")
            }
            guard let name = value.text else { return false }
            if case .filter = test { return Filter(named: name) != nil }
            return ValueTest(named: name) != nil
        case .comparison(let operation):
            return try compare(operation, value, try arguments.require("other"))
        }
    }

    private func hasShape(_ test: ValueTest, _ value: Value) -> Bool {
        switch (test, value) {
        case (_, .none), (_, .bool), (_, .integer), (_, .double): return false
        case (.mapping, .dictionary): return true
        case (.mapping, _): return false
        case (.callable, .undefined), (.callable, .function), (.callable, .method): return true
        case (.callable, .object(let id)):
            switch self[id] {
            case .macro, .joiner, .loop: return true
            case .namespace, .cycler, .iterator: return false
            }
        case (.callable, _): return false
        case (.iterable, .object(let id)):
            switch self[id] {
            case .iterator, .loop, .cycler: return true
            case .namespace, .macro, .joiner: return false
            }
        case (_, .object), (_, .function), (_, .method): return false
        case (.sequence, .list(let list)):
            return list.kind == .list || list.isTuple || list.kind == .range
        default: return true
        }
    }

    /// Python's `is`, for values on which it does not depend on how they are stored.
    private func isSame(_ left: Value, _ right: Value) throws(ChatTemplateError) -> Bool {
        switch (left, right) {
        case (.none, _), (_, .none): return left.isNone && right.isNone
        case (.bool(let left), .bool(let right)): return left == right
        case (.bool, _), (_, .bool): return false
        case (.object(let left), .object(let right)): return left == right
        default: throw .fault("'sameas' is supported for none, booleans and objects only")
        }
    }
}
