/// Names in errors: hints at the nearest known one, and client text cut to a bounded length.
package enum Spelling {
    /// Names longer than this get no hint; the distance costs the product of two lengths.
    private static let lengthMax = 64
    /// How much of a client's own text an error repeats, in characters.
    private static let shownMax = 60

    /// Client text fit to stand in an error: bounded, without control characters.
    package static func shown(_ text: String) -> String {
        var shown = ""
        for (index, character) in text.prefix(shownMax + 1).enumerated() {
            guard index < shownMax else { return shown + "…" }
            let scalars = character.unicodeScalars
            // A character may carry any number of combining marks; those are cut as well.
            let isPlain = scalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
            shown.append(isPlain && scalars.count <= 8 ? character : "\u{FFFD}")
        }
        return shown
    }

    /// The candidate at most two edits (a third of the name's length, if less) away, if any.
    package static func nearest(to name: String, among candidates: [String]) -> String? {
        let bytes = Array(name.utf8)
        guard bytes.count <= lengthMax else { return nil }
        var best: (name: String, distance: Int)?
        for candidate in candidates {
            let distance = distance(bytes, Array(candidate.utf8))
            if distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        guard let best, best.distance <= min(2, max(1, bytes.count / 3)) else { return nil }
        return best.name
    }

    /// How many bytes must be put in, taken out or changed, or exchanged with the next one.
    package static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        guard a.count <= lengthMax, b.count <= lengthMax else { return .max }
        var before: [Int] = []
        var row = Array(0...b.count)
        for i in a.indices {
            var next = [i + 1]
            for j in b.indices {
                var least = min(row[j] + (a[i] == b[j] ? 0 : 1), min(row[j + 1], next[j]) + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
                    least = min(least, before[j - 1] + 1)
                }
                next.append(least)
            }
            (before, row) = (row, next)
        }
        return row[b.count]
    }
}
