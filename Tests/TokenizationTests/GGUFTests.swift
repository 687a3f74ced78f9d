import Checkpoints
import Glibc
import JSON
import TestSupport
import Testing
import Tokenization

/// Vocabularies from GGUF metadata.
@Suite struct GGUFTests {
    /// The tokenizer keys of a GGUF file.
    static func vocabulary(_ path: String) throws -> GGUFVocabulary {
        let metadata = try GGUFFile(path: path).metadata
        func value(_ key: String) -> GGUFValue? { metadata["tokenizer.ggml." + key] }
        func id(_ key: String) -> Int32? {
            value(key)?.integerValue.flatMap { Int32(exactly: $0) }
        }
        return GGUFVocabulary(
            model: try #require(value("model")?.stringValue),
            pre: value("pre")?.stringValue ?? "default",
            tokens: try #require(value("tokens")?.arrayValue?.strings),
            types: (value("token_type")?.arrayValue?.integers ?? []).map { Int32(clamping: $0) },
            scores: value("scores")?.arrayValue?.floats ?? [],
            merges: value("merges")?.arrayValue?.strings ?? [],
            bos: id("bos_token_id"), eos: id("eos_token_id"), unknown: id("unknown_token_id"),
            eot: id("eot_token_id"), addBOS: value("add_bos_token")?.boolValue,
            addEOS: value("add_eos_token")?.boolValue,
            addSpacePrefix: value("add_space_prefix")?.boolValue)
    }

    static let smolLM2 = Repository.root + "/models/smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
    static let hasSmolLM2 = unsafe access(smolLM2, R_OK) == 0

    @Test("SmolLM2's ids and text are llama.cpp's", .enabled(if: hasSmolLM2))
    func smolLM2Vectors() throws {
        let tokenizer = try Tokenizer(gguf: try Self.vocabulary(Self.smolLM2))
        #expect(tokenizer.vocabularySize == 49152)
        #expect(tokenizer.bos == 1 && tokenizer.eos == 2)
        for row in try Fixtures.rows("smollm2", "encode") {
            let text = try #require(row["text"]?.stringValue)
            let ids = row.ids("ids")
            #expect(tokenizer.encode(text, special: true) == ids, "\(text.debugDescription)")
            #expect(same(tokenizer.decode(ids, skipSpecial: false), row["decoded"]?.stringValue))
            var detokenizer = tokenizer.detokenizer(skipSpecial: false)
            let streamed = ids.map { detokenizer.append($0) }.joined() + detokenizer.finish()
            #expect(same(streamed, row["decoded"]?.stringValue))
        }
        for token in try Fixtures.rows("smollm2", "special") {
            let id = try #require(token["id"]?.integerValue.flatMap { Int32(exactly: $0) })
            #expect(tokenizer.id(of: token["text"]?.stringValue ?? "") == id)
            #expect(tokenizer.isSpecial(id))
        }
    }

    /// The vocabulary of a fixture's `tokenizer.json` in the form of a GGUF file.
    static func converted(_ name: String, pre: String) throws -> GGUFVocabulary {
        let file = try Fixtures.json("\(name)/tokenizer.json")
        var tokens: [String] = []
        var types: [Int32] = []
        func put(_ token: String, _ id: Int, _ type: Int32) {
            while tokens.count <= id {
                tokens.append("")
                types.append(5)
            }
            tokens[id] = token
            types[id] = type
        }
        for (token, id) in try #require(file["model"]?["vocab"]?.objectValue) {
            put(token, try #require(id.integerValue), 1)
        }
        for token in try #require(file["added_tokens"]?.arrayValue) {
            put(
                try #require(token["content"]?.stringValue),
                try #require(token["id"]?.integerValue),
                token["special"]?.boolValue == true ? 3 : 4)
        }
        let merges = try #require(file["model"]?["merges"]?.arrayValue).map { pair in
            (pair.arrayValue ?? []).compactMap(\.stringValue).joined(separator: " ")
        }
        return GGUFVocabulary(
            model: "gpt2", pre: pre, tokens: tokens, types: types, merges: merges)
    }

    @Test(
        "the patterns that GGUF files name cut as the model's own tokenizer.json",
        arguments: [
            ("llama3", "llama-bpe"), ("qwen2", "qwen2"), ("deepseek_v2", "deepseek-llm"),
            ("deepseek_v3", "deepseek-v3"),
        ])
    func namedPatterns(name: String, pre: String) throws {
        let tokenizer = try Tokenizer(gguf: try Self.converted(name, pre: pre))
        for row in try Fixtures.rows(name, "encode") {
            let text = try #require(row["text"]?.stringValue)
            #expect(
                tokenizer.encode(text, special: false) == row.ids("ids"), "\(text.debugDescription)"
            )
        }
    }

    @Test(
        "every known name of a pre-tokenizer compiles and keeps all of a text",
        arguments: [
            "default", "gpt-2", "smollm", "starcoder", "refact", "command-r", "llama-bpe",
            "falcon3",
            "dbrx", "smaug-bpe", "glm4", "chatglm-bpe", "qwen2", "deepseek-r1-qwen", "stablelm2",
            "hunyuan", "qwen35", "deepseek-llm", "deepseek-coder", "deepseek-v3", "falcon", "mpt",
            "olmo", "bloom", "viking", "tekken", "gpt-4o", "llama4", "bailingmoe", "seed-coder",
            "superbpe", "exaone", "trillion",
        ])
    func everyName(pre: String) throws {
        let tokenizer = try Tokenizer(gguf: try Self.converted("gpt2", pre: pre))
        let text = "Don't SHOUT: 1234567 Größe, 中文 한국어 😀!\n\n\t x=y;  \r\n"
        #expect(
            tokenizer.decode(tokenizer.encode(text, special: false), skipSpecial: false) == text)
    }

    /// A SentencePiece vocabulary: control tokens, bytes, then pieces with their scores.
    static func pieces(_ extra: [(String, Float)], addSpacePrefix: Bool? = nil) -> GGUFVocabulary {
        var tokens = ["<unk>", "<s>", "</s>"]
        var types: [Int32] = [2, 3, 3]
        var scores: [Float] = [0, 0, 0]
        for byte in 0..<256 {
            let digits = String(byte, radix: 16, uppercase: true)
            tokens.append("<0x\(byte < 16 ? "0" : "")\(digits)>")
            types.append(6)
            scores.append(0)
        }
        for (token, score) in extra {
            tokens.append(token)
            types.append(1)
            scores.append(score)
        }
        return GGUFVocabulary(
            model: "llama", tokens: tokens, types: types, scores: scores, bos: 1, eos: 2,
            unknown: 0,
            addSpacePrefix: addSpacePrefix)
    }

    @Test("scores drive the merges: the highest first, of equals the leftmost")
    func scores() throws {
        let tokenizer = try Tokenizer(
            gguf: Self.pieces([
                ("▁", -10), ("a", -11), ("b", -12), ("ab", -1), ("ba", -1), ("aba", -3), ("▁a", -2),
            ]))
        // From `▁aba`: ab is merged before ba, since it is further left; then only aba joins ab and
        // a.
        #expect(tokenizer.encode("aba", special: true) == [1, 259, 264])
        #expect(tokenizer.encode("ab", special: false) == [259, 262])
        #expect(tokenizer.encode("a</s>a", special: false) == [265, 2, 265])
        // A character without a token becomes its byte tokens.
        #expect(tokenizer.encode("é", special: false) == [259, 3 + 0xC3, 3 + 0xA9])
        #expect(tokenizer.decode([1, 259, 3 + 0xC3, 3 + 0xA9], skipSpecial: true) == "é")
        #expect(tokenizer.bytes(of: 265) == Array(" a".utf8))
        #expect(tokenizer.bytes(of: 3 + 0xC3) == [0xC3])
    }

    @Test("characters that only longer tokens hold merge all the same")
    func virtualCharacters() throws {
        let tokenizer = try Tokenizer(
            gguf: Self.pieces([("▁", -1), ("xy", -2), ("xyz", -3)], addSpacePrefix: false))
        #expect(tokenizer.encode("xyz", special: false) == [261])
        #expect(tokenizer.encode("zxy", special: false) == [3 + 0x7A, 260])
    }

    @Test("special tokens in a text are plain text on demand")
    func plainSpecials() throws {
        let tokenizer = try Fixtures.tokenizer("llama3")
        let text = "<|eot_id|>"
        #expect(tokenizer.encode(text, special: false).count == 1)
        let plain = tokenizer.encode(text, special: false, parseSpecial: false)
        #expect(plain.count > 1)
        #expect(tokenizer.decode(plain, skipSpecial: true) == text)
    }

    static let wrong: [(String, GGUFVocabulary, String)] = [
        ("a model of another kind", .init(model: "t5", tokens: ["a"]), "'t5'"),
        (
            "an unknown pre-tokenizer", .init(model: "gpt2", pre: "nobody", tokens: ["a"]),
            "'nobody'"
        ),
        (
            "types of another count", .init(model: "gpt2", tokens: ["a"], types: [1, 1]),
            "2 token types"
        ),
        ("scores of another count", .init(model: "llama", tokens: ["a"]), "0 scores"),
        ("two tokens of one spelling", .init(model: "gpt2", tokens: ["a", "a"]), "tokens[1]"),
        (
            "a merge of absent tokens", .init(model: "gpt2", tokens: ["a"], merges: ["a b"]),
            "merges[0]"
        ),
        ("a merge of nothing", .init(model: "gpt2", tokens: ["a"], merges: [""]), "merges[0]"),
        ("a BOS that is no token", .init(model: "gpt2", tokens: ["a"], bos: 5), "bos_token_id"),
        (
            "a BOS that is empty", .init(model: "gpt2", tokens: ["a", ""], bos: 1),
            "bos_token_id: id 1 is the token ''"
        ),
        (
            "an unknown token that is empty, where characters have ids of their own",
            .init(model: "llama", tokens: ["", "", "ab"], scores: [0, 0, 0], unknown: 1),
            "unknown_token_id: id 1 is the token ''"
        ),
        ("a negative EOS", .init(model: "gpt2", tokens: ["a"], eos: -1), "eos_token_id"),
    ]

    @Test("a wrong vocabulary is refused by the name of what is wrong", arguments: wrong.map(\.0))
    func refuse(name: String) throws {
        let (_, vocabulary, words) = try #require(Self.wrong.first { $0.0 == name })
        let error = try #require(throws: TokenizationError.self) {
            _ = try Tokenizer(gguf: vocabulary)
        }
        #expect(error.description.contains(words), "\(error)")
    }

    @Test("odd scores, types and empty tokens do no harm")
    func odd() throws {
        var vocabulary = Self.pieces([("▁", .nan), ("a", .infinity), ("", 0), ("aa", -.infinity)])
        vocabulary.types[0] = -5
        vocabulary.types[1] = .max
        let tokenizer = try Tokenizer(gguf: vocabulary)
        #expect(
            tokenizer.decode(tokenizer.encode("aaa", special: false), skipSpecial: false) == "aaa")
    }
}
