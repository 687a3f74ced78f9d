/// How much longer a tokenizer's steps can make a text. Each step may be harmless while all
/// together are not: 40 steps that each double the text would make a terabyte of a byte.
enum Growth {
    /// The most bytes that all steps together may make of one byte. Real files stay below 300: NFKC
    /// can make 11 bytes of one, and a space becomes the three bytes of U+2581.
    static let factorMax = 1 << 12

    /// Throws if the product of `factors`, the growth of successive steps, exceeds `factorMax`.
    static func check(_ factors: [Int], in part: String) throws(TokenizationError) {
        var total = 1
        for factor in factors {
            let (product, overflow) = total.multipliedReportingOverflow(by: factor)
            guard !overflow, product <= factorMax else {
                throw TokenizationError(
                    "the steps can make a text more than \(factorMax) times longer", in: part)
            }
            total = product
        }
    }

    /// The growth if each occurrence of `old` becomes `new`.
    fileprivate static func replacing(_ old: [UInt8], by new: [UInt8]) -> Int {
        max(1, (new.count + old.count - 1) / max(1, old.count))
    }
}

extension Normalizer {
    /// The steps' growth, in order.
    var growth: [Int] {
        switch self {
        case .sequence(let parts): parts.flatMap(\.growth)
        // The most that a normalization form expands UTF-8 (UAX #15, section 9).
        case .unicode(let form): [form.isCompatible ? 11 : 3]
        case .prepend(let prefix): [1 + prefix.count]
        case .replaceText(let old, let new): [Growth.replacing(old, by: new)]
        // A pattern may match the empty text before every byte.
        case .replace(_, let new): [1 + new.count]
        case .lowercase, .byteAlphabet: [2]
        case .strip, .stripAccents, .nmt: [1]
        }
    }
}

extension PreTokenizer {
    /// The step's growth. A word may be as short as one byte.
    var growth: Int {
        switch self {
        case .split: 1
        case .prependSpace, .byteAlphabet: 2
        case .metaspace(let replacement, _): 1 + replacement.count
        }
    }
}

extension Decoder {
    /// The step's growth.
    var growth: Int {
        switch self {
        // A byte that is not UTF-8 becomes U+FFFD.
        case .byteLevel, .byteFallback: 3
        case .replaceText(let old, let new): Growth.replacing(old, by: new)
        case .replace(_, let new): 1 + new.count
        case .metaspace, .wordEnd, .fuse, .strip, .join: 1
        }
    }
}
