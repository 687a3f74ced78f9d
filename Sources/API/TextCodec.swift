/// Text to token ids and back, as front ends need it. The tokenizer is one; tests bring a tiny one.
package protocol TextCodec: Sendable {
    /// Ids run from 0 to below this.
    var vocabularySize: Int { get }
    /// `special` adds the tokens that the tokenizer puts around a text (beginning, end). Without
    /// `parseSpecial`, special tokens that are spelled in the text are plain text.
    func encode(_ text: String, special: Bool, parseSpecial: Bool) -> [Int32]
    /// Special tokens are left out of the text when `skipSpecial`.
    func decode(_ ids: [Int32], skipSpecial: Bool) -> String
    /// A token's bytes, which need not be whole characters.
    func bytes(of id: Int32) -> [UInt8]
    func makeDetokenizer(skipSpecial: Bool) -> any TextDetokenizer
}

extension TextCodec {
    package func encode(_ text: String, special: Bool) -> [Int32] {
        encode(text, special: special, parseSpecial: true)
    }
}
