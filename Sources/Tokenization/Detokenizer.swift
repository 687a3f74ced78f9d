/// Turns ids into text as they come. What it answers, put together, is what `Tokenizer.decode` says
/// of all the ids; no answer ends inside a character.
///
/// A run of byte tokens (`<0xHH>`) is held back until it ends, because `tokenizers` judges it as a
/// whole; past `heldBytesMax` its whole characters are let go.
package struct Detokenizer: Sendable {
    /// Bytes that a run of byte tokens may hold back.
    package static let heldBytesMax = 64

    private let tokenizer: Tokenizer
    private let skipSpecial: Bool
    private var pipeline: DecoderPipeline

    init(_ tokenizer: Tokenizer, skipSpecial: Bool, heldBytesMax: Int = Self.heldBytesMax) {
        self.tokenizer = tokenizer
        self.skipSpecial = skipSpecial
        pipeline = DecoderPipeline(tokenizer.definition.decoders, heldBytesMax: heldBytesMax)
    }

    /// Takes one id and answers the text that is certain now. Ids that no token has are passed over.
    package mutating func append(_ id: Int32) -> String {
        push(id)
        return String(decoding: pipeline.take(), as: UTF8.self)
    }

    /// Answers what was still held back.
    package mutating func finish() -> String {
        pipeline.finish()
        return String(decoding: pipeline.take(), as: UTF8.self)
    }

    mutating func push(_ id: Int32) {
        if skipSpecial, tokenizer.isSpecial(id) { return }
        guard let token = tokenizer.definition.token(id) else { return }
        pipeline.push(Array(token))
    }
}
