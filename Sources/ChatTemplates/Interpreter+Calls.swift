// Calls of macros, methods of objects, and functions.
extension Interpreter {
    func call(_ callee: Value, _ arguments: Arguments) throws(ChatTemplateError) -> Value {
        try budget.enter()
        defer { budget.leave() }
        if arguments.caller != nil {
            guard case .object(let id) = callee, case .macro = self[id] else {
                throw .fault("a call block can only call a macro")
            }
        }
        switch callee {
        case .function(let function): return try call(function, arguments)
        case .method(let method): return try call(method, arguments)
        case .object(let id): return try call(id, arguments)
        case .undefined(let missing): throw .fault(missing.message)
        default: throw .fault("'\(callee.typeName)' object is not callable")
        }
    }

    private func call(_ id: ObjectID, _ arguments: Arguments) throws(ChatTemplateError) -> Value {
        switch self[id] {
        case .macro(let macro, let scope): return try call(macro, scope, arguments)
        case .joiner(let separator, let wasUsed):
            try arguments.finish("joiner")
            self[id] = .joiner(separator: separator, wasUsed: true)
            return wasUsed ? separator : .emptyString
        case .loop(let state):
            var arguments = arguments
            let items = try arguments.require("iterable")
            try arguments.finish("loop")
            return .string(try repeated(state, over: items))
        case .namespace, .cycler, .iterator: throw .fault("this object is not callable")
        }
    }

    /// Calls a macro and returns the text that its body prints.
    private func call(
        _ macro: Macro, _ scope: Scope, _ arguments: Arguments
    ) throws(ChatTemplateError) -> Value {
        var arguments = arguments
        try budget.search(arguments.keywords.count, times: macro.parameterNames.count)
        let inside = Scope(in: scope)
        var missing: [(index: Int, id: NameID)] = []
        for (index, name) in macro.parameterNames.enumerated() {
            let id = macro.parameters[index]
            if let value = arguments.take(name) {
                inside.set(id, value)
            } else {
                inside.set(id, .undefined(.parameter(name)))
                missing.append((index, id))
            }
        }
        // Defaults may refer to earlier parameters, so they are evaluated in order after these are
        // set.
        let firstDefault = macro.parameters.count - macro.defaults.count
        for (index, id) in missing where index >= firstDefault {
            inside.set(id, try evaluate(macro.defaults[index - firstDefault], inside))
        }
        if macro.usesVariableArguments {
            inside.set(Parser.variableArgumentsName, try .tuple(arguments.takeRest()))
        }
        if macro.usesCaller {
            let given = arguments.caller ?? arguments.takeKeyword("caller")
            inside.set(Parser.callerName, given ?? .undefined(.other("no caller defined")))
        } else if arguments.caller != nil {
            throw .fault("the macro '\(macro.name)' does not use 'caller'")
        }
        if macro.usesKeywordArguments {
            var keywords = ValueDictionary()
            for (name, value) in arguments.takeKeywords() {
                try keywords.set(.string(name), value, budget)
            }
            inside.set(Parser.keywordArgumentsName, .dictionary(keywords))
        }
        try arguments.finish(macro.name)
        return .string(try capture(macro.body, inside))
    }

    private func call(
        _ method: BoundMethod, _ arguments: Arguments
    ) throws(ChatTemplateError) -> Value {
        var arguments = arguments
        switch method.receiver {
        case .string(let text), .markup(let text):
            guard let known = StringMethod(rawValue: method.name) else { break }
            guard case .markup = method.receiver else {
                return try call(known, on: text, &arguments)
            }
            return Self.safe(try call(known, on: text, &arguments, isSafe: true))
        case .dictionary(let dictionary): return try call(method.name, on: dictionary, &arguments)
        case .list(let list): return try call(method.name, on: list, &arguments)
        case .object(let id): return try call(method.name, on: id, &arguments)
        default: break
        }
        throw .fault("the method '\(method.name)' is not supported")
    }

    /// Methods of safe text return safe text.
    private static func safe(_ result: Value) -> Value {
        switch result {
        case .string(let text): return .markup(text)
        case .list(let list):
            return .list(ValueList(flat: list.elements.map { safe($0) }, list.kind))
        default: return result
        }
    }

    private func call(
        _ name: String, on dictionary: ValueDictionary, _ arguments: inout Arguments
    ) throws(ChatTemplateError) -> Value {
        if name == "get" {
            let key = try arguments.require("key")
            let otherwise = arguments.take("default") ?? .none
            try arguments.finish(name)
            if key.isUndefined { return otherwise }
            guard let hashed = try ValueKey(key, budget) else {
                throw .fault("unhashable type: '\(key.typeName)'")
            }
            return dictionary[hashed] ?? otherwise
        }
        try arguments.finish(name)
        try budget.makeList(dictionary.count, times: 2)
        switch name {
        case "keys": return .list(try ValueList(dictionary.members.map(\.key), .keys))
        case "values": return .list(try ValueList(dictionary.members.map(\.value), .values))
        case "items": return .list(try ValueList(try items(of: dictionary), .items))
        default: return .dictionary(dictionary)  // copy
        }
    }

    /// The members as `(key, value)` tuples.
    func items(of dictionary: ValueDictionary) throws(ChatTemplateError) -> [Value] {
        var items: [Value] = []
        items.reserveCapacity(dictionary.count)
        for (key, value) in dictionary.members { items.append(try .tuple([key, value])) }
        return items
    }

    private func call(
        _ name: String, on list: ValueList, _ arguments: inout Arguments
    ) throws(ChatTemplateError) -> Value {
        if name == "copy" {
            try arguments.finish(name)
            return .list(list)
        }
        let wanted = try arguments.require("value")
        try arguments.finish(name)
        var count = 0
        for (index, element) in list.elements.enumerated() where try isEqual(element, wanted) {
            if name == "index" { return .integer(index) }
            count += 1
        }
        guard name == "count" else { throw .fault("the value is not in the list") }
        return .integer(count)
    }

    private func call(
        _ name: String, on id: ObjectID, _ arguments: inout Arguments
    ) throws(ChatTemplateError) -> Value {
        switch self[id] {
        case .loop(var state):
            let values = arguments.takeRest()
            try arguments.finish(name)
            if name == "cycle" {
                guard !values.isEmpty else { throw .fault("no items for cycling given") }
                return values[state.index % values.count]
            }
            let previous = state.lastChecked
            state.lastChecked = values
            self[id] = .loop(state)
            guard let previous, previous.count == values.count else { return .bool(true) }
            for (old, new) in zip(previous, values) where !(try isEqual(old, new)) {
                return .bool(true)
            }
            return .bool(false)
        case .cycler(let items, let position):
            try arguments.finish(name)
            let next = name == "next" ? (position + 1) % items.count : 0
            self[id] = .cycler(items: items, position: next)
            return name == "next" ? items[position] : .none
        default: throw .fault("the method '\(name)' is not supported")
        }
    }
}
