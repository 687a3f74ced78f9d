/// Decompositions and compositions, read from `UnicodeDecompositionData`. Characters newer than
/// Unicode 9 are left as they are, since the tables of the `tokenizers` package end there and
/// models were trained on its output.
struct UnicodeDecompositions: Sendable {
    static let shared = UnicodeDecompositions()

    private let canonical: [UInt32: [UInt32]]
    private let compatible: [UInt32: [UInt32]]
    /// The primary composites, by first << 32 | second.
    let composites: [UInt64: UInt32]
    /// For each scalar below U+30000: whether NFC leaves it unchanged whatever its neighbours are.
    /// Hangul syllables count as inert: a trailing consonant that may follow is not inert itself.
    let inert: [Bool]

    private init() {
        var canonicalSteps: [UInt32: [UInt32]] = [:]
        var allSteps: [UInt32: [UInt32]] = [:]
        var composites: [UInt64: UInt32] = [:]
        // An entry is a scalar, its kind (c: canonical and composes again; d: canonical and does
        // not; k: compatibility) and its decomposition, in base 36.
        for line in UnicodeDecompositionData.lines.split(separator: ";") {
            let fields = line.split(separator: " ")
            guard fields.count > 2, let value = UInt32(fields[0], radix: 36),
                Unicode.Scalar(value)?.isInUnicode9 == true
            else { continue }
            let mapping = fields[2...].compactMap { UInt32($0, radix: 36) }
            allSteps[value] = mapping
            if fields[1] != "k" { canonicalSteps[value] = mapping }
            if fields[1] == "c", mapping.count == 2 {
                composites[UInt64(mapping[0]) << 32 | UInt64(mapping[1])] = value
            }
        }
        func unfold(_ value: UInt32, _ steps: [UInt32: [UInt32]]) -> [UInt32] {
            guard let mapping = steps[value] else { return [value] }
            return mapping.flatMap { unfold($0, steps) }
        }
        canonical = canonicalSteps.reduce(into: [:]) { $0[$1.key] = unfold($1.key, canonicalSteps) }
        compatible = allSteps.reduce(into: [:]) { $0[$1.key] = unfold($1.key, allSteps) }
        var inert = (0..<0x30000).map { (value: UInt32) in
            value < 0x300
                || Unicode.Scalar(value) != nil && UnicodeNormalization.combiningClass(value) == 0
        }
        let composed = Set(composites.values)
        for value in canonicalSteps.keys where !composed.contains(value) && value < 0x30000 {
            inert[Int(value)] = false
        }
        for pair in composites.keys {
            let second = Int(pair & 0xFFFF_FFFF)
            if second < inert.count { inert[second] = false }
        }
        for value in 0x1161...0x11FF { inert[value] = false }
        self.composites = composites
        self.inert = inert
    }

    /// The full decomposition of a scalar, or nil if it is its own.
    func full(of value: UInt32, _ isCompatible: Bool) -> [UInt32]? {
        isCompatible ? compatible[value] : canonical[value]
    }
}

extension Unicode.Scalar {
    /// Whether Unicode 9 had this character.
    var isInUnicode9: Bool {
        guard let age = properties.age else { return false }
        return (age.major, age.minor) <= (9, 0)
    }
}
