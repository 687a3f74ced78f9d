import Glibc

// Operators, by Python's rules. Integers have 64 bits; what does not fit is an error.
extension Interpreter {
    // MARK: Comparisons

    func compare(
        _ operation: ComparisonOperator, _ left: Value, _ right: Value
    ) throws(ChatTemplateError) -> Bool {
        switch operation {
        case .equal: try isEqual(left, right)
        case .notEqual: !(try isEqual(left, right))
        case .less: try isLess(left, right, "<")
        case .lessOrEqual: !(try isLess(right, left, "<=", orUnordered: true))
        case .greater: try isLess(right, left, ">")
        case .greaterOrEqual: !(try isLess(left, right, ">=", orUnordered: true))
        case .isIn: try contains(right, left)
        case .isNotIn: !(try contains(right, left))
        }
    }

    func isEqual(_ left: Value, _ right: Value) throws(ChatTemplateError) -> Bool {
        try budget.step()
        if let left = left.text, let right = right.text {
            try budget.charge(min(left.utf8.count, right.utf8.count))
            return left.utf8.elementsEqual(right.utf8)
        }
        if left.number != nil, right.number != nil { return Self.order(left, right) == .equal }
        switch (left, right) {
        case (.undefined, .undefined), (.none, .none): return true
        case (.list(let left), .list(let right)):
            let sameKind = left.kind == right.kind || (left.isTuple && right.isTuple)
            if left.isView || right.isView {
                throw .fault("views of dictionaries cannot be compared; use 'list' first")
            }
            guard sameKind, left.elements.count == right.elements.count else { return false }
            for (left, right) in zip(left.elements, right.elements)
            where !(try isEqual(left, right)) {
                return false
            }
            return true
        case (.dictionary(let left), .dictionary(let right)):
            guard left.count == right.count else { return false }
            for (key, value) in left.members {
                guard let key = try ValueKey(key, budget), let other = right[key],
                    try isEqual(value, other)
                else { return false }
            }
            return true
        case (.object(let left), .object(let right)): return left == right
        case (.function(let left), .function(let right)): return left == right
        case (.method(let left), .method(let right)):
            return left.name == right.name ? try isEqual(left.receiver, right.receiver) : false
        default: return false
        }
    }

    /// `left < right`, or an error that names `symbol` if the two have no order. Returns
    /// `orUnordered` if one of them is NaN.
    func isLess(
        _ left: Value, _ right: Value, _ symbol: String = "<", orUnordered: Bool = false
    ) throws(ChatTemplateError) -> Bool {
        try budget.step()
        if let left = left.text, let right = right.text {
            try budget.charge(min(left.utf8.count, right.utf8.count))
            return left.utf8.lexicographicallyPrecedes(right.utf8)
        }
        if left.number != nil, right.number != nil {
            let order = Self.order(left, right)
            return order == .less || (order == .unordered && orUnordered)
        }
        if case .list(let first) = left, case .list(let second) = right,
            first.kind == .list && second.kind == .list || first.isTuple && second.isTuple
        {
            for (left, right) in zip(first.elements, second.elements)
            where !(try isEqual(left, right)) {
                return try isLess(left, right, symbol, orUnordered: orUnordered)
            }
            return first.elements.count < second.elements.count
        }
        for case .undefined(let missing) in [left, right] { throw .fault(missing.message) }
        throw .fault(
            "'\(symbol)' not supported between '\(left.typeName)' and '\(right.typeName)'")
    }

    private enum Order {
        case less, equal, greater, unordered
    }

    /// Compares numbers exactly, even an integer with a double.
    private static func order(_ left: Value, _ right: Value) -> Order {
        if let left = left.integer, let right = right.integer { return order(left, right) }
        if let left = left.integer, let right = right.number { return order(left, right) }
        if let left = left.number, let right = right.integer {
            switch order(right, left) {
            case .less: return .greater
            case .greater: return .less
            case let same: return same
            }
        }
        return order(left.number ?? .nan, right.number ?? .nan)
    }

    private static func order<Number: Comparable>(_ left: Number, _ right: Number) -> Order {
        if left < right { return .less }
        if left > right { return .greater }
        return left == right ? .equal : .unordered
    }

    private static func order(_ left: Int, _ right: Double) -> Order {
        if right.isNaN { return .unordered }
        if right >= 0x1p63 { return .less }
        if right < -0x1p63 { return .greater }
        let whole = right.rounded(.down)
        let order = order(left, Int(whole))
        return order == .equal && right > whole ? .less : order
    }

    /// `needle in container`.
    func contains(_ container: Value, _ needle: Value) throws(ChatTemplateError) -> Bool {
        switch container {
        case .string(let text), .markup(let text):
            guard let needle = needle.text else {
                throw .fault(
                    "'in <string>' requires string as left operand, not \(needle.typeName)")
            }
            try budget.charge(text.utf8.count + needle.utf8.count)
            return TextSearch(needle).first(in: Array(text.utf8)) != nil
        case .dictionary(let dictionary):
            if needle.isUndefined { return false }
            guard let key = try ValueKey(needle, budget) else {
                throw .fault("unhashable type: '\(needle.typeName)'")
            }
            return dictionary[key] != nil
        default:
            for element in try elements(of: container)
            where try isEqual(element, needle) {
                return true
            }
            return false
        }
    }

    // MARK: Arithmetic

    func negative(_ value: Value) throws(ChatTemplateError) -> Value {
        if case .double(let number) = value { return .double(-number) }
        guard let number = value.integer else { throw badSign("-", value) }
        let (result, overflow) = 0.subtractingReportingOverflow(number)
        guard !overflow else { throw Self.integerOverflow("-") }
        return .integer(result)
    }

    func badSign(_ sign: String, _ value: Value) -> ChatTemplateError {
        if case .undefined(let missing) = value { return .fault(missing.message) }
        return .fault("bad operand type for unary \(sign): '\(value.typeName)'")
    }

    func arithmetic(
        _ operation: ArithmeticOperator, _ left: Value, _ right: Value
    ) throws(ChatTemplateError) -> Value {
        if operation == .modulo, left.text != nil { return try percentFormat(left, right) }
        for case .undefined(let missing) in [left, right] { throw .fault(missing.message) }
        if let left = left.integer, let right = right.integer {
            return try arithmetic(operation, left, right)
        }
        if let left = left.number, let right = right.number {
            return try arithmetic(operation, left, right)
        }
        if operation == .add, let sum = try concatenate(left, right) { return sum }
        if operation == .multiply {
            if let count = right.integer, let product = try repeated(left, count) { return product }
            if let count = left.integer, let product = try repeated(right, count) { return product }
        }
        throw .fault(
            "unsupported operand type(s) for \(operation.rawValue): "
                + "'\(left.typeName)' and '\(right.typeName)'")
    }

    private func concatenate(_ left: Value, _ right: Value) throws(ChatTemplateError) -> Value? {
        switch (left, right) {
        case (.string(let left), .string(let right)):
            try budget.makeText(left.utf8.count + right.utf8.count)
            return .string(left + right)
        case (.markup, .string), (.string, .markup), (.markup, .markup):
            let (left, right) = (try html(left), try html(right))
            try budget.makeText(left.utf8.count + right.utf8.count)
            return .markup(left + right)
        case (.list(let first), .list(let second))
        where first.kind == .list && second.kind == .list || first.isTuple && second.isTuple:
            try budget.makeList(first.elements.count + second.elements.count)
            let kind: ValueList.Kind = first.isTuple ? .tuple : .list
            return .list(try ValueList(first.elements + second.elements, kind))
        default: return nil
        }
    }

    private func repeated(_ value: Value, _ count: Int) throws(ChatTemplateError) -> Value? {
        let count = max(count, 0)
        if let text = value.text {
            try budget.makeText(text.utf8.count, times: count)
            return Self.text(String(repeating: text, count: text.isEmpty ? 0 : count), like: value)
        }
        guard case .list(let list) = value, list.kind == .list || list.isTuple else { return nil }
        try budget.makeList(list.elements.count, times: count)
        let times = list.elements.isEmpty ? 0 : count
        let elements = repeatElement(list.elements, count: times).flatMap { $0 }
        return .list(try ValueList(elements, list.isTuple ? .tuple : .list))
    }

    private static func integerOverflow(_ symbol: String) -> ChatTemplateError {
        .fault("the result of '\(symbol)' does not fit an integer of 64 bits")
    }

    private func arithmetic(
        _ operation: ArithmeticOperator, _ left: Int, _ right: Int
    ) throws(ChatTemplateError) -> Value {
        let (result, overflow): (Int, Bool)
        switch operation {
        case .add: (result, overflow) = left.addingReportingOverflow(right)
        case .subtract: (result, overflow) = left.subtractingReportingOverflow(right)
        case .multiply: (result, overflow) = left.multipliedReportingOverflow(by: right)
        case .divide:
            guard right != 0 else { throw .fault("division by zero") }
            guard Double(exactly: left) != nil, Double(exactly: right) != nil else {
                throw .fault("integers of more than 53 bits cannot be divided")
            }
            return .double(Double(left) / Double(right))
        case .floorDivide, .modulo:
            guard right != 0 else { throw .fault("integer division or modulo by zero") }
            let quotient = left.dividedReportingOverflow(by: right)
            let remainder = left.remainderReportingOverflow(dividingBy: right).partialValue
            let isBelow = remainder != 0 && (remainder < 0) != (right < 0)
            if operation == .modulo { return .integer(isBelow ? remainder + right : remainder) }
            (result, overflow) = (quotient.partialValue - (isBelow ? 1 : 0), quotient.overflow)
        case .power:
            guard right >= 0 else {
                guard left != 0 else { throw .fault("0.0 cannot be raised to a negative power") }
                return .double(pow(Double(left), Double(right)))
            }
            (result, overflow) = Self.power(left, right)
        }
        guard !overflow else { throw Self.integerOverflow(operation.rawValue) }
        return .integer(result)
    }

    private static func power(_ base: Int, _ exponent: Int) -> (Int, Bool) {
        if exponent == 0 || base == 1 { return (1, false) }
        if base == 0 { return (0, false) }
        if base == -1 { return (exponent % 2 == 0 ? 1 : -1, false) }
        guard exponent < 64 else { return (0, true) }
        var result = 1
        for _ in 0..<exponent {
            let (product, overflow) = result.multipliedReportingOverflow(by: base)
            if overflow { return (0, true) }
            result = product
        }
        return (result, false)
    }

    private func arithmetic(
        _ operation: ArithmeticOperator, _ left: Double, _ right: Double
    ) throws(ChatTemplateError) -> Value {
        switch operation {
        case .add: return .double(left + right)
        case .subtract: return .double(left - right)
        case .multiply: return .double(left * right)
        case .divide:
            guard right != 0 else { throw .fault("float division by zero") }
            return .double(left / right)
        case .floorDivide, .modulo:
            guard right != 0 else { throw .fault("float floor division or modulo by zero") }
            let (quotient, remainder) = Self.divide(left, right)
            return .double(operation == .modulo ? remainder : quotient)
        case .power:
            guard left != 0 || right >= 0 else {
                throw .fault("0.0 cannot be raised to a negative power")
            }
            guard left >= 0 || right.rounded() == right else {
                throw .fault("complex numbers are not supported")
            }
            let result = pow(left, right)
            guard result.isFinite || !left.isFinite || !right.isFinite else {
                throw .fault("the result of '**' is too large")
            }
            return .double(result)
        }
    }

    /// Python's `divmod` of floats: the remainder has the divisor's sign.
    private static func divide(
        _ left: Double, _ right: Double
    ) -> (quotient: Double, remainder: Double) {
        var remainder = fmod(left, right)
        var quotient = (left - remainder) / right
        if remainder != 0 {
            if (right < 0) != (remainder < 0) {
                remainder += right
                quotient -= 1
            }
        } else {
            remainder = Double(signOf: right, magnitudeOf: 0)
        }
        guard quotient != 0 else {
            return (Double(signOf: left / right, magnitudeOf: 0), remainder)
        }
        let whole = quotient.rounded(.down)
        return (quotient - whole > 0.5 ? whole + 1 : whole, remainder)
    }

    // MARK: Sorting

    /// A stable sort whose comparison may fail.
    func sorted<Element>(
        _ elements: [Element],
        _ isLess: (Element, Element) throws(ChatTemplateError) -> Bool
    ) throws(ChatTemplateError) -> [Element] {
        var source = elements
        var width = 1
        while width < source.count {
            var merged: [Element] = []
            merged.reserveCapacity(source.count)
            try budget.makeList(source.count)
            var start = 0
            while start < source.count {
                let middle = min(start + width, source.count)
                let end = min(middle + width, source.count)
                var (left, right) = (start, middle)
                while left < middle, right < end {
                    if try isLess(source[right], source[left]) {
                        merged.append(source[right])
                        right += 1
                    } else {
                        merged.append(source[left])
                        left += 1
                    }
                }
                merged.append(contentsOf: source[left..<middle])
                merged.append(contentsOf: source[right..<end])
                start = end
            }
            source = merged
            width *= 2
        }
        return source
    }
}
