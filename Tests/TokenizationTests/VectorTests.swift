import JSON
import Testing
import Tokenization

/// The vectors of the `tokenizers` package, for one tokenizer of each family.
@Suite struct VectorTests {
    static let names = [
        "gpt2", "llama3", "qwen2", "deepseek_v2", "deepseek_v3", "spm_metaspace", "spm_legacy",
    ]

    @Test("ids are those of the tokenizers package", arguments: names)
    func encode(name: String) throws {
        let tokenizer = try Fixtures.tokenizer(name)
        for row in try Fixtures.rows(name, "encode") {
            let text = try #require(row["text"]?.stringValue)
            #expect(
                tokenizer.encode(text, special: false) == row.ids("ids"), "\(text.debugDescription)"
            )
            #expect(
                tokenizer.encode(text, special: true) == row.ids("ids_with_special"),
                "\(text.debugDescription)")
        }
    }

    @Test("text is that of the tokenizers package, ids that make no UTF-8 too", arguments: names)
    func decode(name: String) throws {
        let tokenizer = try Fixtures.tokenizer(name)
        for kind in ["encode", "decode_only"] {
            for row in try Fixtures.rows(name, kind) {
                let ids = row.ids("ids")
                #expect(
                    same(tokenizer.decode(ids, skipSpecial: false), row["decoded"]?.stringValue),
                    "\(ids)")
                #expect(
                    same(
                        tokenizer.decode(ids, skipSpecial: true),
                        row["decoded_skip_special"]?.stringValue), "\(ids)")
            }
        }
    }

    @Test("ids fed one by one give the same text in whole characters", arguments: names)
    func stream(name: String) throws {
        let tokenizer = try Fixtures.tokenizer(name)
        for kind in ["encode", "decode_only"] {
            for row in try Fixtures.rows(name, kind) {
                for skipSpecial in [false, true] {
                    let ids = row.ids("ids")
                    var detokenizer = tokenizer.detokenizer(skipSpecial: skipSpecial)
                    var text = ids.map { detokenizer.append($0) }.joined()
                    text += detokenizer.finish()
                    #expect(same(text, tokenizer.decode(ids, skipSpecial: skipSpecial)), "\(ids)")
                }
            }
        }
    }
}
