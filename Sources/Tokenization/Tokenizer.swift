package import JSON
import Synchronization

/// Converts text to ids and back, with the same results as the `tokenizers` package for a model's
/// `tokenizer.json`, or as llama.cpp for the vocabulary of a GGUF file. Any threads may use it,
/// also at the same time.
package final class Tokenizer: Sendable {
    let definition: TokenizerDefinition
    private let workspaces = Mutex<[Workspace]>([])
    /// How many workspaces are kept for later calls. Each has a cache of about 2 MB.
    private static let workspacesMax = 8
    /// After a longer text a workspace frees its buffers, which grow with the text.
    private static let keptBytesMax = 1 << 20

    /// The working memory of one encoding. It is kept between calls for its buffers and its cache.
    private struct Workspace: Sendable {
        var words = Words()
        var merging = BytePairEncoding.Workspace()
        var cache = WordCache()
        let matching = MatchState()

        /// Frees the memory that a long text took.
        mutating func shrink() {
            words = Words()
            merging = BytePairEncoding.Workspace()
        }
    }

    /// Reads `tokenizer.json`, and from `tokenizer_config.json` what that does not say: which
    /// tokens begin and end a text, and tokens added later.
    package init(
        json: JSONValue, configuration: JSONValue? = nil
    ) throws(TokenizationError) {
        definition = try TokenizerFile.read(json, configuration)
    }

    /// Uses the vocabulary of a GGUF file.
    package init(gguf: GGUFVocabulary) throws(TokenizationError) {
        definition = try gguf.definition()
    }

    /// The largest id plus one. Not every id below it is a token.
    package var vocabularySize: Int { definition.size }
    /// The token that begins a text, if the model has one.
    package var bos: Int32? { definition.bos }
    /// The token that ends a text.
    package var eos: Int32? { definition.eos }
    /// The token that ends a turn of a chat, if the file names one besides `eos`.
    package var eot: Int32? { definition.eot }

    package func id(of token: String) -> Int32? { definition.id(of: token) }

    /// Whether a token is for control and not text. `decode` leaves such tokens out if asked to.
    package func isSpecial(_ id: Int32) -> Bool { definition.specialIDs.contains(id) }

    /// The bytes that a token means inside a text. They need not be complete characters. Empty for
    /// an id without a token.
    package func bytes(of id: Int32) -> [UInt8] {
        guard let token = definition.token(id) else { return [] }
        if definition.added[id] != nil { return Array(token) }
        return definition.decoders.reduce(Array(token)) { bytes, decoder in
            switch decoder {
            case .byteLevel: ByteAlphabet.decode(bytes.span) ?? bytes
            case .byteFallback: Decoder.byte(of: bytes.span).map { [$0] } ?? bytes
            case .replaceText(let old, let new): Normalizer.replacing(old, by: new, in: bytes)
            case .metaspace(let replacement, _):
                Normalizer.replacing(replacement, by: [UInt8(ascii: " ")], in: bytes)
            case .wordEnd(let suffix):
                Normalizer.replacing(suffix, by: [UInt8(ascii: " ")], in: bytes)
            case .fuse, .replace, .strip, .join: bytes
            }
        }
    }

    /// The ids of a text. `special` adds the tokens that the model expects before and after a text
    /// (BOS, EOS). A special token spelled in the text becomes that token.
    package func encode(_ text: String, special: Bool) -> [Int32] {
        encode(text, special: special, parseSpecial: true)
    }

    /// The same. Without `parseSpecial`, special tokens spelled in the text are treated as plain
    /// text.
    package func encode(_ text: String, special: Bool, parseSpecial: Bool) -> [Int32] {
        var workspace = workspaces.withLock { $0.popLast() } ?? Workspace()
        var output: [Int32] = []
        output.reserveCapacity(text.utf8.count / 3 + 8)
        if special { output.append(contentsOf: definition.leading) }
        var text = text
        text.makeContiguousUTF8()
        let bytes = text.utf8.span
        if definition.rawMatcher.isEmpty {
            encodePart(bytes, isFirst: true, parseSpecial, &output, &workspace)
        } else {
            for fragment in definition.rawMatcher.split(bytes, special: parseSpecial) {
                if let token = fragment.token {
                    output.append(token)
                } else {
                    encodePart(
                        bytes.extracting(fragment.range),
                        isFirst: fragment.range.lowerBound == 0, parseSpecial, &output, &workspace)
                }
            }
        }
        if special { output.append(contentsOf: definition.trailing) }
        if bytes.count > Self.keptBytesMax { workspace.shrink() }
        workspaces.withLock { if $0.count < Self.workspacesMax { $0.append(workspace) } }
        return output
    }

    /// The text of ids, with U+FFFD for bytes that are not UTF-8. Ids without a token are ignored.
    package func decode(_ ids: [Int32], skipSpecial: Bool) -> String {
        var detokenizer = Detokenizer(self, skipSpecial: skipSpecial, heldBytesMax: .max)
        for id in ids { detokenizer.push(id) }
        return detokenizer.finish()
    }

    /// A detokenizer for one sequence of ids.
    package func detokenizer(skipSpecial: Bool) -> Detokenizer {
        Detokenizer(self, skipSpecial: skipSpecial)
    }

    /// Encodes text between added tokens. `isFirst` says whether it begins where the whole text
    /// does.
    private func encodePart(
        _ bytes: Span<UInt8>, isFirst: Bool, _ parseSpecial: Bool, _ output: inout [Int32],
        _ workspace: inout Workspace
    ) {
        var head =
            isFirst && !bytes.isEmpty ? min(UTF8Text.length(bytes[0]), bytes.count) : 0
        guard let normalizer = definition.normalizer else {
            return encodeMatching(bytes, head: head, parseSpecial, &output, &workspace)
        }
        // SAFETY: the pointer is used inside the closure only.
        var normalized = unsafe bytes.withUnsafeBufferPointer { unsafe Array($0) }
        normalizer.apply(&normalized, head: &head, workspace.matching)
        encodeMatching(normalized.span, head: head, parseSpecial, &output, &workspace)
    }

    /// Finds the added tokens of normalized text and encodes what is between them. `head` bytes come
    /// from the first character of the whole text.
    private func encodeMatching(
        _ bytes: Span<UInt8>, head: Int, _ parseSpecial: Bool, _ output: inout [Int32],
        _ workspace: inout Workspace
    ) {
        guard !definition.normalizedMatcher.isEmpty else {
            return encodePlain(bytes, head: head, &output, &workspace)
        }
        for fragment in definition.normalizedMatcher.split(bytes, special: parseSpecial) {
            if let token = fragment.token {
                output.append(token)
            } else {
                encodePlain(
                    bytes.extracting(fragment.range),
                    head: max(0, head - fragment.range.lowerBound), &output, &workspace)
            }
        }
    }

    private func encodePlain(
        _ bytes: Span<UInt8>, head: Int, _ output: inout [Int32], _ workspace: inout Workspace
    ) {
        workspace.words.load(bytes, head: head)
        for step in definition.preTokenizers {
            step.apply(to: &workspace.words, workspace.matching)
        }
        switch definition.model {
        case .unigram(let model):
            for word in workspace.words.words {
                model.encode(
                    workspace.words.text.span.extracting(word.start..<word.end), into: &output)
            }
        case .bytePairs(let model):
            Self.encode(
                workspace.words, model, &output, &workspace.merging, &workspace.cache)
        }
    }

    private static func encode(
        _ words: Words, _ model: BytePairEncoding, _ output: inout [Int32],
        _ merging: inout BytePairEncoding.Workspace, _ cache: inout WordCache
    ) {
        let text = words.text.span
        for word in words.words {
            guard model.cutsAtSpaces else {
                encode(word.start..<word.end, of: text, model, &output, &merging, &cache)
                continue
            }
            var start = word.start
            while start < word.end {
                let end = model.cut(text, from: start, to: word.end)
                encode(start..<end, of: text, model, &output, &merging, &cache)
                start = end
            }
        }
    }

    /// Encodes a word through the cache.
    private static func encode(
        _ range: Range<Int>, of text: Span<UInt8>, _ model: BytePairEncoding,
        _ output: inout [Int32], _ merging: inout BytePairEncoding.Workspace,
        _ cache: inout WordCache
    ) {
        guard range.count <= WordCache.wordBytesMax else {
            return model.encode(text.extracting(range), into: &output, &merging)
        }
        // SAFETY: `Words.padding` bytes follow the text, so that 24 can be read from any word's start.
        let key = unsafe text.withUnsafeBufferPointer { text in
            unsafe WordCache.key(text, range.lowerBound, range.count)
        }
        if cache.append(key, to: &output) { return }
        let from = output.count
        model.encode(text.extracting(range), into: &output, &merging)
        cache.store(key, output, from: from)
    }
}
