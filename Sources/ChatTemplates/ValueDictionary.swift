/// A dictionary that keeps its members in the order of insertion. A later member with the same key
/// replaces the earlier one's value.
struct ValueDictionary: Sendable {
    /// Up to this many members a linear search is faster than hashing.
    private static let unindexedMax = 6

    private(set) var members: [(key: Value, value: Value)] = []
    private var keys: [ValueKey] = []  // the members'
    private var index: [ValueKey: Int] = [:]
    private(set) var depth = 1

    var count: Int { members.count }
    var isEmpty: Bool { members.isEmpty }

    init() {}

    /// The value at `key`; nil if there is none. The caller has paid for the key.
    subscript(_ key: ValueKey) -> Value? {
        position(of: key).map { members[$0].value }
    }

    /// Sets a member. The caller has paid for its key.
    mutating func set(
        _ key: Value, _ value: Value, _ budget: Budget
    ) throws(ChatTemplateError) {
        guard let hashed = try ValueKey(key, budget) else {
            throw .fault("unhashable type: '\(key.typeName)'")
        }
        depth = max(depth, try Value.deeper(max(key.depth, value.depth)))
        if let position = position(of: hashed) {
            members[position].value = value
            return
        }
        members.append((key, value))
        keys.append(hashed)
        if members.count > Self.unindexedMax { addToIndex(hashed) }
    }

    private mutating func addToIndex(_ key: ValueKey) {
        if index.isEmpty {
            for (position, key) in keys.enumerated() { index[key] = position }
        } else {
            index[key] = members.count - 1
        }
    }

    private func position(of key: ValueKey) -> Int? {
        if !index.isEmpty { return index[key] }
        return keys.firstIndex(of: key)
    }
}

/// A value as a key: equal numbers are one key, whatever their type; text is compared by its bytes.
enum ValueKey: Hashable, Sendable {
    case undefined
    case none
    case integer(Int)
    case double(Double)
    case text(String)
    case tuple([ValueKey])
    case object(ObjectID)

    /// Nil if Python would not hash the value. Pays for the hashing and comparing that follow.
    init?(_ value: Value, _ budget: Budget) throws(ChatTemplateError) {
        switch value {
        case .undefined: self = .undefined
        case .none: self = .none
        case .bool(let flag): self = .integer(flag ? 1 : 0)
        case .integer(let number): self = .integer(number)
        case .double(let number):
            self = Int(exactly: number).map { .integer($0) } ?? .double(number)
        case .string(let text), .markup(let text): self = try .text(text, budget)
        case .object(let id): self = .object(id)
        case .list(let list) where list.isTuple:
            // A tuple may hold another one twice, that one a third one twice, and so on, so the
            // number of elements can be exponential in the depth.
            try budget.makeList(list.elements.count)
            var keys: [ValueKey] = []
            for element in list.elements {
                try budget.step()
                guard let key = try ValueKey(element, budget) else { return nil }
                keys.append(key)
            }
            self = .tuple(keys)
        default: return nil
        }
    }

    /// The key of a text. Pays for it.
    static func text(_ text: String, _ budget: Budget) throws(ChatTemplateError) -> ValueKey {
        try budget.read(text)
        return .text(text)
    }

    static func == (left: ValueKey, right: ValueKey) -> Bool {
        switch (left, right) {
        case (.undefined, .undefined), (.none, .none): true
        case (.integer(let left), .integer(let right)): left == right
        case (.double(let left), .double(let right)): left == right
        case (.text(let left), .text(let right)): left.utf8.elementsEqual(right.utf8)
        case (.tuple(let left), .tuple(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        default: false
        }
    }

    func hash(into hasher: inout Hasher) {
        switch self {
        case .undefined: hasher.combine(-1)
        case .none: hasher.combine(0)
        case .integer(let number): hasher.combine(number)
        case .double(let number): hasher.combine(number)
        case .text(var text):
            text.withUTF8 { bytes in
                // SAFETY: the bytes are read within this closure only.
                unsafe hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
            }
        case .tuple(let keys): hasher.combine(keys)
        case .object(let id): hasher.combine(id)
        }
    }
}
