/// Header or trailer fields in the order they came. Names are compared without regard to case and
/// are kept in lower case, as HTTP/2 requires (RFC 9110 §5.1, RFC 9113 §8.2.1).
///
/// This type refuses nothing. `HTTP1Rules` and the HTTP/2 session check requests' fields before,
/// and the writers make responses' fields safe.
package struct HTTPHeaders: Sendable, Equatable, Sequence, ExpressibleByDictionaryLiteral {
    /// One field line. `name` is in lower case.
    package struct Field: Sendable, Equatable {
        package let name: String
        package var value: String
    }

    private var fields: [Field] = []

    package init() {}

    package init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { append(name, value) }
    }

    package var count: Int { fields.count }
    package var isEmpty: Bool { fields.isEmpty }

    package mutating func reserveCapacity(_ count: Int) {
        fields.reserveCapacity(count)
    }

    /// Adds a field line after those already there, even of the same name.
    package mutating func append(_ name: String, _ value: String) {
        fields.append(Field(name: Self.lowercased(name), value: value))
    }

    /// Adds all field lines of the others.
    package mutating func append(_ others: HTTPHeaders) {
        fields.append(contentsOf: others.fields)
    }

    /// Replaces all field lines of that name by one.
    package mutating func set(_ name: String, _ value: String) {
        let name = Self.lowercased(name)
        guard let index = fields.firstIndex(where: { $0.name == name }) else {
            fields.append(Field(name: name, value: value))
            return
        }
        fields[index].value = value
        var position = index + 1
        while position < fields.count {
            if fields[position].name == name {
                fields.remove(at: position)
            } else {
                position += 1
            }
        }
    }

    /// Removes every field line of that name.
    package mutating func remove(_ name: String) {
        let name = Self.lowercased(name)
        fields.removeAll { $0.name == name }
    }

    /// The value of the first field line of that name.
    package func first(_ name: String) -> String? {
        let name = Self.lowercased(name)
        for field in fields where field.name == name { return field.value }
        return nil
    }

    /// The values of all field lines of that name, in order.
    package func all(_ name: String) -> [String] {
        let name = Self.lowercased(name)
        return fields.filter { $0.name == name }.map(\.value)
    }

    package func contains(_ name: String) -> Bool {
        first(name) != nil
    }

    /// Reads the first value; writing sets exactly one, or removes all when `nil`.
    package subscript(_ name: String) -> String? {
        get { first(name) }
        set {
            if let newValue { set(name, newValue) } else { remove(name) }
        }
    }

    /// The members of a comma-separated list field over all its lines, trimmed, without the empty
    /// ones (RFC 9110 §5.6.1). Not for fields whose members may be quoted strings.
    package func list(_ name: String) -> [String] {
        guard contains(name) else { return [] }
        return all(name).flatMap { value in
            value.utf8.split(separator: UInt8(ascii: ",")).compactMap { part in
                let head = part.drop { $0 == 0x20 || $0 == 0x09 }
                guard let last = head.lastIndex(where: { $0 != 0x20 && $0 != 0x09 }) else {
                    return nil
                }
                return String(Substring(head[...last]))
            }
        }
    }

    /// Whether a comma-separated list field has this member, without regard to case.
    package func list(_ name: String, has member: String) -> Bool {
        let member = Self.lowercased(member)
        return list(name).contains { Self.lowercased($0) == member }
    }

    package func makeIterator() -> IndexingIterator<[Field]> {
        fields.makeIterator()
    }

    /// Lower-cases ASCII letters. A string without capitals is returned as it is.
    package static func lowercased(_ name: String) -> String {
        let capitals = UInt8(ascii: "A")...UInt8(ascii: "Z")
        guard name.utf8.contains(where: { capitals.contains($0) }) else { return name }
        return String(
            decoding: name.utf8.map { capitals.contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}
