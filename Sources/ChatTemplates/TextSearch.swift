/// Finds a text in others, in time linear in their lengths whatever the texts are (Knuth, Morris,
/// Pratt 1977).
struct TextSearch {
    let needle: [UInt8]
    /// For each prefix: the length of its longest border, a proper prefix that is also a suffix.
    private let borders: [Int]

    init(_ needle: String) { self.init(Array(needle.utf8)) }

    private init(_ needle: [UInt8]) {
        var borders = [Int](repeating: 0, count: needle.count)
        var length = 0
        for index in needle.indices.dropFirst() {
            while length > 0, needle[index] != needle[length] { length = borders[length - 1] }
            if needle[index] == needle[length] { length += 1 }
            borders[index] = length
        }
        self.needle = needle
        self.borders = borders
    }

    private var reversed: TextSearch { TextSearch(needle.reversed()) }

    /// The offset of the first occurrence at or after `start`.
    func first(in haystack: [UInt8], from start: Int = 0) -> Int? {
        guard !needle.isEmpty else { return start <= haystack.count ? start : nil }
        var length = 0
        var index = start
        while index < haystack.count {
            while length > 0, haystack[index] != needle[length] { length = borders[length - 1] }
            if haystack[index] == needle[length] { length += 1 }
            index += 1
            if length == needle.count { return index - length }
        }
        return nil
    }

    /// Offsets of at most `limit` occurrences that do not overlap, searched from the left.
    func all(in haystack: [UInt8], limit: Int = .max) -> [Int] {
        var offsets: [Int] = []
        var start = 0
        while offsets.count < limit, let offset = first(in: haystack, from: start) {
            offsets.append(offset)
            start = offset + needle.count
        }
        return offsets
    }

    /// The offset of the last occurrence.
    func last(in haystack: [UInt8]) -> Int? {
        guard !needle.isEmpty else { return haystack.count }
        return reversed.first(in: haystack.reversed()).map {
            haystack.count - $0 - needle.count
        }
    }

    /// Offsets of at most `limit` occurrences that do not overlap, searched from the right, in
    /// ascending order.
    func allFromRight(in haystack: [UInt8], limit: Int) -> [Int] {
        reversed.all(in: haystack.reversed(), limit: limit)
            .map { haystack.count - $0 - needle.count }
            .reversed()
    }
}
