import API
import APITestSupport
import TestSupport
import Testing

@Suite struct TextAssemblerTests {
    /// Plays tokens made of these texts; returns the output of each and of the end.
    private func play(
        _ texts: [String], stops: [String], includeStop: Bool = false, tokensMin: Int = 0
    ) -> (pieces: [String], assembler: TextAssembler) {
        let codec = TinyCodec(texts)
        var assembler = TextAssembler(
            codec.makeDetokenizer(skipSpecial: true), stops: stops, includeStop: includeStop,
            tokensMin: tokensMin)
        var pieces: [String] = []
        for index in texts.indices where !assembler.isStopped {
            pieces.append(assembler.append(Int32(258 + index)))
        }
        pieces.append(assembler.finish())
        return (pieces, assembler)
    }

    /// Every way to cut a text into tokens.
    private func splits(_ text: String) -> [[String]] {
        let bytes = Array(text.utf8)
        return (0..<(1 << (bytes.count - 1))).map { mask in
            var parts: [[UInt8]] = [[]]
            for (index, byte) in bytes.enumerated() {
                parts[parts.count - 1].append(byte)
                if index < bytes.count - 1, mask >> index & 1 == 1 { parts.append([]) }
            }
            return parts.map { String(decoding: $0, as: UTF8.self) }
        }
    }

    @Test(
        "a stop string cuts at the same place however tokens split the text",
        arguments: [
            ("say STOP now", ["STOP"], "say "),
            ("aaab and on", ["aab"], "a"),
            ("ababac", ["abac"], "ab"),
            ("abcdef", ["bcdx", "cd"], "ab"),
            ("xabcd", ["abcd", "bc"], "xa"),
            ("xabcd", ["bcd", "abcd"], "x"),
            ("no match!", ["nomatch", "!!"], "no match!"),
            ("ends in ST", ["STOP"], "ends in ST"),
            ("STOP first", ["STOP"], ""),
        ])
    func cutsAlike(text: String, stops: [String], expected: String) {
        for texts in splits(text) {
            let (pieces, assembler) = play(texts, stops: stops)
            #expect(pieces.joined() == expected, "\(texts)")
            #expect(assembler.isStopped == (expected != text), "\(texts)")
            #expect(assembler.givenBytes == expected.utf8.count)
        }
    }

    @Test("text that may begin a stop string is held back, and given out once it cannot")
    func holdsBack() {
        let (pieces, _) = play(["on S", "T", "A", "ND"], stops: ["STOP"])
        #expect(pieces == ["on ", "", "STA", "ND", ""])
    }

    @Test("the stop string stays in the text when asked for")
    func includes() {
        let (pieces, assembler) = play(["a ST", "OP b"], stops: ["STOP"], includeStop: true)
        #expect(pieces == ["a ", "STOP", ""])
        #expect(assembler.tokenCount == 2)
    }

    @Test("stop strings are not looked at before the least number of tokens")
    func respectsMinimum() {
        let (pieces, assembler) = play(["STOP", "x", "STOP"], stops: ["STOP"], tokensMin: 3)
        #expect(pieces.joined() == "STOPx")
        #expect(assembler.tokenCount == 3)
        #expect(assembler.isStopped)
    }

    @Test("characters of several tokens come out whole, stop strings among them too")
    func wholeCharacters() {
        let codec = TinyCodec()
        for stops in [[], ["é"], ["zz"]] {
            var assembler = TextAssembler(codec.makeDetokenizer(skipSpecial: true), stops: stops)
            var pieces: [String] = []
            for byte in "aé€😀".utf8 where !assembler.isStopped {
                pieces.append(assembler.append(Int32(byte)))
            }
            pieces.append(assembler.finish())
            #expect(pieces.joined() == (stops == ["é"] ? "a" : "aé€😀"))
            #expect(pieces.allSatisfy { !$0.contains("\u{FFFD}") })
            #expect(assembler.scalarCount == (stops == ["é"] ? 2 : 4))
        }
    }

    @Test("bytes that never become a character end as a replacement")
    func brokenEnd() {
        let codec = TinyCodec()
        var assembler = TextAssembler(codec.makeDetokenizer(skipSpecial: true), stops: ["q"])
        #expect(assembler.append(0xE2) == "")
        #expect(assembler.finish() == "\u{FFFD}")
    }

    /// Compared with the definition: the match that ends first, and of those the longest.
    @Test("random texts are cut where the definition says", arguments: 0..<100)
    func randomTexts(seed: UInt64) {
        var generator = SplitMix(seed: seed)
        func word(_ lengthMax: Int) -> String {
            let length = 1 + Int(generator.next() % UInt64(lengthMax))
            return String((0..<length).map { _ in generator.next() % 2 == 0 ? "a" : "b" })
        }
        let text = Array(word(30).utf8)
        let stops = (0..<3).map { _ in word(5) }
        var expected = text.count
        search: for end in 1...text.count {
            let matches = stops.filter { text[..<end].reversed().starts(with: $0.utf8.reversed()) }
            if let longest = matches.map(\.utf8.count).max() {
                expected = end - longest
                break search
            }
        }
        var texts: [String] = []
        var rest = text[...]
        while !rest.isEmpty {
            let count = 1 + Int(generator.next() % 4)
            texts.append(String(decoding: rest.prefix(count), as: UTF8.self))
            rest = rest.dropFirst(count)
        }
        let (pieces, _) = play(texts, stops: stops)
        #expect(pieces.joined() == String(decoding: text[..<expected], as: UTF8.self))
    }
}
