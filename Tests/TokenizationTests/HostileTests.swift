import JSON
import Testing
import Tokenization

/// Files that are wrong, by accident or on purpose, and the errors about them.
@Suite struct HostileTests {
    /// A small byte-pair encoding of a, b and c, with members replaced.
    static func file(
        model: JSONObject = [:], _ members: JSONObject = [:]
    ) -> JSONValue {
        var all: JSONObject = [
            "type": "BPE", "vocab": ["a": 0, "b": 1, "ab": 2, "c": 3], "merges": ["a b"],
        ]
        for (key, value) in model { all[key] = value }
        var file: JSONObject = ["model": .object(all)]
        for (key, value) in members { file[key] = value }
        return .object(file)
    }

    static func split(_ pattern: String) -> JSONObject {
        [
            "pre_tokenizer": [
                "type": "Split", "pattern": ["Regex": .string(pattern)], "behavior": "Isolated",
                "invert": false,
            ]
        ]
    }

    /// What is wrong, the file, and words of the message.
    static let cases: [(String, JSONValue, [String])] = [
        ("no object", [1, 2], ["tokenizer.json"]),
        ("no model", [:], ["model", "missing"]),
        ("an unknown model", file(model: ["type": "WordPiece"]), ["WordPiece", "BPE"]),
        ("no vocabulary", file(model: ["vocab": .null]), ["model.vocab"]),
        ("an id that is no number", file(model: ["vocab": ["a": "x"]]), ["'a'", "no id"]),
        ("a negative id", file(model: ["vocab": ["a": -1]]), ["'a'", "-1"]),
        ("a huge id", file(model: ["vocab": ["a": 4_000_000_000]]), ["'a'", "4000000000"]),
        ("an id of Int64", file(model: ["vocab": ["a": .integer(.max)]]), ["'a'", "outside"]),
        ("two tokens of one id", file(model: ["vocab": ["a": 0, "b": 0]]), ["'b'", "two tokens"]),
        ("no merges", file(model: ["merges": .null]), ["model.merges"]),
        ("a merge of one", file(model: ["merges": ["ab"]]), ["merges[0]", "no pair"]),
        ("a merge of three", file(model: ["merges": [["a", "b", "c"]]]), ["merges[0]"]),
        ("a merge of numbers", file(model: ["merges": [1]]), ["merges[0]"]),
        ("a merge of absent tokens", file(model: ["merges": ["a z"]]), ["merges[0]", "'z'"]),
        (
            "a merge into an absent token", file(model: ["merges": ["a b", "a c"]]),
            ["merges[1]", "'ac'"]
        ),
        ("dropout", file(model: ["dropout": 0.1]), ["dropout"]),
        ("an absent unk_token", file(model: ["unk_token": "?"]), ["unk_token", "'?'"]),
        ("a flag that is none", file(model: ["byte_fallback": "yes"]), ["byte_fallback"]),
        (
            "an unknown pre-tokenizer", file(["pre_tokenizer": ["type": "UnicodeScripts"]]),
            ["UnicodeScripts"]
        ),
        ("a pre-tokenizer without type", file(["pre_tokenizer": [:]]), ["pre_tokenizer", "type"]),
        ("an unknown normalizer", file(["normalizer": ["type": "Precompiled"]]), ["Precompiled"]),
        ("an unknown decoder", file(["decoder": ["type": "WordPiece"]]), ["WordPiece"]),
        ("an unknown post-processor", file(["post_processor": ["type": "X"]]), ["'X'"]),
        (
            "an unknown behavior",
            file(["pre_tokenizer": ["type": "Punctuation", "behavior": "Odd"]]), ["Odd"]
        ),
        ("a pattern that is none", file(split("(")), ["pattern", "compile"]),
        ("a class without an end", file(split("[a")), ["class"]),
        ("a recursion", file(split("(?R)")), ["recursion"]),
        ("a catastrophic pattern", file(split("(a+)+$")), ["backtracks"]),
        ("another", file(split("(\\s|[ ])*x$")), ["backtracks"]),
        ("another, with words", file(split("(?:\\w*)*\\.z")), ["backtracks"]),
        (
            "a pattern of a megabyte", file(split(String(repeating: "a", count: 1 << 20))),
            ["bytes"]
        ),
        (
            "deep nesting", file(split(String(repeating: "[a", count: 100))), ["nested"]
        ),
        (
            "a template that names an absent token",
            file([
                "post_processor": [
                    "type": "TemplateProcessing",
                    "single": [
                        ["SpecialToken": ["id": "<s>"]], ["Sequence": ["id": "A"]],
                    ], "special_tokens": [:],
                ]
            ]), ["<s>"]
        ),
        (
            "a template without the text",
            file([
                "post_processor": [
                    "type": "TemplateProcessing", "single": [], "special_tokens": [:],
                ]
            ]),
            ["sequence A"]
        ),
        (
            "a processor's id that is no token",
            file([
                "post_processor": ["type": "BertProcessing", "cls": ["x", 77], "sep": ["a", 0]]
            ]), ["77"]
        ),
        (
            "an added token without id", file(["added_tokens": [["content": "x"]]]),
            ["added_tokens[0]"]
        ),
        (
            "an added token of a negative id",
            file(["added_tokens": [["content": "x", "id": -5]]]), ["-5"]
        ),
        (
            "an added token of a huge id",
            file(["added_tokens": [["content": "x", "id": 2_147_483_647]]]), ["2147483647"]
        ),
        (
            "an added token on another's id", file(["added_tokens": [["content": "x", "id": 1]]]),
            ["another token"]
        ),
        (
            "an added token of two ids", file(["added_tokens": [["content": "a", "id": 9]]]),
            ["id 9", "id 0"]
        ),
        (
            "an added token that is empty", file(["added_tokens": [["content": "", "id": 9]]]),
            ["content"]
        ),
        (
            "an added token of a megabyte",
            file([
                "added_tokens": [
                    ["content": .string(String(repeating: "x", count: 1 << 20)), "id": 9]
                ]
            ]),
            ["longer"]
        ),
        ("a unigram of no scores", ["model": ["type": "Unigram", "vocab": [["a"]]]], ["vocab[0]"]),
        (
            "a unigram whose unk is absent",
            ["model": ["type": "Unigram", "vocab": [["a", 0]], "unk_id": 7]], ["unk_id"]
        ),
        (
            "a strip of billions",
            file(["decoder": ["type": "Strip", "content": " ", "start": 4_000_000_000, "stop": 0]]),
            ["4096"]
        ),
        (
            "a normalizer that doubles and doubles", file(["normalizer": doubling("normalizers")]),
            ["normalizer", "4096 times"]
        ),
        (
            "a decoder that doubles and doubles", file(["decoder": doubling("decoders")]),
            ["decoder", "4096 times"]
        ),
        (
            "a text of 100 KB to replace",
            file([
                "normalizer": [
                    "type": "Replace", "content": "", "pattern": ["String": .string(long)],
                ]
            ]), ["normalizer", "'pattern' has 100000 bytes"]
        ),
        (
            "a delimiter of 100 KB",
            file(["pre_tokenizer": ["type": "CharDelimiterSplit", "delimiter": .string(long)]]),
            ["pre_tokenizer", "100000 bytes"]
        ),
        (
            "a prefix of 100 KB", file(model: ["continuing_subword_prefix": .string(long)]),
            ["continuing_subword_prefix", "100000 bytes"]
        ),
        (
            "a suffix of 100 KB",
            file(["decoder": ["type": "BPEDecoder", "suffix": .string(long)]]),
            ["decoder", "100000 bytes"]
        ),
        (
            "thousands of patterns in nested sequences",
            file([
                "pre_tokenizer": nested(
                    "pretokenizers", ["type": "Digits", "individual_digits": true])
            ]), ["pre_tokenizer", "more than 64"]
        ),
        (
            "thousands of normalizers in nested sequences",
            file(["normalizer": nested("normalizers", ["type": "NFC"])]),
            ["normalizer", "more than 64"]
        ),
        (
            "thousands of decoders in nested sequences",
            file(["decoder": nested("decoders", ["type": "Fuse"])]), ["decoder", "more than 64"]
        ),
        (
            "an alphabet of an alphabet of an alphabet",
            file([
                "pre_tokenizer": [
                    "type": "Sequence",
                    "pretokenizers": .array(
                        Array(
                            repeating: [
                                "type": "ByteLevel", "use_regex": false, "add_prefix_space": false,
                            ], count: 40)),
                ]
            ]), ["pre_tokenizer", "4096 times"]
        ),
    ]

    private static let long = String(repeating: "a", count: 100_000)

    /// 64 sequences of 64 steps each.
    private static func nested(_ key: String, _ step: JSONValue) -> JSONValue {
        func sequence(_ step: JSONValue) -> JSONValue {
            .object(
                JSONObject([
                    ("type", "Sequence"), (key, .array(Array(repeating: step, count: 64))),
                ]))
        }
        return sequence(sequence(step))
    }

    /// 40 steps, each of which makes two letters of one, so that a byte would become a terabyte.
    private static func doubling(_ key: String) -> JSONValue {
        let step: JSONValue = ["type": "Replace", "pattern": ["String": "a"], "content": "aa"]
        return .object(
            JSONObject([
                ("type", "Sequence"), (key, .array(Array(repeating: step, count: 40))),
            ]))
    }

    @Test("a wrong file is refused by the name of what is wrong", arguments: cases.map(\.0))
    func refuse(name: String) throws {
        let (_, file, words) = try #require(Self.cases.first { $0.0 == name })
        let error = try #require(throws: TokenizationError.self) { _ = try Tokenizer(json: file) }
        for word in words {
            #expect(error.description.contains(word), "\(error)")
        }
    }

    @Test("the small file itself is fine, in both spellings of merges")
    func accept() throws {
        for merges: JSONValue in [["a b"], [["a", "b"]]] {
            let tokenizer = try Tokenizer(json: Self.file(model: ["merges": merges]))
            #expect(tokenizer.encode("abcab?", special: true) == [2, 3, 2])
        }
    }

    @Test("a pattern that a text provokes gives up and leaves the rest whole")
    func provoke() throws {
        // A pattern that is harmless on every probe, but exponential on x and y.
        let tokenizer = try Tokenizer(
            json: Self.file(
                model: ["vocab": ["x": 0, "y": 1, "z": 2, "!": 3], "merges": []],
                Self.split("(?:(?:xy)+)+z")))
        let text = String(repeating: "xy", count: 4000) + "!z"
        #expect(tokenizer.encode(text, special: false).count == 8002)
    }

    /// With work that grows with the square these would take minutes.
    @Test(
        "100 KB of one letter, digit, space or line break are encoded", arguments: VectorTests.names
    )
    func longWords(name: String) throws {
        let tokenizer = try Fixtures.tokenizer(name)
        for unit in ["a", " ", "\n", "中", "  x"] {
            let text = String(repeating: unit, count: 100_000 / unit.utf8.count)
            let ids = tokenizer.encode(text, special: false)
            #expect(!ids.isEmpty)
            if name == "gpt2" { #expect(tokenizer.decode(ids, skipSpecial: false) == text) }
        }
    }

    /// If each space were followed by a scan of all spaces before it, this would take minutes.
    @Test("a space that takes the spaces before it along is found in a megabyte of them")
    func spaces() throws {
        let tokenizer = try Tokenizer(
            json: Self.file([
                "added_tokens": [["content": " ", "id": 9, "lstrip": true, "normalized": false]]
            ]))
        let text = String(repeating: " ", count: 1 << 20)
        #expect(tokenizer.encode(text, special: false).count == 1 << 20)
    }

    @Test("ids that no token has are passed over")
    func strangeIDs() throws {
        let tokenizer = try Fixtures.tokenizer("gpt2")
        #expect(tokenizer.decode([-1, .min, .max, 1 << 20], skipSpecial: false) == "")
        #expect(tokenizer.bytes(of: -7).isEmpty && tokenizer.bytes(of: .max).isEmpty)
        #expect(!tokenizer.isSpecial(-1))
    }
}
