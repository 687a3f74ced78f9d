/// Strings by id and ids by string, for one vocabulary. Ids may have holes. If a vocabulary repeats
/// a string, it has the last of its ids.
struct TokenTable: Sendable {
    /// The upper bound of ids. The largest known vocabularies have about 2^18 tokens.
    static let idLimit = 1 << 22
    /// The most bytes that all tokens may have together.
    static let bytesMax = 1 << 30

    private var blob: [UInt8] = []
    private var starts: [UInt32] = []  // by id
    private var lengths: [Int32] = []  // by id; -1 marks a hole
    private var slots: [Int32]  // open addressing, at most half full; -1 marks a free slot
    /// How many tokens there are.
    private(set) var count = 0
    /// Ids whose string also has a later id.
    private(set) var repeated: Set<Int32> = []

    init(capacity: Int) {
        var size = 16
        while size < min(capacity, Self.idLimit) * 2 { size *= 2 }
        slots = [Int32](repeating: -1, count: size)
        starts.reserveCapacity(capacity)
        lengths.reserveCapacity(capacity)
    }

    /// The largest id in use, plus one.
    var limit: Int { lengths.count }

    /// Adds a token. Returns what is wrong if the id or the string is taken or out of range, else
    /// nil.
    mutating func insert(_ token: Span<UInt8>, id: Int, mayRepeat: Bool = false) -> String? {
        guard id >= 0, id < Self.idLimit else {
            return "id \(id) is outside 0..<\(Self.idLimit)"
        }
        let other = self.id(of: token)
        if let other, !mayRepeat || other == id {
            return other == id ? nil : "the token of id \(id) already has id \(other)"
        }
        guard !contains(id) else { return "id \(id) is given to two tokens" }
        guard blob.count + token.count <= Self.bytesMax else { return "the tokens are too long" }
        if (count + 1) * 2 > slots.count { grow() }
        while lengths.count <= id {
            starts.append(0)
            lengths.append(-1)
        }
        starts[id] = UInt32(blob.count)
        lengths[id] = Int32(token.count)
        for index in token.indices { blob.append(token[index]) }
        if let other {
            repeated.insert(other)
            replace(other, by: Int32(id))
        } else {
            place(Int32(id), hash: SeededHash.hash(token))
        }
        count += 1
        return nil
    }

    mutating func insert(_ token: String, id: Int, mayRepeat: Bool = false) -> String? {
        insert(token.utf8.span, id: id, mayRepeat: mayRepeat)
    }

    func contains(_ id: Int) -> Bool { id >= 0 && id < lengths.count && lengths[id] >= 0 }

    /// The bytes of a token; empty for an id without a token.
    subscript(_ id: Int) -> ArraySlice<UInt8> {
        guard contains(id) else { return [] }
        let start = Int(starts[id])
        return blob[start..<start + Int(lengths[id])]
    }

    func id(of token: Span<UInt8>) -> Int32? {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: SeededHash.hash(token)) & mask
        while true {
            let id = slots[slot]
            if id < 0 { return nil }
            if equals(Int(id), token) { return id }
            slot = (slot + 1) & mask
        }
    }

    func id(of token: [UInt8]) -> Int32? { id(of: token.span) }
    func id(of token: String) -> Int32? { id(of: token.utf8.span) }

    private func equals(_ id: Int, _ token: Span<UInt8>) -> Bool {
        guard Int(lengths[id]) == token.count else { return false }
        let start = Int(starts[id])
        for index in token.indices where blob[start + index] != token[index] { return false }
        return true
    }

    private mutating func place(_ id: Int32, hash: UInt64) {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] >= 0 { slot = (slot + 1) & mask }
        slots[slot] = id
    }

    private mutating func replace(_ other: Int32, by id: Int32) {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: SeededHash.hash(self[Int(id)].span)) & mask
        while slots[slot] != other { slot = (slot + 1) & mask }
        slots[slot] = id
    }

    private mutating func grow() {
        slots = [Int32](repeating: -1, count: slots.count * 2)
        for id in lengths.indices where lengths[id] >= 0 && !repeated.contains(Int32(id)) {
            place(Int32(id), hash: SeededHash.hash(self[id].span))
        }
    }
}
