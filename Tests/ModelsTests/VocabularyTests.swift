import JSON
import Models
import Testing

/// The vocabulary of a GGUF file as packs hold it.
@Suite struct VocabularyTests {
    @Test(
        "a token's type may be any number",
        arguments: ["3", "-1", "4294967296", "9223372036854775807", "1e300", "0.5", "null"])
    func types(type: String) throws {
        let text = """
            {"model": "gpt2", "tokens": ["a", "b"], "types": [1, \(type)], "merges": []}
            """
        let files = ModelFiles(texts: [ModelFiles.vocabularyName: Array(text.utf8)])
        #expect(try files.tokenizer(in: "a.switchyard") != nil)
    }
}
