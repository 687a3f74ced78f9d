/// The tokens of recent words: a direct-mapped table of short words. A lookup is one load and three
/// comparisons, and the memory is fixed. Only one encoding at a time uses it.
struct WordCache: Sendable {
    /// Words with more bytes, or with more tokens, are not cached.
    static let wordBytesMax = 24
    static let tokensMax = 7
    private static let size = 1 << 15

    private struct Entry: Sendable {
        var key: Key
        var tokens: InlineArray<7, Int32>
        var tokenCount: Int32
    }

    /// A word of at most 24 bytes, zero-padded, with its length.
    struct Key: Sendable, Equatable {
        var low: UInt64
        var middle: UInt64
        var high: UInt64
        var length: Int32
    }

    private var entries: [Entry]

    init() {
        let empty = Entry(
            key: Key(low: 0, middle: 0, high: 0, length: -1), tokens: .init(repeating: 0),
            tokenCount: 0)
        entries = [Entry](repeating: empty, count: Self.size)
    }

    /// The key of `length` bytes at `start`; 24 bytes from there must be readable.
    static func key(_ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ length: Int) -> Key {
        precondition(length <= wordBytesMax && start >= 0 && start + wordBytesMax <= text.count)
        let raw = UnsafeRawBufferPointer(text)
        func load(_ offset: Int) -> UInt64 {
            let kept = length - offset
            guard kept > 0 else { return 0 }
            // SAFETY: 24 bytes from `start` are inside `text`, as checked above.
            let word = unsafe raw.loadUnaligned(fromByteOffset: start + offset, as: UInt64.self)
            return kept >= 8 ? word : UInt64(littleEndian: word) & (1 << UInt64(kept * 8) &- 1)
        }
        return Key(low: load(0), middle: load(8), high: load(16), length: Int32(length))
    }

    /// Appends the word's tokens if it is in the cache; returns whether it is.
    func append(_ key: Key, to output: inout [Int32]) -> Bool {
        let slot = Self.slot(key)
        guard entries[slot].key == key else { return false }
        for index in 0..<Int(entries[slot].tokenCount) {
            output.append(entries[slot].tokens[index])
        }
        return true
    }

    /// Remembers that the word's tokens are `output[from...]`.
    mutating func store(_ key: Key, _ output: [Int32], from: Int) {
        let count = output.count - from
        guard count <= Self.tokensMax else { return }
        let slot = Self.slot(key)
        entries[slot].key = key
        entries[slot].tokenCount = Int32(count)
        for index in 0..<count { entries[slot].tokens[index] = output[from + index] }
    }

    private static func slot(_ key: Key) -> Int {
        let hash = SeededHash.mix(
            SeededHash.mix(key.low, key.middle), key.high ^ UInt64(truncatingIfNeeded: key.length))
        return Int(truncatingIfNeeded: hash) & (size - 1)
    }
}
