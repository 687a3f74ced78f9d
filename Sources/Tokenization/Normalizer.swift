/// A step that changes a text before it is cut into words.
indirect enum Normalizer: Sendable {
    case sequence([Normalizer])
    case unicode(UnicodeNormalization.Form)
    case prepend([UInt8])
    case replaceText([UInt8], by: [UInt8])
    case replace(Pattern, by: [UInt8])
    case strip(left: Bool, right: Bool)
    case stripAccents
    case lowercase
    /// SentencePiece's "nmt" rules: control characters are removed, unusual spaces become spaces.
    case nmt
    case byteAlphabet

    /// Normalizes `text`. Its first `head` bytes come from the first character of the original
    /// text; `head` becomes the number of new bytes that do. Later steps that treat a text's
    /// beginning specially need to know where it is.
    func apply(_ text: inout [UInt8], head: inout Int, _ state: MatchState) {
        switch self {
        case .sequence(let parts): for part in parts { part.apply(&text, head: &head, state) }
        case .replaceText(let old, let new):
            text = Self.replacing(old, by: new, in: text, head: &head)
        case .replace(let pattern, let new):
            text = pattern.replacing(in: text, by: new, head: &head, state)
        case .strip(let left, let right):
            let count = text.count
            if left { strip(&text, true, false) }
            head = max(0, head - (count - text.count))
            if right { strip(&text, false, true) }
            head = min(head, text.count)
        case .unicode, .prepend, .stripAccents, .lowercase, .nmt, .byteAlphabet:
            // A character's form does not depend on the characters after it, except for marks that
            // combine with it; and no word begins with such a mark.
            var front = Array(text.prefix(head))
            apply(&front, state)
            head = front.count
            apply(&text, state)
        }
    }

    func apply(_ text: inout [UInt8], _ state: MatchState) {
        switch self {
        case .sequence(let parts): for part in parts { part.apply(&text, state) }
        case .unicode(let form): UnicodeNormalization.apply(form, &text)
        case .prepend(let prefix): if !text.isEmpty { text.insert(contentsOf: prefix, at: 0) }
        case .replaceText(let old, let new): text = Self.replacing(old, by: new, in: text)
        case .replace(let pattern, let new): text = pattern.replacing(in: text, by: new, state)
        case .strip(let left, let right): strip(&text, left, right)
        case .stripAccents:
            Self.rewrite(&text) { scalar, output in
                if !Self.isMark(scalar) { output.unicodeScalars.append(scalar) }
            }
        case .lowercase:
            Self.rewrite(&text) { scalar, output in
                output += scalar.properties.lowercaseMapping
            }
        case .nmt: Self.rewrite(&text, Self.nmt)
        case .byteAlphabet: text = text.flatMap { ByteAlphabet.encodings[Int($0)] }
        }
    }

    /// Replaces every occurrence of `old`, from left to right, by `new`.
    static func replacing(_ old: [UInt8], by new: [UInt8], in text: [UInt8]) -> [UInt8] {
        var head = 0
        return replacing(old, by: new, in: text, head: &head)
    }

    /// The same, and counts the bytes of the head. A replacement counts as coming from the end of
    /// its match.
    private static func replacing(
        _ old: [UInt8], by new: [UInt8], in text: [UInt8], head: inout Int
    ) -> [UInt8] {
        guard let first = old.first, text.contains(first) else { return text }
        let oldHead = head
        head = 0
        var result: [UInt8] = []
        result.reserveCapacity(text.count + text.count / 4)
        var index = 0
        while index < text.count {
            if text[index] == first, text[index...].starts(with: old) {
                result.append(contentsOf: new)
                index += old.count
            } else {
                result.append(text[index])
                index += 1
            }
            if index <= oldHead { head = result.count }
        }
        return result
    }

    private static func rewrite(
        _ text: inout [UInt8], _ body: (Unicode.Scalar, inout String) -> Void
    ) {
        var output = ""
        output.reserveCapacity(text.count)
        for scalar in String(decoding: text, as: UTF8.self).unicodeScalars { body(scalar, &output) }
        text = Array(output.utf8)
    }

    private func strip(_ text: inout [UInt8], _ left: Bool, _ right: Bool) {
        let scalars = String(decoding: text, as: UTF8.self).unicodeScalars
        var kept = scalars[...]
        if left { kept = kept.drop { $0.properties.isWhitespace } }
        while right, let last = kept.last, last.properties.isWhitespace { kept.removeLast() }
        text = Array(String(kept).utf8)
    }

    /// Whether a scalar is a mark (M) that the `tokenizers` package knows.
    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: scalar.isInUnicode9
        default: false
        }
    }

    private static func nmt(_ scalar: Unicode.Scalar, _ output: inout String) {
        switch scalar.value {
        case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x8F, 0x9F: break
        case 0x09, 0x0A, 0x0C, 0x0D, 0x1680, 0x200B...0x200F, 0x2028, 0x2029, 0x2581, 0xFEFF,
            0xFFFD:
            output += " "
        default: output.unicodeScalars.append(scalar)
        }
    }
}

extension Pattern {
    /// The text with each match replaced. If a limit is reached the rest stays as it is.
    func replacing(in text: [UInt8], by replacement: [UInt8], _ state: MatchState) -> [UInt8] {
        var head = 0
        return replacing(in: text, by: replacement, head: &head, state)
    }

    /// The same, and counts the bytes of the head. A replacement counts as coming from the end of
    /// its match.
    func replacing(
        in text: [UInt8], by replacement: [UInt8], head: inout Int, _ state: MatchState
    ) -> [UInt8] {
        let oldHead = head
        head = 0
        var result: [UInt8] = []
        var position = 0
        // SAFETY: the pointer is used inside the closure only.
        _ = unsafe text.withUnsafeBufferPointer { bytes in
            unsafe forEachMatch(in: bytes, 0..<text.count, state) { start, end in
                result.append(contentsOf: text[position..<start])
                if position < oldHead { head += min(start, oldHead) - position }
                result.append(contentsOf: replacement)
                if end <= oldHead { head += replacement.count }
                position = end
            }
        }
        result.append(contentsOf: text[position...])
        if position < oldHead { head += oldHead - position }
        return result
    }
}
