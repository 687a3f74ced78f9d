/// One choice's text from its tokens: a detokenizer, then stop strings across token borders. Text is
/// held back while it may be the start of a stop string, and cut at a match.
package struct TextAssembler: Sendable {
    private var detokenizer: any TextDetokenizer
    private var stops: StopStrings
    private let includeStop: Bool
    private let tokensMin: Int
    /// UTF-8 not yet given out; whole characters.
    private var held: [UInt8] = []
    /// Tokens taken so far.
    package private(set) var tokenCount = 0
    /// UTF-8 bytes of all text so far, given out and held.
    package private(set) var byteCount = 0
    /// Unicode scalars of all text so far.
    package private(set) var scalarCount = 0
    /// UTF-8 bytes given out.
    package private(set) var givenBytes = 0
    /// Whether a stop string ended the text; nothing more may be appended.
    package private(set) var isStopped = false

    /// - Parameters:
    ///   - includeStop: leaves the stop string in the text.
    ///   - tokensMin: stop strings that end in an earlier token are not looked at.
    package init(
        _ detokenizer: any TextDetokenizer, stops: [String], includeStop: Bool = false,
        tokensMin: Int = 0
    ) {
        self.detokenizer = detokenizer
        self.stops = StopStrings(stops)
        self.includeStop = includeStop
        self.tokensMin = tokensMin
    }

    /// Takes the next token and returns the text that is now certain. Check `isStopped` after it.
    package mutating func append(_ id: Int32) -> String {
        precondition(!isStopped, "text was appended after a stop string")
        tokenCount += 1
        return take(detokenizer.append(id))
    }

    /// Ends the text (the model stopped, or the length is reached): what was held back is given out.
    package mutating func finish() -> String {
        guard !isStopped else { return "" }
        var text = take(detokenizer.finish())
        if !isStopped { text += give(held.count) }
        return text
    }

    private mutating func take(_ text: String) -> String {
        if stops.isEmpty {
            byteCount += text.utf8.count
            scalarCount += text.unicodeScalars.count
            givenBytes = byteCount
            return text
        }
        let looks = tokenCount >= tokensMin
        for byte in text.utf8 {
            held.append(byte)
            byteCount += 1
            // Every byte but a continuation begins a scalar.
            if byte & 0xC0 != 0x80 { scalarCount += 1 }
            guard let length = stops.advance(byte) else { continue }
            guard looks else {
                stops.reset()
                continue
            }
            isStopped = true
            // What may begin a stop string is held back, so all of the match is here.
            return give(includeStop ? held.count : held.count - length)
        }
        return give(held.count - stops.heldBytes)
    }

    private mutating func give(_ count: Int) -> String {
        defer { held.removeFirst(count) }
        givenBytes += count
        return String(decoding: held[..<count], as: UTF8.self)
    }
}
