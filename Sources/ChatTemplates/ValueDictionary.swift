/// A dictionary in the order its members came. A later member replaces the value of an earlier
/// one with the same key.
struct ValueDictionary: Sendable {
    /// Up to this many members a search in order is faster than hashing.
    private static let unindexedMax = 6

    private(set) var members: [(key: Value, value: Value)] = []
    private var index: [ValueKey: Int] = [:]
    private(set) var depth = 1

    var count: Int { members.count }
    var isEmpty: Bool { members.isEmpty }

    init() {}

    /// The value at `key`, nil if there is none or the key cannot be one.
    subscript(_ key: Value) -> Value? {
        guard let key = ValueKey(key) else { return nil }
        return position(of: key).map { members[$0].value }
    }

    subscript(_ key: String) -> Value? {
        position(of: .text(key)).map { members[$0].value }
    }

    mutating func set(_ key: Value, _ value: Value) throws(ChatTemplateError) {
        guard let hashed = ValueKey(key) else {
            throw .fault("unhashable type: '\(key.typeName)'")
        }
        depth = max(depth, try Value.deeper(max(key.depth, value.depth)))
        if let position = position(of: hashed) {
            members[position].value = value
            return
        }
        members.append((key, value))
        if members.count > Self.unindexedMax { addToIndex(hashed) }
    }

    private mutating func addToIndex(_ key: ValueKey) {
        if index.isEmpty {
            for (position, member) in members.enumerated() {
                if let key = ValueKey(member.key) { index[key] = position }
            }
        } else {
            index[key] = members.count - 1
        }
    }

    private func position(of key: ValueKey) -> Int? {
        if !index.isEmpty { return index[key] }
        return members.firstIndex { ValueKey($0.key) == key }
    }
}

/// A value as a key: numbers that are equal are one key, whatever their type; text compares by
/// its bytes.
enum ValueKey: Hashable {
    case none
    case integer(Int)
    case double(Double)
    case text(String)
    case tuple([ValueKey])
    case object(ObjectID)

    /// Nil if Python would not hash the value.
    init?(_ value: Value) {
        switch value {
        case .none: self = .none
        case .bool(let flag): self = .integer(flag ? 1 : 0)
        case .integer(let number): self = .integer(number)
        case .double(let number):
            self = Int(exactly: number).map { .integer($0) } ?? .double(number)
        case .string(let text), .markup(let text): self = .text(text)
        case .object(let id): self = .object(id)
        case .list(let list) where list.isTuple:
            var keys: [ValueKey] = []
            for element in list.elements {
                guard let key = ValueKey(element) else { return nil }
                keys.append(key)
            }
            self = .tuple(keys)
        default: return nil
        }
    }

    static func == (left: ValueKey, right: ValueKey) -> Bool {
        switch (left, right) {
        case (.none, .none): true
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
