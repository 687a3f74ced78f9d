import JSON

/// Reads JSON as Python writes it, with `NaN`, `Infinity` and `-Infinity` as numbers; model files
/// may have them. Here they become strings, which no reader of a number accepts, so that they do no
/// harm under a key that nothing reads. A byte order mark is skipped.
enum PythonJSON {
    static func parse(_ bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError)
        -> JSONValue
    {
        let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        do throws(JSONError) {
            return try JSONParser.parse(text, limits: limits)
        } catch {
            guard let strict = quotingNumbers(text) else { throw error }
            return try JSONParser.parse(strict, limits: limits)
        }
    }

    private static let words = ["-Infinity", "Infinity", "NaN"].map { Array($0.utf8) }

    /// The text with these numbers in quotes; nil if it has none.
    private static func quotingNumbers(_ text: [UInt8]) -> [UInt8]? {
        let (quote, backslash) = (UInt8(ascii: "\""), UInt8(ascii: "\\"))
        var result: [UInt8] = []
        result.reserveCapacity(text.count + 64)
        var (isInString, isFound) = (false, false)
        var position = 0
        while position < text.count {
            let byte = text[position]
            if !isInString, let word = words.first(where: { text[position...].starts(with: $0) }) {
                result += [quote] + word + [quote]
                position += word.count
                isFound = true
                continue
            }
            result.append(byte)
            position += 1
            if byte == quote {
                isInString.toggle()
            } else if isInString, byte == backslash, position < text.count {
                result.append(text[position])
                position += 1
            }
        }
        return isFound ? result : nil
    }
}
