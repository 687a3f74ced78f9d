import API
import Generation
import JSON

/// `text_completion`, whole and in chunks
/// (https://platform.openai.com/docs/api-reference/completions/object).
struct CompletionShape: ReplyShape {
    let idPrefix = "cmpl-"
    let object = "text_completion"
    let chunkObject = "text_completion"
    let codec: any TextCodec
    let showsLogprobs: Bool
    let echoes: Bool
    let skipSpecial: Bool
    let choices: Int
    /// What is echoed, until it is spelled.
    private var sources: [PromptSource]
    private var echoed: [TextPiece] = []
    /// Unicode scalars of each prompt's text, which offsets count when it is echoed.
    private var echoedScalars: [Int] = []

    init(_ order: TokenOrder, echoes: Bool) {
        codec = order.model.description.codec
        showsLogprobs = order.request.logprobs != nil
        self.echoes = echoes
        skipSpecial = order.text.skipSpecial
        choices = order.request.choices
        sources = echoes ? order.prompts : []
    }

    func opening(_ index: Int) -> JSONValue? { nil }

    func delta(_ index: Int, _ piece: TextPiece) -> JSONValue {
        choice(index, piece.text, logprobs(piece.tokens, index), .null)
    }

    func ending(_ index: Int, _ reason: EndReason) -> JSONValue {
        choice(index, "", .null, reason.word)
    }

    func whole(_ index: Int, _ piece: TextPiece, _ reason: EndReason) -> JSONValue {
        choice(index, piece.text, logprobs(piece.tokens, index), reason.word)
    }

    /// Spells the prompts that are echoed.
    mutating func accept(_ prompts: [[Int32]]) {
        defer { sources = [] }
        for (source, prompt) in zip(sources, prompts) {
            var detokenizer = codec.makeDetokenizer(skipSpecial: skipSpecial)
            var offset = 0
            var tokens: [TokenEntry] = []
            var text = ""
            for id in prompt {
                if showsLogprobs {
                    tokens.append(TokenEntry(id: id, logprobs: nil, textOffset: offset))
                }
                let piece = detokenizer.append(id)
                offset += piece.unicodeScalars.count
                text += piece
            }
            text += detokenizer.finish()
            // The client's own text, if it sent one: tokenizers may normalize.
            if case .text(let own, _) = source { text = own }
            echoed.append(TextPiece(text: text, tokens: tokens))
            echoedScalars.append(text.unicodeScalars.count)
        }
    }

    mutating func promptLogprobs(_ logprobs: [TokenLogprobs?], first: Int, prompt: Int) {
        guard echoed.indices.contains(prompt) else { return }
        for (position, logprobs) in logprobs.enumerated() {
            let index = first + position
            guard echoed[prompt].tokens.indices.contains(index) else { continue }
            let entry = echoed[prompt].tokens[index]
            echoed[prompt].tokens[index] = TokenEntry(
                id: entry.id, logprobs: logprobs, textOffset: entry.textOffset)
        }
    }

    func preface(_ index: Int) -> TextPiece? {
        guard echoes, echoed.indices.contains(index / choices) else { return nil }
        // Offsets of the prompt's tokens are their own; what follows is shifted to come after them.
        var piece = echoed[index / choices]
        let shift = echoedScalars[index / choices]
        piece.tokens = piece.tokens.map {
            TokenEntry(id: $0.id, logprobs: $0.logprobs, textOffset: $0.textOffset - shift)
        }
        return piece
    }

    private func choice(
        _ index: Int, _ text: String, _ logprobs: JSONValue, _ reason: JSONValue
    ) -> JSONValue {
        [
            "index": .integer(Int64(index)), "text": .string(text), "logprobs": logprobs,
            "finish_reason": reason,
        ]
    }

    private func logprobs(_ tokens: [TokenEntry], _ index: Int) -> JSONValue {
        guard showsLogprobs else { return .null }
        let shift =
            echoes && echoedScalars.indices.contains(index / choices)
            ? echoedScalars[index / choices] : 0
        return [
            "text_offset": .array(tokens.map { .integer(Int64($0.textOffset + shift)) }),
            "token_logprobs": .array(
                tokens.map { $0.logprobs.map { .logprob($0.logprob) } ?? .null }),
            "tokens": .array(tokens.map { .string(spelled($0.id)) }),
            "top_logprobs": .array(tokens.map { top($0.logprobs) }),
        ]
    }

    /// The most likely tokens and the one that was drawn. Of tokens that are spelled alike the
    /// most likely counts, since a JSON object has each name once.
    private func top(_ logprobs: TokenLogprobs?) -> JSONValue {
        guard let logprobs else { return .null }
        var object = JSONObject()
        for token in logprobs.top {
            let name = spelled(token.id)
            if object[name] == nil { object[name] = .logprob(token.logprob) }
        }
        let name = spelled(logprobs.id)
        if object[name] == nil { object[name] = .logprob(logprobs.logprob) }
        return .object(object)
    }

    /// A token's text, or `bytes:\xe2\x80` if it is not whole characters.
    private func spelled(_ id: Int32) -> String {
        let bytes = codec.bytes(of: id)
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        return bytes.reduce(into: "bytes:") { text, byte in
            text += byte < 16 ? "\\x0" : "\\x"
            text += String(byte, radix: 16)
        }
    }
}
