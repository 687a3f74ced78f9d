/// What names may look like, and how many series a metric may have.
package enum Names {
    /// Series of one metric; more share one.
    package static let seriesMax = 1024

    /// `[a-zA-Z_:][a-zA-Z0-9_:]*`
    package static func isMetric(_ name: String) -> Bool {
        isName(name, colons: true)
    }

    /// `[a-zA-Z_][a-zA-Z0-9_]*`, not beginning with two underscores.
    package static func isLabel(_ name: String) -> Bool {
        isName(name, colons: false) && !name.hasPrefix("__")
    }

    private static func isName(_ name: String, colons: Bool) -> Bool {
        guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                || (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "_")
                || colons && byte == UInt8(ascii: ":")
        }
    }
}
