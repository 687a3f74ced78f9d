/// A number of bytes as people read and write it: `1048576`, `64MiB`, `2G`.
package struct ByteSize: Sendable, Equatable, LosslessStringConvertible {
    package let count: Int

    private static let units: [(name: String, bits: Int)] = [
        ("k", 10), ("m", 20), ("g", 30), ("t", 40),
    ]

    package init(_ count: Int) { self.count = count }

    /// Nil for a text that is no size.
    package init?(_ text: String) {
        var text = text.lowercased()
        for suffix in ["ib", "b"] where text.hasSuffix(suffix) {
            text.removeLast(suffix.count)
            break
        }
        var shift = 0
        for (unit, bits) in Self.units where text.hasSuffix(unit) {
            text.removeLast()
            shift = bits
            break
        }
        guard let number = Double(text),
            let count = Int(exactly: (number * Double(1 << shift)).rounded(.down))
        else { return nil }
        self.count = count
    }

    /// `512 bytes`, `1.5 MiB`, `300 GiB`: the largest unit that there is one of, a decimal at most.
    package var description: String { text(.toNearestOrAwayFromZero) }

    /// The same, never less than the number: for what is needed at least.
    package var roundedUp: String { text(.up) }

    /// The same, never more than the number: for what is too little.
    package var roundedDown: String { text(.down) }

    /// What is needed at least, as a flag's value: `1.5MiB`.
    package var argument: String {
        // Without its unit's name, one that has no prefix is a number of bytes.
        count < 1 << 10 ? "\(count)" : text(.up).replacing(" ", with: "")
    }

    private func text(_ rule: FloatingPointRoundingRule) -> String {
        guard let unit = Self.units.last(where: { count >= 1 << $0.bits }) else {
            return count == 1 ? "1 byte" : "\(count) bytes"
        }
        let size = Double(count) / Double(1 << unit.bits)
        let tenths = Int(size < 100 ? (size * 10).rounded(rule) : size.rounded(rule) * 10)
        let fraction = tenths % 10 == 0 ? "" : ".\(tenths % 10)"
        return "\(tenths / 10)\(fraction) \(unit.name.uppercased())iB"
    }
}
