/// Unicode's normalization forms (UAX #15), by the tables of `UnicodeDecompositions`.
enum UnicodeNormalization {
    enum Form: Sendable {
        case nfc, nfd, nfkc, nfkd

        var isComposed: Bool { self == .nfc || self == .nfkc }
        var isCompatible: Bool { self == .nfkc || self == .nfkd }
    }

    // Hangul syllables are composed by arithmetic (Unicode 3.12).
    private static let syllables: ClosedRange<UInt32> = 0xAC00...0xD7A3
    private static let leadBase: UInt32 = 0x1100
    private static let vowelBase: UInt32 = 0x1161
    private static let trailBase: UInt32 = 0x11A7

    static func apply(_ form: Form, _ text: inout [UInt8]) {
        // The first character that NFC can change or compose is U+0300, CC 80 in UTF-8; a text with
        // only smaller characters is already in NFC. ASCII is the same in every form.
        let bound: UInt8 = form == .nfc ? 0xCC : 0x80
        guard text.contains(where: { $0 >= bound }) else { return }
        if form == .nfc, isComposed(text.span) { return }
        var scalars: [UInt32] = []
        scalars.reserveCapacity(text.count)
        for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
            decompose(scalar.value, form.isCompatible, &scalars)
        }
        let classes = order(&scalars)
        if form.isComposed { compose(&scalars, classes) }
        var result = String.UnicodeScalarView()
        for value in scalars { result.append(Unicode.Scalar(value) ?? "\u{FFFD}") }
        text = Array(String(result).utf8)
    }

    /// Whether every character is one that NFC leaves unchanged whatever its neighbours are.
    private static func isComposed(_ text: Span<UInt8>) -> Bool {
        let inert = UnicodeDecompositions.shared.inert
        var index = 0
        while index < text.count {
            let first = text[index]
            if first < 0xCC {
                index += 1
                continue
            }
            let (scalar, length) = UTF8Text.scalar(text, at: index)
            guard Int(scalar.value) < inert.count, inert[Int(scalar.value)] else { return false }
            index += length
        }
        return true
    }

    private static func decompose(_ value: UInt32, _ compatible: Bool, _ output: inout [UInt32]) {
        if value < 0x80 {
            output.append(value)
        } else if syllables ~= value {
            let index = value - syllables.lowerBound
            output.append(leadBase + index / 588)
            output.append(vowelBase + index % 588 / 28)
            if index % 28 != 0 { output.append(trailBase + index % 28) }
        } else {
            let tables = UnicodeDecompositions.shared
            if let mapping = tables.full(of: value, compatible) {
                output.append(contentsOf: mapping)
            } else {
                output.append(value)
            }
        }
    }

    /// Sorts each run of marks by combining class, stably. Returns every scalar's class.
    private static func order(_ scalars: inout [UInt32]) -> [UInt8] {
        var classes = scalars.map(combiningClass)
        var start = 0
        while start < scalars.count {
            guard classes[start] != 0 else {
                start += 1
                continue
            }
            var end = start
            while end < scalars.count, classes[end] != 0 { end += 1 }
            if end - start > 1 {
                let sorted = (start..<end).sorted { (classes[$0], $0) < (classes[$1], $1) }
                let values = sorted.map { scalars[$0] }
                let keys = sorted.map { classes[$0] }
                scalars.replaceSubrange(start..<end, with: values)
                classes.replaceSubrange(start..<end, with: keys)
            }
            start = end
        }
        return classes
    }

    /// The canonical combining class of a scalar.
    static func combiningClass(_ value: UInt32) -> UInt8 {
        guard value >= 0x300, let scalar = Unicode.Scalar(value) else { return 0 }
        let kind = scalar.properties.canonicalCombiningClass.rawValue
        return kind == 0 || scalar.isInUnicode9 ? kind : 0
    }

    private static func compose(_ scalars: inout [UInt32], _ classes: [UInt8]) {
        var output: [UInt32] = []
        output.reserveCapacity(scalars.count)
        var starter = -1  // its index in `output`
        var last = -1  // the class of the last scalar after the starter; -1 if there is none
        for (index, value) in scalars.enumerated() {
            let kind = Int(classes[index])
            if starter >= 0, last < kind, let pair = composite(output[starter], value) {
                output[starter] = pair
                continue
            }
            if kind == 0 {
                starter = output.count
                last = -1
            } else {
                last = kind
            }
            output.append(value)
        }
        scalars = output
    }

    private static func composite(_ first: UInt32, _ second: UInt32) -> UInt32? {
        if leadBase..<leadBase + 19 ~= first, vowelBase..<vowelBase + 21 ~= second {
            return syllables.lowerBound + ((first - leadBase) * 21 + second - vowelBase) * 28
        }
        if syllables ~= first, (first - syllables.lowerBound) % 28 == 0,
            trailBase + 1..<trailBase + 28 ~= second
        {
            return first + second - trailBase
        }
        return UnicodeDecompositions.shared.composites[UInt64(first) << 32 | UInt64(second)]
    }
}
