/// A step of converting tokens to text. Tokens pass through the steps one at a time.
enum Decoder: Sendable {
    /// Characters of `ByteAlphabet` become their bytes. Bytes that are not UTF-8 become U+FFFD.
    case byteLevel
    /// Tokens `<0xHH>` become bytes. In a run of them that is not UTF-8 each byte becomes a U+FFFD.
    case byteFallback
    /// All tokens become one, for the following steps.
    case fuse
    case replaceText([UInt8], by: [UInt8])
    case replace(Pattern, by: [UInt8])
    /// Removes `content` (one character) up to `start` times from the front, and up to `stop` times
    /// from the end.
    case strip(content: [UInt8], start: Int, stop: Int)
    /// `replacement` becomes a space. At the start of the first token it is removed if
    /// `dropsFirst`.
    case metaspace(replacement: [UInt8], dropsFirst: Bool)
    /// The mark of a word's end becomes a space; in the last token it is removed.
    case wordEnd(suffix: [UInt8])
    /// A space between tokens; used if the file has no decoder.
    case join

    /// Whether the following steps see one token that comes in parts.
    var fuses: Bool {
        switch self {
        case .byteLevel, .fuse: true
        default: false
        }
    }

    /// The bytes of a token `<0xHH>`.
    static func byte(of token: Span<UInt8>) -> UInt8? {
        guard token.count == 6, token[0] == UInt8(ascii: "<"), token[1] == UInt8(ascii: "0"),
            token[2] == UInt8(ascii: "x"), token[5] == UInt8(ascii: ">"),
            let high = digit(token[3]), let low = digit(token[4])
        else { return nil }
        return high << 4 | low
    }

    private static func digit(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

/// The state of a decoder's steps between two tokens.
struct DecoderPipeline: Sendable {
    private struct Step: Sendable {
        let decoder: Decoder
        let isFused: Bool
        var held: [UInt8] = []
        var tokens = 0  // how many tokens came in
        var stripped = 0  // how often `content` was removed from the front of a fused text
        var isPastFront = false
    }

    private var steps: [Step]
    private let heldBytesMax: Int
    private(set) var output: [UInt8] = []

    /// `heldBytesMax` is how many bytes a run of byte tokens may hold back before its complete
    /// characters are passed on.
    init(_ decoders: [Decoder], heldBytesMax: Int) {
        var isFused = false
        steps = []
        for decoder in decoders {
            steps.append(Step(decoder: decoder, isFused: isFused))
            if decoder.fuses { isFused = true }
        }
        self.heldBytesMax = heldBytesMax
    }

    mutating func push(_ token: [UInt8]) { push(token, 0) }

    /// Passes on everything that is held back.
    mutating func finish() {
        for index in steps.indices {
            let held = steps[index].held
            steps[index].held = []
            switch steps[index].decoder {
            case .byteLevel where !held.isEmpty: push(Array("\u{FFFD}".utf8), index + 1)
            case .byteFallback: release(held, index)
            case .replaceText where !held.isEmpty: push(held, index + 1)
            case .strip(let content, _, let stop) where !held.isEmpty:
                push(Self.stripEnd(held, content, stop), index + 1)
            case .wordEnd(let suffix) where steps[index].tokens > 0:
                push(Normalizer.replacing(suffix, by: [], in: held), index + 1)
            default: break
            }
        }
    }

    /// Takes the text decoded so far.
    mutating func take() -> [UInt8] {
        defer { output.removeAll(keepingCapacity: true) }
        return output
    }

    private mutating func push(_ token: [UInt8], _ index: Int) {
        guard index < steps.count else { return output.append(contentsOf: token) }
        steps[index].tokens += 1
        switch steps[index].decoder {
        case .byteLevel: decodeBytes(ByteAlphabet.decode(token.span) ?? token, index)
        case .byteFallback: holdByte(token, index)
        case .fuse: push(token, index + 1)
        case .replaceText(let old, let new): replace(token, old, new, index)
        case .replace(let pattern, let new):
            // A new state each time: a pipeline is a value that may be copied to another thread,
            // and a state must not be shared. Files with such a step are rare.
            push(pattern.replacing(in: token, by: new, MatchState()), index + 1)
        case .strip(let content, let start, let stop): strip(token, content, start, stop, index)
        case .metaspace(let replacement, let dropsFirst):
            let space: [UInt8] = dropsFirst && steps[index].tokens == 1 ? [] : [UInt8(ascii: " ")]
            push(Normalizer.replacing(replacement, by: space, in: token), index + 1)
        case .wordEnd(let suffix):
            let held = steps[index].held
            steps[index].held = token
            if steps[index].tokens > 1 {
                push(
                    Normalizer.replacing(suffix, by: [UInt8(ascii: " ")], in: held), index + 1)
            }
        case .join: push(steps[index].tokens > 1 ? [UInt8(ascii: " ")] + token : token, index + 1)
        }
    }

    /// Passes on complete characters, replaces bytes that cannot become one, and holds the start of
    /// a character back.
    private mutating func decodeBytes(_ bytes: [UInt8], _ index: Int) {
        if steps[index].held.isEmpty, bytes.allSatisfy({ $0 < 0x80 }) {
            return push(bytes, index + 1)
        }
        let pending = steps[index].held + bytes
        var text: [UInt8] = []
        var position = 0
        while position < pending.count {
            let (isValid, length) = UTF8Text.scan(pending.span, at: position)
            guard let length else { break }
            if isValid {
                text.append(contentsOf: pending[position..<position + length])
            } else {
                text.append(contentsOf: "\u{FFFD}".utf8)
            }
            position += length
        }
        steps[index].held = Array(pending[position...])
        if !text.isEmpty { push(text, index + 1) }
    }

    private mutating func holdByte(_ token: [UInt8], _ index: Int) {
        guard let byte = Decoder.byte(of: token.span) else {
            let held = steps[index].held
            steps[index].held = []
            release(held, index)
            return push(token, index + 1)
        }
        steps[index].held.append(byte)
        guard steps[index].held.count > heldBytesMax else { return }
        let held = steps[index].held
        var position = 0
        while position < held.count {
            let (isValid, length) = UTF8Text.scan(held.span, at: position)
            guard isValid, let length else { break }
            position += length
        }
        if position > 0 {
            steps[index].held = Array(held[position...])
            push(Array(held[..<position]), index + 1)
        } else if held.count > heldBytesMax + 4 {
            // These bytes cannot become a character any more.
            steps[index].held = []
            release(held, index)
        }
    }

    private mutating func release(_ bytes: [UInt8], _ index: Int) {
        guard !bytes.isEmpty else { return }
        if String(validating: bytes, as: UTF8.self) != nil {
            push(bytes, index + 1)
        } else {
            push(Array(String(repeating: "\u{FFFD}", count: bytes.count).utf8), index + 1)
        }
    }

    private mutating func replace(_ token: [UInt8], _ old: [UInt8], _ new: [UInt8], _ index: Int) {
        guard steps[index].isFused else {
            return push(Normalizer.replacing(old, by: new, in: token), index + 1)
        }
        let text = steps[index].held + token
        var result: [UInt8] = []
        var position = 0
        while position < text.count {
            let rest = text[position...]
            if rest.starts(with: old) {
                result.append(contentsOf: new)
                position += old.count
            } else if old.starts(with: rest) {
                break
            } else {
                result.append(text[position])
                position += 1
            }
        }
        steps[index].held = Array(text[position...])
        if !result.isEmpty { push(result, index + 1) }
    }

    private mutating func strip(
        _ token: [UInt8], _ content: [UInt8], _ start: Int, _ stop: Int, _ index: Int
    ) {
        var text = token
        if !steps[index].isFused || !steps[index].isPastFront {
            var count = steps[index].isFused ? steps[index].stripped : 0
            while count < start, text.starts(with: content) {
                text.removeFirst(content.count)
                count += 1
            }
            steps[index].stripped = count
            if count == start || !text.isEmpty { steps[index].isPastFront = true }
        }
        guard steps[index].isFused, stop > 0 else {
            return push(Self.stripEnd(text, content, stop), index + 1)
        }
        // Up to `stop` characters that may be at the end are held back until more text comes.
        text = steps[index].held + text
        let kept = Self.stripEnd(text, content, stop)
        steps[index].held = Array(text[kept.count...])
        if !kept.isEmpty { push(kept, index + 1) }
    }

    private static func stripEnd(_ text: [UInt8], _ content: [UInt8], _ stop: Int) -> [UInt8] {
        var text = text
        var count = 0
        while count < stop, text.count >= content.count, text.suffix(content.count) == content[...]
        {
            text.removeLast(content.count)
            count += 1
        }
        return text
    }
}
