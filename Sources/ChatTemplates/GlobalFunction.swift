/// Functions that a template can call without being given them.
enum GlobalFunction: String, Sendable, CaseIterable {
    case range, dict, namespace, cycler, joiner, lipsum
    case raiseException = "raise_exception"
    case strftimeNow = "strftime_now"
}

extension Interpreter {
    func call(
        _ function: GlobalFunction, _ arguments: Arguments
    ) throws(ChatTemplateError) -> Value {
        var arguments = arguments
        switch function {
        case .range: return try range(&arguments)
        case .dict: return .dictionary(try dictionary(&arguments))
        case .namespace: return try make(.namespace(try dictionary(&arguments)))
        case .cycler:
            let items = arguments.takeRest()
            try arguments.finish("cycler")
            guard !items.isEmpty else { throw .fault("at least one item has to be provided") }
            return try make(.cycler(items: items, position: 0))
        case .joiner:
            let separator = arguments.take("sep") ?? .string(", ")
            try arguments.finish("joiner")
            return try make(.joiner(separator: separator, wasUsed: false))
        case .lipsum: throw .fault("'lipsum' is not supported: its text is drawn at random")
        case .raiseException:
            let message = try arguments.require("message")
            try arguments.finish("raise_exception")
            throw .raised(message: try string(message))
        case .strftimeNow:
            let format = try arguments.requireText("format")
            try arguments.finish("strftime_now")
            try budget.makeText(format.utf8.count, times: 16)
            let now = if let clock { clock } else { try WallClock.system() }
            return .string(try now.formatted(format))
        }
    }

    private func range(_ arguments: inout Arguments) throws(ChatTemplateError) -> Value {
        let first = try arguments.requireInteger("start")
        let second = try arguments.integer("stop")
        let step = try arguments.integer("step") ?? 1
        try arguments.finish("range")
        guard step != 0 else { throw .fault("range() arg 3 must not be zero") }
        let (start, stop) = second.map { (first, $0) } ?? (0, first)
        let isEmpty = step > 0 ? stop <= start : stop >= start
        // The distance may need the 64th bit, which the wrapped difference holds.
        let size = UInt(bitPattern: step > 0 ? stop &- start : start &- stop)
        let count = isEmpty ? 0 : (size - 1) / step.magnitude + 1
        guard count <= UInt(budget.limits.rangeMax) else {
            throw .limit(
                line: 0, message: "a range of more than \(budget.limits.rangeMax) elements")
        }
        try budget.makeList(Int(count))
        // Every element lies between `start` and `stop`, so nothing overflows.
        let elements = (0..<Int(count)).map { Value.integer(start &+ $0 &* step) }
        return .list(ValueList(flat: elements, .range))
    }

    /// `dict(mapping or pairs, key=value, ...)`
    private func dictionary(
        _ arguments: inout Arguments
    ) throws(ChatTemplateError) -> ValueDictionary {
        var result = ValueDictionary()
        let rest = arguments.takeRest()
        guard rest.count <= 1 else { throw .fault("dict expected at most 1 argument") }
        if case .dictionary(let members) = rest.first {
            result = members
        } else if let pairs = rest.first {
            if case .undefined(let missing) = pairs { throw .fault(missing.message) }
            for pair in try elements(of: pairs) {
                let pair = try elements(of: pair)
                guard pair.count == 2 else { throw .fault("a dictionary needs pairs") }
                try result.set(pair[0], pair[1], budget)
            }
        }
        for (name, value) in arguments.takeKeywords() {
            try result.set(.string(name), value, budget)
        }
        try budget.makeList(result.count, times: 2)
        return result
    }
}
