// Cutting texts as Python's strings do.
extension PythonText {
    /// The ends of a text that are stripped.
    enum Ends {
        case both, left, right
    }

    /// The text without white space, or without the scalars of `characters`, at its ends.
    static func stripped(_ text: String, _ characters: String?, _ ends: Ends = .both) -> String {
        let set = characters.map { Set($0.unicodeScalars) }
        func goes(_ scalar: Unicode.Scalar) -> Bool {
            set.map { $0.contains(scalar) } ?? scalar.isPythonSpace
        }
        var rest = text.unicodeScalars[...]
        if ends != .right { rest = rest.drop { goes($0) } }
        while ends != .left, let last = rest.last, goes(last) { rest.removeLast() }
        return String(rest)
    }

    /// `str.split` or `rsplit` with a separator that is not empty, and at most `cuts` cuts.
    static func split(
        _ text: String, by separator: String, cuts: Int, fromRight: Bool
    ) -> [String] {
        let bytes = Array(text.utf8)
        let search = TextSearch(separator)
        let offsets =
            fromRight
            ? search.allFromRight(in: bytes, limit: cuts) : search.all(in: bytes, limit: cuts)
        var parts: [String] = []
        var start = 0
        for offset in offsets {
            parts.append(String(decoding: bytes[start..<offset], as: UTF8.self))
            start = offset + search.needle.count
        }
        parts.append(String(decoding: bytes[start...], as: UTF8.self))
        return parts
    }

    /// `str.split()`: the words between white space. After `cuts` cuts the rest stays whole.
    static func words(_ text: String, cuts: Int) -> [String] {
        var parts: [String] = []
        var rest = text.unicodeScalars[...].drop { $0.isPythonSpace }
        while !rest.isEmpty {
            guard parts.count < cuts else {
                parts.append(String(rest))
                break
            }
            let word = rest.prefix { !$0.isPythonSpace }
            parts.append(String(word))
            rest = rest[word.endIndex...].drop { $0.isPythonSpace }
        }
        return parts
    }

    /// `str.rsplit()`.
    static func wordsFromRight(_ text: String, cuts: Int) -> [String] {
        let reversed = words(
            String(String.UnicodeScalarView(text.unicodeScalars.reversed())), cuts: cuts)
        return reversed.reversed().map {
            String(String.UnicodeScalarView($0.unicodeScalars.reversed()))
        }
    }

    /// `str.splitlines`.
    static func lines(_ text: String, keepsEnds: Bool = false) -> [String] {
        var lines: [String] = []
        let scalars = text.unicodeScalars
        var start = scalars.startIndex
        var index = start
        while index < scalars.endIndex {
            var end = scalars.index(after: index)
            if scalars[index].isPythonLineBreak {
                if scalars[index] == "\r", end < scalars.endIndex, scalars[end] == "\n" {
                    end = scalars.index(after: end)
                }
                lines.append(String(scalars[start..<(keepsEnds ? end : index)]))
                start = end
            }
            index = end
        }
        if start < scalars.endIndex { lines.append(String(scalars[start...])) }
        return lines
    }
}

extension Interpreter {
    /// `str.replace`: every occurrence, or the first `count`. An empty `old` occurs before and
    /// after every character.
    func replaced(
        _ text: String, _ old: String, by new: String, count: Int?
    ) throws(ChatTemplateError) -> String {
        let limit = count.map { $0 < 0 ? Int.max : $0 } ?? .max
        try budget.charge(text.utf8.count + old.utf8.count)
        if old.isEmpty { return try interleaved(text, with: new, limit: limit) }
        let bytes = Array(text.utf8)
        let search = TextSearch(old)
        let offsets = search.all(in: bytes, limit: limit)
        guard !offsets.isEmpty else { return text }
        try budget.makeList(offsets.count)
        try budget.makeText(new.utf8.count, times: offsets.count)
        try budget.makeText(text.utf8.count + new.utf8.count * offsets.count)
        var result: [UInt8] = []
        var start = 0
        for offset in offsets {
            result.append(contentsOf: bytes[start..<offset])
            result.append(contentsOf: new.utf8)
            start = offset + search.needle.count
        }
        result.append(contentsOf: bytes[start...])
        return String(decoding: result, as: UTF8.self)
    }

    private func interleaved(
        _ text: String, with new: String, limit: Int
    ) throws(ChatTemplateError) -> String {
        let count = min(limit, text.unicodeScalars.count + 1)
        try budget.makeText(new.utf8.count, times: count)
        try budget.makeText(text.utf8.count + new.utf8.count * count)
        var result = ""
        var used = 0
        for scalar in text.unicodeScalars {
            if used < count {
                result += new
                used += 1
            }
            result.unicodeScalars.append(scalar)
        }
        return used < count ? result + new : result
    }

    /// Pads `text` with `fill` to `width` characters; `alignment` says where the text goes.
    func padded(
        _ text: String, to width: Int, with fill: String, _ alignment: Alignment
    ) throws(ChatTemplateError) -> String {
        guard fill.unicodeScalars.count == 1 else {
            throw .fault("the fill character must be exactly one character long")
        }
        try budget.read(text)
        let missing = width.subtractingReportingOverflow(text.unicodeScalars.count)
        guard !missing.overflow, missing.partialValue > 0 else { return text }
        let count = missing.partialValue
        try budget.makeText(fill.utf8.count, times: count)
        try budget.makeText(text.utf8.count + fill.utf8.count * count)
        let left =
            switch alignment {
            case .left: 0
            case .right: count
            case .center: count / 2 + (count & width & 1)  // as CPython rounds
            case .centerLow: count / 2
            }
        return String(repeating: fill, count: left) + text
            + String(repeating: fill, count: count - left)
    }

    enum Alignment {
        case left, right, center
        /// How `format` centers: an odd number of fills has one more on the right.
        case centerLow
    }
}
