// Filters that make lists out of lists.
extension Interpreter {
    func applyListFilter(
        _ filter: Filter, _ value: Value, _ arguments: inout Arguments
    ) throws(ChatTemplateError) -> Value {
        switch filter {
        case .list:
            try arguments.finish("list")
            return try .list(try elements(of: value))
        case .reverse:
            try arguments.finish("reverse")
            return try reversed(value)
        case .dictsort: return try dictionarySorted(value, &arguments)
        case .sort: return try listSorted(value, &arguments)
        case .groupby: return try grouped(value, &arguments)
        default:
            return try iterator { () throws(ChatTemplateError) in
                try lazyElements(filter, value, &arguments)
            }
        }
    }

    /// The elements of a filter that is a generator in Python.
    private func lazyElements(
        _ filter: Filter, _ value: Value, _ arguments: inout Arguments
    ) throws(ChatTemplateError) -> [Value] {
        switch filter {
        case .items:
            try arguments.finish("items")
            if value.isUndefined { return [] }
            guard case .dictionary(let dictionary) = value else {
                throw .fault("can only get item pairs from a mapping")
            }
            return try items(of: dictionary)
        case .map: return try mapped(value, &arguments)
        case .batch, .slice: return try pieces(filter, value, &arguments)
        case .unique: return try unique(value, &arguments)
        default: return try selected(filter, value, &arguments)
        }
    }

    private func mapped(
        _ value: Value, _ arguments: inout Arguments
    ) throws(ChatTemplateError) -> [Value] {
        guard value.isTrue else { return [] }
        var results: [Value] = []
        let elements = try elements(of: value)
        if let attribute = arguments.takeKeyword("attribute") {
            var path = try AttributePath(attribute)
            path.otherwise = arguments.takeKeyword("default").flatMap { $0.isNone ? nil : $0 }
            try arguments.finish("map")
            for element in elements { results.append(try self.value(at: path, of: element)) }
            return results
        }
        let name = try arguments.requireText("filter")
        guard let filter = Filter(named: name) else { throw .fault(FilterCall.unknown(name)) }
        let rest = arguments.rest
        for element in elements { results.append(try apply(filter, to: element, rest)) }
        return results
    }

    private func selected(
        _ filter: Filter, _ value: Value, _ arguments: inout Arguments
    ) throws(ChatTemplateError) -> [Value] {
        guard value.isTrue else { return [] }
        let elements = try elements(of: value)
        let byAttribute = filter == .selectattr || filter == .rejectattr
        let keeps = filter == .select || filter == .selectattr
        let path = try AttributePath(byAttribute ? try arguments.require("attribute") : nil)
        let name = try arguments.text("test")
        let rest = arguments.rest
        var results: [Value] = []
        for element in elements {
            let tested = try self.value(at: path, of: element)
            let holds = try name.map { (name) throws(ChatTemplateError) in
                try test(name, tested, rest)
            }
            if (holds ?? tested.isTrue) == keeps { results.append(element) }
        }
        return results
    }

    private func reversed(_ value: Value) throws(ChatTemplateError) -> Value {
        if let text = value.text {
            try budget.makeText(text.utf8.count)
            try budget.walk(text)
            return Self.text(
                String(String.UnicodeScalarView(text.unicodeScalars.reversed())), like: value)
        }
        let isLazy: Bool
        if case .object = value { isLazy = true } else { isLazy = false }
        let elements = Array(try elements(of: value).reversed())
        if isLazy { return try .list(elements) }
        return try iterator { () throws(ChatTemplateError) in elements }
    }

    /// `batch(linecount, fill_with)` and `slice(slices, fill_with)`.
    private func pieces(
        _ filter: Filter, _ value: Value, _ arguments: inout Arguments
    ) throws(ChatTemplateError) -> [Value] {
        let elements = try elements(of: value)
        let count = try arguments.requireInteger("count")
        let fill = arguments.take("fill_with").flatMap { $0.isNone ? nil : $0 }
        try arguments.finish(filter.rawValue)
        guard count > 0 else { throw .fault("'\(filter.rawValue)' needs a positive number") }
        try budget.makeList(count)
        var pieces: [Value] = []
        if filter == .batch {
            var start = 0
            while start < elements.count {
                let end = min(start + min(count, elements.count), elements.count)
                var piece = Array(elements[start..<end])
                if let fill, piece.count < count {
                    piece += repeatElement(fill, count: count - piece.count)
                }
                pieces.append(try .list(piece))
                start = end
            }
            return pieces
        }
        let (size, extra) = elements.count.quotientAndRemainder(dividingBy: count)
        var start = 0
        for index in 0..<count {
            try budget.step()
            let end = start + size + (index < extra ? 1 : 0)
            var piece = Array(elements[start..<end])
            if let fill, index >= extra { piece.append(fill) }
            pieces.append(try .list(piece))
            start = end
        }
        return pieces
    }

    // MARK: Sorting and grouping

    private func listSorted(
        _ value: Value, _ arguments: inout Arguments
    ) throws(ChatTemplateError) -> Value {
        let isReversed = arguments.flag("reverse") ?? false
        let caseSensitive = arguments.flag("case_sensitive") ?? false
        let attribute = arguments.take("attribute")
        try arguments.finish("sort")
        var paths: [AttributePath] = []
        for part in try Self.attributes(attribute) {
            var path = try AttributePath(part)
            path.ignoresCase = !caseSensitive
            paths.append(path)
        }
        var keyed: [(key: Value, element: Value)] = []
        for element in try elements(of: value) {
            var key: [Value] = []
            for path in paths { key.append(try self.value(at: path, of: element)) }
            keyed.append((try .list(key), element))
        }
        return try .list(try sorted(keyed, isReversed).map(\.element))
    }

    /// `"a,b.c"` names several attributes.
    private static func attributes(_ value: Value?) throws(ChatTemplateError) -> [Value?] {
        guard let text = value?.text else { return [value] }
        return text.split(separator: ",", omittingEmptySubsequences: false)
            .map { .string(String($0)) }
    }

    /// Sorts by keys. Elements with equal keys keep their order, also in reverse.
    private func sorted(
        _ keyed: [(key: Value, element: Value)], _ isReversed: Bool
    ) throws(ChatTemplateError) -> [(key: Value, element: Value)] {
        try sorted(keyed) { (left, right) throws(ChatTemplateError) in
            isReversed ? try isLess(right.key, left.key) : try isLess(left.key, right.key)
        }
    }

    private func dictionarySorted(
        _ value: Value, _ arguments: inout Arguments
    ) throws(ChatTemplateError) -> Value {
        let caseSensitive = arguments.flag("case_sensitive") ?? false
        let by = try arguments.text("by") ?? "key"
        let isReversed = arguments.flag("reverse") ?? false
        try arguments.finish("dictsort")
        guard by == "key" || by == "value" else {
            throw .fault("dictsort sorts by 'key' or 'value', not by '\(by)'")
        }
        guard case .dictionary(let dictionary) = value else {
            if case .undefined(let missing) = value { throw .fault(missing.message) }
            throw .fault("dictsort needs a mapping, not \(value.typeName)")
        }
        var path = try AttributePath(nil)
        path.ignoresCase = !caseSensitive
        var keyed: [(key: Value, element: Value)] = []
        for (key, member) in dictionary.members {
            let sortKey = try self.value(at: path, of: by == "key" ? key : member)
            keyed.append((sortKey, try .tuple([key, member])))
        }
        return try .list(try sorted(keyed, isReversed).map(\.element))
    }

    private func unique(
        _ value: Value, _ arguments: inout Arguments
    ) throws(ChatTemplateError) -> [Value] {
        let caseSensitive = arguments.flag("case_sensitive") ?? false
        var path = try AttributePath(arguments.take("attribute"))
        path.ignoresCase = !caseSensitive
        try arguments.finish("unique")
        var seen: Set<ValueKey> = []
        var results: [Value] = []
        for element in try elements(of: value) {
            let found = try self.value(at: path, of: element)
            guard let key = try ValueKey(found, budget) else {
                throw .fault("unhashable type: '\(found.typeName)'")
            }
            try budget.step()
            if seen.insert(key).inserted { results.append(element) }
        }
        return results
    }

    private func grouped(
        _ value: Value, _ arguments: inout Arguments
    ) throws(ChatTemplateError) -> Value {
        var path = try AttributePath(try arguments.require("attribute"))
        path.otherwise = arguments.take("default").flatMap { $0.isNone ? nil : $0 }
        let caseSensitive = arguments.flag("case_sensitive") ?? false
        try arguments.finish("groupby")
        let spelled = path
        path.ignoresCase = !caseSensitive
        var keyed: [(key: Value, element: Value)] = []
        for element in try elements(of: value) {
            keyed.append((try self.value(at: path, of: element), element))
        }
        var groups: [Value] = []
        var current: [(key: Value, element: Value)] = []
        func finishGroup() throws(ChatTemplateError) {
            guard let first = current.first else { return }
            let grouper = try self.value(at: spelled, of: first.element)
            let members = try Value.list(current.map(\.element))
            groups.append(.list(try ValueList([grouper, members], .group)))
            current = []
        }
        for pair in try sorted(keyed, false) {
            if let first = current.first, !(try isEqual(first.key, pair.key)) {
                try finishGroup()
            }
            current.append(pair)
        }
        try finishGroup()
        return try .list(groups)
    }
}
