/// The members of a JSON object in the order of insertion. A key occurs once: setting it again
/// replaces its value and keeps its place. Keys are compared by their bytes.
///
/// Small objects are searched linearly; larger ones have an index, so a lookup is O(1). Removing a
/// key is O(n). Two objects are equal if they have equal members, whatever their order.
package struct JSONObject: Sendable {
    /// Up to this many members a linear search is faster than hashing.
    private static let unindexedMax = 8

    private var entries: [Entry] = []
    private var index: [IndexKey: Int]?  // nil up to `unindexedMax` members

    package init() {}

    /// A later member replaces an earlier one with the same key.
    package init(_ members: some Sequence<(String, JSONValue)>) {
        for (key, value) in members { self[key] = value }
    }

    package var count: Int { entries.count }
    package var isEmpty: Bool { entries.isEmpty }
    package var keys: [String] { entries.map(\.key) }
    package var values: [JSONValue] { entries.map(\.value) }

    package subscript(_ key: String) -> JSONValue? {
        get { position(of: key).map { entries[$0].value } }
        set {
            switch (position(of: key), newValue) {
            case (let position?, let value?): entries[position].value = value
            case (let position?, nil): remove(at: position)
            case (nil, let value?): append(key, value)
            case (nil, nil): break
            }
        }
    }

    /// Sets `key`, for the parser; it searches once less than the subscript.
    mutating func set(_ key: String, _ value: JSONValue) {
        if index == nil {
            self[key] = value
        } else if let position = index?[IndexKey(text: key)] {
            entries[position].value = value
        } else {
            append(key, value)
        }
    }

    private func position(of key: String) -> Int? {
        if let index { return index[IndexKey(text: key)] }
        return entries.firstIndex { $0.key.utf8.elementsEqual(key.utf8) }
    }

    private mutating func append(_ key: String, _ value: JSONValue) {
        index?[IndexKey(text: key)] = entries.count
        entries.append(Entry(key: key, value: value))
        if index == nil, entries.count > Self.unindexedMax { buildIndex() }
    }

    private mutating func remove(at position: Int) {
        entries.remove(at: position)
        index = nil
        if entries.count > Self.unindexedMax { buildIndex() }
    }

    private mutating func buildIndex() {
        var built: [IndexKey: Int] = [:]
        built.reserveCapacity(entries.count * 2)
        for (position, entry) in entries.enumerated() {
            built[IndexKey(text: entry.key)] = position
        }
        index = built
    }
}

extension JSONObject {
    fileprivate struct Entry {
        let key: String
        var value: JSONValue
    }

    /// A key that is hashed and compared by its UTF-8 bytes. The hash is seeded for each process,
    /// so a client cannot choose keys that collide.
    private struct IndexKey: Hashable {
        let text: String

        static func == (left: IndexKey, right: IndexKey) -> Bool {
            left.text.utf8.elementsEqual(right.text.utf8)
        }

        func hash(into hasher: inout Hasher) {
            var text = text
            text.withUTF8 { bytes in
                // SAFETY: the bytes are read within this closure only.
                unsafe hasher.combine(bytes: UnsafeRawBufferPointer(bytes))
            }
        }
    }
}

extension JSONObject: Sequence {
    /// Members in order.
    package struct Iterator: IteratorProtocol {
        private var entries: IndexingIterator<[Entry]>

        fileprivate init(_ entries: [Entry]) { self.entries = entries.makeIterator() }

        package mutating func next() -> (key: String, value: JSONValue)? {
            entries.next().map { ($0.key, $0.value) }
        }
    }

    package var underestimatedCount: Int { entries.count }

    package func makeIterator() -> Iterator { Iterator(entries) }
}

extension JSONObject: Equatable {
    package static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.count == right.count && left.allSatisfy { right[$0.key] == $0.value }
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}
