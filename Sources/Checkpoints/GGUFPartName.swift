/// The name of a split GGUF model's part, `STEM-00001-of-00003.gguf`; numbers count from 1.
package struct GGUFPartName: Equatable {
    /// The path or name before the numbers.
    package let stem: String
    package let number: Int
    package let count: Int

    init(stem: String, number: Int, count: Int) {
        self.stem = stem
        self.number = number
        self.count = count
    }

    /// nil for names of other files.
    package init?(_ path: String) {
        let (suffix, of) = (".gguf", "-of-")
        guard path.hasSuffix(suffix) else { return nil }
        var rest = path.utf8.dropLast(suffix.utf8.count)
        guard let count = Self.number(rest.suffix(Self.digits)) else { return nil }
        rest = rest.dropLast(Self.digits)
        guard rest.suffix(of.utf8.count).elementsEqual(of.utf8) else { return nil }
        rest = rest.dropLast(of.utf8.count)
        guard let number = Self.number(rest.suffix(Self.digits)) else { return nil }
        rest = rest.dropLast(Self.digits)
        guard rest.last == UInt8(ascii: "-"), (1...max(count, 1)).contains(number) else {
            return nil
        }
        self.init(
            stem: String(decoding: rest.dropLast(), as: UTF8.self), number: number, count: count)
    }

    /// The names of all parts of the model, in order.
    package var all: some Sequence<GGUFPartName> {
        (1...max(count, 1)).lazy.map { GGUFPartName(stem: stem, number: $0, count: count) }
    }

    package var path: String {
        "\(stem)-\(Self.padded(number))-of-\(Self.padded(count)).gguf"
    }

    private static let digits = 5

    private static func number(_ text: Substring.UTF8View) -> Int? {
        let isNumber = text.count == digits && text.allSatisfy { 48...57 ~= $0 }
        return isNumber ? text.reduce(0) { $0 * 10 + Int($1 - 48) } : nil
    }

    private static func padded(_ number: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
