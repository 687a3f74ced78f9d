import JSON
import Testing
import Tokenization

/// Small tokenizers; the expected results are those of the `tokenizers` package (0.23.3).
@Suite struct OriginTests {
    private static let tokens = [
        "<unk>", "▁", "a", "b", "c", "1", "⁄", "0", "f", "i", "é", "e", "x", "~", "!", "²", "+",
    ]

    /// A tokenizer of single characters.
    private func tokenizer(
        _ members: JSONObject, fallback: Bool = false
    ) throws -> Tokenizer {
        var vocabulary = JSONObject(
            Self.tokens.enumerated().map { ($1, .integer(Int64($0))) })
        for byte in 0..<256 where fallback {
            let digits = String(byte, radix: 16, uppercase: true)
            vocabulary["<0x\(byte < 16 ? "0" : "")\(digits)>"] = .integer(Int64(100 + byte))
        }
        var file = members
        file["model"] = [
            "type": "BPE", "unk_token": "<unk>", "byte_fallback": .bool(fallback),
            "vocab": .object(vocabulary), "merges": [],
        ]
        return try Tokenizer(json: .object(file))
    }

    private static let metaspace: JSONValue = [
        "type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": false,
    ]

    private static func strip(_ left: Bool, _ right: Bool) -> JSONValue {
        ["type": "Strip", "strip_left": .bool(left), "strip_right": .bool(right)]
    }

    private static func replace(
        _ pattern: String, _ content: String, kind: String = "String"
    ) -> JSONValue {
        [
            "type": "Replace", "pattern": [kind: .string(pattern)], "content": .string(content),
        ]
    }

    private static func sequence(_ parts: JSONValue...) -> JSONValue {
        ["type": "Sequence", "normalizers": .array(parts)]
    }

    /// A normalizer, a text, and the ids after Metaspace with the scheme `first`.
    private static let beginnings: [(JSONValue, String, [Int32])] = [
        (.null, "ab", [1, 2, 3]),
        (strip(true, true), " ab ", [2, 3]),
        (strip(false, true), " ab ", [1, 2, 3]),
        (strip(true, true), "ab ", [1, 2, 3]),
        (replace("a", ""), "ab", [3]),
        (replace("a", ""), "ba", [1, 3]),
        (replace("aa", "c"), "aab", [4, 3]),
        (replace("a", "cc"), "ab", [1, 4, 4, 3]),
        (replace("^a+", "c", kind: "Regex"), "aab", [4, 3]),
        (replace("^a", "c", kind: "Regex"), "ab", [1, 4, 3]),
        (["type": "StripAccents"], "\u{301}ab", [2, 3]),
        (["type": "Nmt"], "\u{1}ab", [2, 3]),
        (["type": "Prepend", "prepend": "x"], "ab", [1, 12, 2, 3]),
        (sequence(replace("a", ""), ["type": "Prepend", "prepend": "x"]), "ab", [12, 3]),
        (["type": "NFKC"], "⅒a", [1, 5, 6, 5, 7, 2]),
        (["type": "NFC"], "e\u{301}a", [1, 10, 2]),
        (sequence(["type": "NFD"], ["type": "StripAccents"]), "éa", [1, 11, 2]),
    ]

    @Test("a text that lost its first character has lost its beginning")
    func beginning() throws {
        for (normalizer, text, ids) in Self.beginnings {
            let tokenizer = try tokenizer([
                "normalizer": normalizer, "pre_tokenizer": Self.metaspace,
            ])
            #expect(tokenizer.encode(text, special: false) == ids, "\(normalizer) \(text)")
        }
    }

    @Test("all that became of a text's first character is its beginning")
    func pieces() throws {
        let cases: [(JSONValue, String, [Int32])] = [
            (.null, "ab", [1, 2, 3]),
            (["type": "NFKC"], "⅒a", [1, 5, 1, 6, 1, 5, 1, 7, 2]),
            (["type": "NFKC"], "ﬁa", [1, 8, 1, 9, 2]),
            (Self.replace("a", "cc"), "ab", [1, 4, 1, 4, 3]),
            (Self.replace("a", ""), "ab", [3]),
        ]
        let characters: JSONValue = [
            "type": "Split", "pattern": ["Regex": "."], "behavior": "Isolated",
        ]
        for (normalizer, text, ids) in cases {
            let tokenizer = try tokenizer([
                "normalizer": normalizer,
                "pre_tokenizer": [
                    "type": "Sequence", "pretokenizers": [characters, Self.metaspace],
                ],
            ])
            #expect(tokenizer.encode(text, special: false) == ids, "\(normalizer) \(text)")
        }
    }

    @Test(
        "classes and properties have Oniguruma's members",
        arguments: [
            ("[[:punct:]]", [2, 5, 15, 0, 10, 0, 12]),
            ("[[:space:]]", [2, 16, 14, 5, 15, 13, 0, 10, 12, 0]),
            ("[[:graph:]]", [0]),
            ("[[:^alpha:]]", [2, 10, 12]),
            ("\\w", [16, 14, 13, 0, 0, 0]),
            ("\\W", [2, 5, 15, 10, 12]),
            ("\\b.", [14, 15, 0]),
            ("[\\w]", [16, 14, 15, 13, 0, 0, 0]),
            ("\\p{Letter}", [16, 14, 5, 15, 13, 0, 0, 0]),
            ("\\p{^Lowercase_Letter}", [2, 10, 12]),
            ("[\\p{Alpha}+]", [14, 5, 15, 13, 0, 0, 0]),
            ("\\p{Han}", [2, 16, 14, 5, 15, 13, 0, 10, 0, 12, 0]),
            ("[[:upper:][:digit:]]", [2, 16, 14, 15, 13, 0, 10, 0, 12, 0]),
        ] as [(String, [Int32])])
    func classes(pattern: String, ids: [Int32]) throws {
        let tokenizer = try tokenizer([
            "pre_tokenizer": [
                "type": "Split", "pattern": ["Regex": .string(pattern)], "behavior": "Removed",
            ]
        ])
        #expect(tokenizer.encode("a+!1²~\u{180E}é x\u{3013}", special: false) == ids)
    }

    @Test("punctuation is what it was in Unicode 8")
    func punctuation() throws {
        let tokenizer = try tokenizer([
            "pre_tokenizer": ["type": "Punctuation", "behavior": "Removed"]
        ])
        #expect(tokenizer.encode("a\u{61D}b!c\u{1B7E}", special: false) == [2, 0, 3, 4, 0])
    }

    @Test("bytes without a token of their alphabet fall back to byte tokens")
    func fallback() throws {
        let level: JSONObject = [
            "pre_tokenizer": ["type": "ByteLevel", "add_prefix_space": false, "use_regex": false]
        ]
        let text = "ab z~é"
        #expect(
            try tokenizer(level, fallback: true).encode(text, special: false)
                == [2, 3, 296, 260, 222, 13, 295, 231, 294, 269])
        #expect(
            try tokenizer(level).encode(text, special: false) == [2, 3, 0, 0, 13, 0, 0])
    }

    @Test("a normalized added token decodes to its normalized form")
    func normalizedToken() throws {
        let tokenizer = try tokenizer([
            "normalizer": Self.sequence(
                ["type": "Prepend", "prepend": "▁"], Self.replace(" ", "▁")),
            "added_tokens": [
                ["id": 17, "content": "b c", "normalized": true],
                ["id": 18, "content": "X", "normalized": false, "special": true],
            ],
            "decoder": ["type": "Fuse"],
        ])
        #expect(tokenizer.encode("b c a", special: false) == [17, 1, 2])
        #expect(tokenizer.decode([17, 2, 18], skipSpecial: false) == "▁b▁caX")
    }

    @Test("of tokens that a unigram vocabulary repeats the last counts")
    func repeated() throws {
        let tokenizer = try Tokenizer(json: [
            "added_tokens": [["id": 4, "content": "<s>", "special": true, "normalized": false]],
            "model": [
                "type": "Unigram", "unk_id": 0,
                "vocab": [
                    ["<unk>", 0], ["<s>", 0], ["a", -1], ["b", -2], ["<s>", -9], ["a", -1.5],
                    ["ab", -3.6],
                ],
            ],
            "decoder": ["type": "Fuse"],
        ])
        #expect(tokenizer.encode("ab<s>a", special: false) == [5, 3, 4, 5])
        #expect(tokenizer.decode([1, 2, 4, 5, 3], skipSpecial: true) == "aab")
        #expect(tokenizer.decode([1, 2, 4, 5, 3], skipSpecial: false) == "<s>a<s>ab")
    }
}
