import JSON

extension Value {
    /// Converts JSON to a value. Pays for every element.
    static func from(_ json: JSONValue, _ budget: Budget) throws(ChatTemplateError) -> Value {
        try budget.enter()
        defer { budget.leave() }
        switch json {
        case .null: return .none
        case .bool(let flag): return .bool(flag)
        case .integer(let number): return .integer(Int(number))
        case .double(let number): return .double(number)
        case .string(let text): return .string(text)
        case .array(let elements):
            try budget.makeList(elements.count)
            var values: [Value] = []
            values.reserveCapacity(elements.count)
            for element in elements { values.append(try from(element, budget)) }
            return try list(values)
        case .object(let object):
            try budget.makeList(object.count, times: 2)
            var dictionary = ValueDictionary()
            for (key, value) in object {
                try dictionary.set(.string(key), try from(value, budget), budget)
            }
            return .dictionary(dictionary)
        }
    }
}
