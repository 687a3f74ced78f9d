import API
import APITestSupport
import Testing

/// Bytes as tokens. A space at the start of a text is left out, and digits are held back until
/// something else comes, as runs of byte tokens are.
private struct HoldingCodec: TextCodec {
    let vocabularySize = 256

    func encode(_ text: String, special: Bool, parseSpecial: Bool) -> [Int32] {
        text.utf8.map { Int32($0) }
    }
    func decode(_ ids: [Int32], skipSpecial: Bool) -> String { "" }
    func bytes(of id: Int32) -> [UInt8] { [UInt8(id)] }
    func makeDetokenizer(skipSpecial: Bool) -> any TextDetokenizer { Holding() }

    struct Holding: TextDetokenizer {
        var isFirst = true
        var held = ""

        mutating func append(_ id: Int32) -> String {
            let character = Character(Unicode.Scalar(UInt8(id)))
            defer { isFirst = false }
            if isFirst, character == " " { return "" }
            held.append(character)
            return character.isNumber ? "" : finish()
        }

        mutating func finish() -> String {
            defer { held = "" }
            return held
        }
    }
}

@Suite struct ContinuingDetokenizerTests {
    private func answer(_ prompt: String, _ text: String) -> [String] {
        let codec = HoldingCodec()
        var detokenizer = ContinuingDetokenizer(
            codec, after: codec.encode(prompt, special: false), skipSpecial: true)
        return codec.encode(text, special: false).map { detokenizer.append($0) }
            + [detokenizer.finish()]
    }

    @Test("a space that begins the answer stays, since it does not begin the text")
    func space() {
        #expect(answer("Hello", " you").joined() == " you")
        #expect(answer("A long prompt, longer than its tail", " x").joined() == " x")
    }

    @Test("text of the prompt that was held back does not come out with the answer")
    func heldText() {
        #expect(answer("in 12", "3.").joined() == "3.")
        #expect(answer("in 12", ".").joined() == ".")
        #expect(answer("in 12", "3").joined() == "3")
        #expect(answer("in 12", "") == [""])
    }

    @Test("a character that the prompt began comes out whole")
    func begunCharacter() {
        let codec = TinyCodec()
        var detokenizer = ContinuingDetokenizer(codec, after: [97, 0xC3], skipSpecial: true)
        #expect(detokenizer.append(0xA9) == "é")
        #expect(detokenizer.append(98) == "b")
    }
}
