/// Converts ids to text as they come. The texts it returns, joined, are what `Tokenizer.decode`
/// returns for all the ids. No text ends inside a character.
///
/// A run of byte tokens (`<0xHH>`) is held back until it ends, because `tokenizers` decodes it as a
/// whole. Beyond `heldBytesMax` its complete characters are returned.
package struct Detokenizer: Sendable {
    /// The most bytes that a run of byte tokens may hold back.
    package static let heldBytesMax = 64

    private let tokenizer: Tokenizer
    private let skipSpecial: Bool
    private var pipeline: DecoderPipeline

    init(_ tokenizer: Tokenizer, skipSpecial: Bool, heldBytesMax: Int = Self.heldBytesMax) {
        self.tokenizer = tokenizer
        self.skipSpecial = skipSpecial
        pipeline = DecoderPipeline(tokenizer.definition.decoders, heldBytesMax: heldBytesMax)
    }

    /// Takes one id and returns the text that is certain now. Ids without a token are ignored.
    package mutating func append(_ id: Int32) -> String {
        push(id)
        return String(decoding: pipeline.take(), as: UTF8.self)
    }

    /// Returns the text that was still held back.
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
