// Attributes, items, slices and elements of values.
extension Interpreter {
    /// `value.name`: an attribute, or else an item.
    func attribute(_ name: String, of value: Value) throws(ChatTemplateError) -> Value {
        if case .undefined(let missing) = value { throw .fault(missing.message) }
        if let found = try ownAttribute(name, of: value) { return found }
        if case .dictionary(let dictionary) = value,
            let found = dictionary[try .text(name, budget)]
        {
            return found
        }
        return .undefined(.attribute(name, ofType: value.typeName))
    }

    /// `value[key]`: an item, or else an attribute.
    func item(_ key: Value, of value: Value) throws(ChatTemplateError) -> Value {
        switch value {
        case .undefined(let missing): throw .fault(missing.message)
        case .dictionary(let dictionary):
            if let key = try ValueKey(key, budget), let found = dictionary[key] { return found }
        case .list(let list) where list.kind == .list || list.isTuple || list.kind == .range:
            if let index = key.integer {
                if let index = Self.index(index, in: list.elements.count) {
                    return list.elements[index]
                }
            }
        case .string(let text), .markup(let text):
            if let index = key.integer {
                try budget.walk(text)
                let scalars = text.unicodeScalars
                if let index = Self.index(index, in: scalars.count) {
                    let letter = scalars[scalars.index(scalars.startIndex, offsetBy: index)]
                    return Self.text(String(letter), like: value)
                }
            }
        default: break
        }
        if let name = key.text, let found = try ownAttribute(name, of: value) { return found }
        let spelled = key.text ?? "[\(key.integer.map(String.init) ?? key.typeName)]"
        return .undefined(.attribute(spelled, ofType: value.typeName))
    }

    private static func index(_ index: Int, in count: Int) -> Int? {
        let position = index < 0 ? index + count : index
        return (0..<count).contains(position) ? position : nil
    }

    /// The attribute that Python's `getattr` finds. Members of dictionaries are not attributes.
    func ownAttribute(
        _ name: String, of value: Value
    ) throws(ChatTemplateError) -> Value? {
        try budget.read(name)
        if name.hasPrefix("__"), name.hasSuffix("__") {
            return .undefined(.other("access to attribute '\(name)' is unsafe"))
        }
        switch value {
        case .string, .markup:
            return StringMethod(rawValue: name).map { _ in .method(BoundMethod(value, name)) }
        case .dictionary:
            if ["get", "items", "keys", "values", "copy"].contains(name) {
                return .method(BoundMethod(value, name))
            }
            if ["clear", "pop", "popitem", "setdefault", "update", "fromkeys"].contains(name) {
                return Self.unsafe(name, value)
            }
            return nil
        case .list(let list): return try listAttribute(name, list, value)
        case .object(let id): return try objectAttribute(name, id, value)
        case .integer, .double, .bool:
            if Self.numberAttributes.contains(name) {
                throw .fault("the attribute '\(name)' of numbers is not supported")
            }
            return nil
        default: return nil
        }
    }

    private static let numberAttributes: Set<String> = [
        "real", "imag", "numerator", "denominator", "bit_length", "bit_count", "conjugate",
        "to_bytes", "from_bytes", "as_integer_ratio", "is_integer", "hex", "fromhex",
    ]

    private static func unsafe(_ name: String, _ value: Value) -> Value {
        .undefined(
            .other("'\(name)' is refused: a \(value.typeName) cannot be changed in a template"))
    }

    private func listAttribute(
        _ name: String, _ list: ValueList, _ value: Value
    ) throws(ChatTemplateError) -> Value? {
        switch list.kind {
        case .group where name == "grouper": return list.elements[0]
        case .group where name == "list": return list.elements[1]
        case .list, .tuple, .group, .range:
            if ["count", "index"].contains(name) || (name == "copy" && list.kind == .list) {
                return .method(BoundMethod(value, name))
            }
            let changing = [
                "append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort",
            ]
            if list.kind == .list, changing.contains(name) { return Self.unsafe(name, value) }
            if list.kind == .range, ["start", "stop", "step"].contains(name) {
                throw .fault("the attribute '\(name)' of a range is not supported")
            }
            return nil
        case .keys, .values, .items:
            if ["mapping", "isdisjoint"].contains(name) {
                throw .fault("the attribute '\(name)' of \(value.typeName) is not supported")
            }
            return nil
        }
    }

    private func objectAttribute(
        _ name: String, _ id: ObjectID, _ value: Value
    ) throws(ChatTemplateError) -> Value? {
        switch self[id] {
        case .namespace(let members): return members[try .text(name, budget)]
        case .loop(let state):
            if ["cycle", "changed"].contains(name) { return .method(BoundMethod(value, name)) }
            return state.attribute(name)
        case .cycler(let items, let position):
            if name == "current" { return items[position] }
            return ["next", "reset"].contains(name) ? .method(BoundMethod(value, name)) : nil
        case .macro(let macro, _):
            switch name {
            case "name": return .string(macro.name)
            case "arguments":
                return .list(
                    ValueList(flat: macro.parameterNames.map { .string($0) }, .tuple))
            case "caller": return .bool(macro.usesCaller)
            case "catch_kwargs": return .bool(macro.usesKeywordArguments)
            case "catch_varargs": return .bool(macro.usesVariableArguments)
            default: return nil
            }
        case .joiner, .iterator: return nil
        }
    }

    /// Python's `repr` of an object, if it does not contain an address.
    func description(of id: ObjectID) throws(ChatTemplateError) -> String {
        switch self[id] {
        case .loop(let state): return "<LoopContext \(state.index + 1)/\(state.items.count)>"
        case .macro(let macro, _): return "<Macro '\(macro.name)'>"
        case .namespace(let members):
            try budget.enter()
            defer { budget.leave() }
            return "<Namespace \(try representation(.dictionary(members)))>"
        case .iterator: throw .fault("a lazy sequence cannot be printed; use 'list' or 'join'")
        case .cycler, .joiner: throw .fault("an object of this kind cannot be printed")
        }
    }

    // MARK: Slices

    /// `value[start:stop:step]` by Python's rules.
    func slice(
        _ value: Value, _ start: Int?, _ stop: Int?, _ step: Int?
    ) throws(ChatTemplateError) -> Value {
        switch value {
        case .undefined(let missing): throw .fault(missing.message)
        case .string(let text), .markup(let text):
            try budget.makeText(text.utf8.count)
            try budget.walk(text)
            let scalars = Array(text.unicodeScalars)
            var result = String.UnicodeScalarView()
            for index in try Self.indices(scalars.count, start, stop, step) {
                result.append(scalars[index])
            }
            return Self.text(String(result), like: value)
        case .list(let list) where list.kind == .list || list.isTuple || list.kind == .range:
            let indices = try Self.indices(list.elements.count, start, stop, step)
            try budget.makeList(indices.count)
            let kind: ValueList.Kind = list.kind == .group ? .tuple : list.kind
            return .list(try ValueList(indices.map { list.elements[$0] }, kind))
        default: throw .fault("'\(value.typeName)' object cannot be sliced")
        }
    }

    private static func indices(
        _ count: Int, _ start: Int?, _ stop: Int?, _ step: Int?
    ) throws(ChatTemplateError) -> [Int] {
        let step = step ?? 1
        guard step != 0 else { throw .fault("slice step cannot be zero") }
        // Bounds are clamped to the positions where the iteration can start or end, which include
        // one before the first element and one after the last.
        func bound(_ index: Int?, _ otherwise: Int, from low: Int, to high: Int) -> Int {
            guard let index else { return otherwise }
            let position = index < 0 ? max(index, -count - 1) + count : index
            return min(max(position, low), high)
        }
        var result: [Int] = []
        if step > 0 {
            var index = bound(start, 0, from: 0, to: count)
            let end = bound(stop, count, from: 0, to: count)
            while index < end {
                result.append(index)
                index += min(step, count)
            }
        } else {
            var index = bound(start, count - 1, from: -1, to: count - 1)
            let end = bound(stop, -1, from: -1, to: count - 1)
            while index > end {
                result.append(index)
                index += max(step, -count)
            }
        }
        return result
    }

    /// A text that is HTML if `value` is.
    static func text(_ text: String, like value: Value) -> Value {
        if case .markup = value { return .markup(text) }
        return .string(text)
    }

    // MARK: Elements

    /// The elements that a loop over `value` visits.
    func elements(of value: Value) throws(ChatTemplateError) -> [Value] {
        switch value {
        case .undefined: return []
        case .list(let list):
            try budget.makeList(list.elements.count)
            return list.elements
        case .dictionary(let dictionary):
            try budget.makeList(dictionary.count)
            return dictionary.members.map(\.key)
        case .string(let text), .markup(let text):
            try budget.makeList(text.unicodeScalars.count)
            return text.unicodeScalars.map { .string(String($0)) }
        case .object(let id):
            guard case .iterator(let rest) = self[id] else { break }
            self[id] = .iterator(.success([]))
            return try rest.get()
        default: break
        }
        throw .fault("'\(value.typeName)' object is not iterable")
    }

    /// The elements of a lazy filter, which are handed out one by one. If the filter fails, the
    /// error is thrown when the first element is taken.
    func iterator(
        _ elements: () throws(ChatTemplateError) -> [Value]
    ) throws(ChatTemplateError) -> Value {
        do throws(ChatTemplateError) {
            let elements = try elements()
            try budget.makeList(elements.count)
            return try make(.iterator(.success(elements)))
        } catch .runtime(let line, let message) {
            return try make(.iterator(.failure(.runtime(line: line, message: message))))
        }
    }
}
