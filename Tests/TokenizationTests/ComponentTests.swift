import JSON
import Testing
import Tokenization

/// Single components, compared with the `tokenizers` package (`Fixtures/components.py`).
@Suite struct ComponentTests {
    static func rows() throws -> [JSONValue] {
        try #require(try Fixtures.json("components.json").arrayValue)
    }

    static func tokenizer(_ row: JSONValue) throws -> Tokenizer {
        var file = JSONObject()
        if let base = row["base"]?.stringValue {
            file = try #require(try Fixtures.json("\(base)/tokenizer.json").objectValue)
        }
        for (key, value) in try #require(row["members"]?.objectValue) {
            if key == "model", var model = file["model"]?.objectValue {
                for (name, setting) in value.objectValue ?? [:] { model[name] = setting }
                file[key] = .object(model)
            } else {
                file[key] = value
            }
        }
        return try Tokenizer(json: .object(file))
    }

    @Test("every component does what it does in the tokenizers package")
    func components() throws {
        let rows = try Self.rows()
        #expect(rows.count == 79)
        for row in rows {
            let name = row["name"]?.stringValue ?? ""
            let tokenizer = try Self.tokenizer(row)
            for item in row["cases"]?.arrayValue ?? [] {
                let ids = item.ids("ids")
                if let text = item["text"]?.stringValue {
                    #expect(tokenizer.encode(text, special: false) == ids, "\(name)")
                    let special = item["special"] == nil ? ids : item.ids("special")
                    #expect(tokenizer.encode(text, special: true) == special, "\(name)")
                }
                let text = item["decoded"]?.stringValue
                #expect(same(tokenizer.decode(ids, skipSpecial: false), text), "\(name): \(ids)")
                let skipped = item["skipped"]?.stringValue ?? text
                #expect(same(tokenizer.decode(ids, skipSpecial: true), skipped), "\(name): \(ids)")
                var detokenizer = tokenizer.detokenizer(skipSpecial: false)
                let streamed = ids.map { detokenizer.append($0) }.joined() + detokenizer.finish()
                #expect(same(streamed, text), "\(name): \(ids)")
            }
        }
    }

    @Test("many threads encode with one tokenizer and agree")
    func threads() async throws {
        let tokenizer = try Fixtures.tokenizer("llama3")
        let texts = try Fixtures.rows("llama3", "encode").compactMap { $0["text"]?.stringValue }
        let expected = texts.map { tokenizer.encode($0, special: true) }
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<12 {
                group.addTask { texts.map { tokenizer.encode($0, special: true) } == expected }
            }
            for await agrees in group { #expect(agrees) }
        }
    }

    @Test("the configuration adds BOS and EOS where no template does, and later tokens")
    func configuration() throws {
        var file = try #require(try Fixtures.json("gpt2/tokenizer.json").objectValue)
        let configuration: JSONValue = [
            "add_bos_token": true, "add_eos_token": true, "bos_token": ["content": "<mask>"],
            "eos_token": "<late>",
            "added_tokens_decoder": ["600": ["content": "<late>", "special": true]],
        ]
        var tokenizer = try Tokenizer(json: .object(file), configuration: configuration)
        #expect(tokenizer.bos == 596 && tokenizer.eos == 600)
        #expect(tokenizer.vocabularySize == 601)
        let plain = tokenizer.encode("a<late>", special: false)
        #expect(plain.last == 600)
        #expect(tokenizer.encode("a<late>", special: true) == [596] + plain + [600])
        file["post_processor"] = [
            "type": "TemplateProcessing", "single": [["Sequence": ["id": "A"]]],
            "special_tokens": [:],
        ]
        tokenizer = try Tokenizer(json: .object(file), configuration: configuration)
        #expect(tokenizer.encode("a", special: true) == tokenizer.encode("a", special: false))
    }

    @Test("tokens that are canonically equal are different tokens")
    func canonicalTwins() throws {
        let composed = "\u{E9}"
        let decomposed = "e\u{301}"
        let file = HostileTests.file(
            model: [
                "vocab": [composed: 0, "e": 1, "\u{301}": 2, decomposed: 3, ";": 4, "\u{37E}": 5],
                "merges": [["e", "\u{301}"]],
            ],
            [
                "added_tokens": [
                    ["id": 6, "content": .string("<" + composed + ">")],
                    ["id": 7, "content": .string("<" + decomposed + ">")],
                ]
            ])
        let tokenizer = try Tokenizer(json: file)
        let text = "<\(decomposed)>\(composed)\(decomposed);\u{37E}<\(composed)>"
        let ids: [Int32] = [7, 0, 3, 4, 5, 6]
        #expect(tokenizer.encode(text, special: false) == ids)
        #expect(tokenizer.id(of: decomposed) == 3 && tokenizer.id(of: "<" + composed + ">") == 6)
        var detokenizer = tokenizer.detokenizer(skipSpecial: false)
        #expect(same(detokenizer.append(3), decomposed))
    }

    @Test("a run of byte tokens is held back to its end, but not without bound")
    func heldBytes() throws {
        let tokenizer = try Fixtures.tokenizer("spm_metaspace")
        func byte(_ token: String) throws -> Int32 { try #require(tokenizer.id(of: token)) }
        let character = try [byte("<0xE4>"), byte("<0xB8>"), byte("<0xAD>")]
        var detokenizer = tokenizer.detokenizer(skipSpecial: false)
        #expect(character.map { detokenizer.append($0) }.joined() == "")
        #expect(detokenizer.append(try byte("a")) == "中a")
        var longest = 0
        var text = ""
        for index in 0..<3000 {
            let part = detokenizer.append(character[index % 3])
            text += part
            longest = max(longest, index + 1 - text.utf8.count)
        }
        #expect(longest <= Detokenizer.heldBytesMax + 4)
        #expect(text + detokenizer.finish() == String(repeating: "中", count: 1000))
        // Bytes that cannot become a character are passed on as well.
        text = ""
        for _ in 0..<1000 { text += detokenizer.append(try byte("<0xFF>")) }
        #expect(text.unicodeScalars.count >= 900)
        text += detokenizer.finish()
        #expect(text == String(repeating: "\u{FFFD}", count: 1000))
    }
}
