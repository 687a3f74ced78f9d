import JSON
import Testing

@Suite struct JSONParserTests {
    @Test(
        "values of every kind are read",
        arguments: [
            ("null", JSONValue.null), ("true", true), ("false", false), ("0", 0), ("-0", 0),
            ("-1", -1), ("9223372036854775807", .integer(.max)),
            ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .double(9_223_372_036_854_775_808)),
            ("-9223372036854775809", .double(-9_223_372_036_854_775_808)),
            ("123456789012345678901234567890", .double(1.2345678901234568e29)),
            ("1.0", 1.0), ("1e0", 1.0), ("-1.5E+3", -1500.0),
            ("5e-324", .double(.leastNonzeroMagnitude)),
            ("1e-999", 0.0), ("0.1", 0.1), ("0e5", 0.0), ("\"\"", ""), (" [ ] ", []),
            ("{ }", [:]), ("\t[1,\r\n[2 , {\"a\":null}]]", [1, [2, ["a": nil]]]),
        ] as [(String, JSONValue)])
    func value(text: String, expected: JSONValue) throws {
        #expect(try JSONParser.parse(text) == expected)
    }

    @Test(
        "escapes become characters",
        arguments: [
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
            (#""\u0041\u00e9\u00E9\u20AC""#, "A\u{E9}\u{E9}\u{20AC}"),
            (#""\ud83d\ude00""#, "\u{1F600}"), (#""a\uD800\uDC00b""#, "a\u{10000}b"),
            (#""\u0000""#, "\0"), (#""\uFFFF""#, "\u{FFFF}"), (#""日本\n語""#, "日本\n語"),
            ("\"\u{7F}\u{2028}\"", "\u{7F}\u{2028}"),
        ])
    func escapes(text: String, expected: String) throws {
        #expect(try JSONParser.parse(text) == .string(expected))
    }

    @Test(
        "what RFC 8259 does not allow is refused",
        arguments: [
            "", " ", "nul", "nulll", "True", "NaN", "Infinity", "-Infinity", "-", "+1", "01", "-01",
            "1.", ".5", "1e", "1e+", "0x1", "1_0", "1 2", "--1", "1.e3", "[1,]", "[,1]", "[1 2]",
            "[1", "]", "{", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{'a':1}", "{1:1}",
            "{\"a\" 1}", "{\"a\":1 \"b\":2}", "{\"a\":1}}", "\"", "\"\\\"", "\"\\x41\"",
            "\"\\u12\"",
            "\"\\u12G4\"", "\"\\u 123\"", "\"a\nb\"", "\"a\u{1}\"", "\"\\ud800\"", "\"\\udc00\"",
            "\"\\ud800\\u0041\"", "\"\\ud800\\ud800\"", "\"\\ud800x\"", "\"\\U0041\"", "// c\n1",
            "/* c */ 1", "\u{FEFF}1", "1\u{A0}", "1e400", "-1e400", "[1]x", "'a'", "\u{0}",
            "1\u{0}",
        ])
    func refused(text: String) {
        #expect(throws: JSONError.self) { try JSONParser.parse(text) }
    }

    @Test(
        "invalid UTF-8 is refused where it stands",
        arguments: [
            [0xFF], [0x80], [0xC0, 0x80], [0xC3], [0xE2, 0x82], [0xED, 0xA0, 0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xE2, 0x28, 0xA1],
        ] as [[UInt8]])
    func invalidUTF8(sequence: [UInt8]) {
        let prefix = Array("[\"ab".utf8)
        let error = #expect(throws: JSONError.self) {
            try JSONParser.parse(prefix + sequence + Array("\"]".utf8))
        }
        #expect(error?.offset == prefix.count)
        #expect(throws: JSONError.self) {
            try JSONParser.parse(Array(#"{"\n"#.utf8) + sequence + Array("\":1}".utf8))
        }
        #expect(throws: JSONError.self) { try JSONParser.parse(sequence) }
    }

    @Test("a text cut at any byte is refused, and says so at or before its end")
    func truncated() throws {
        let text = #" {"a":[1,-2.5e3,true,null,"x\u00e9\ud83d\ude00é"],"b":{"c":false,"d":{}}}"#
        let bytes = Array(text.utf8)
        #expect(try JSONParser.parse(bytes)["b"]?["c"] == false)
        for count in 0..<bytes.count {
            let error = #expect(throws: JSONError.self) {
                try JSONParser.parse(Array(bytes[..<count]))
            }
            #expect((error?.offset ?? .max) <= count)
        }
    }

    @Test("any byte in any place neither crashes nor yields a text that does not read back")
    func mutations() throws {
        let bytes = Array(#"{"a":[1,-2.5e3,true,"\u00e9\ud83d\ude00é"],"b":{}}"#.utf8)
        for position in bytes.indices {
            for byte in UInt8.min...UInt8.max {
                var mutated = bytes
                mutated[position] = byte
                guard let value = try? JSONParser.parse(mutated) else { continue }
                #expect(try JSONParser.parse(JSONWriter.bytes(value)) == value)
            }
        }
    }

    @Test("of a repeated key the last value wins, in the first one's place", arguments: [2, 40])
    func duplicates(count: Int) throws {
        let members = (0..<count).map { #""k\#($0)":\#($0)"# }.joined(separator: ",")
        let object = try JSONParser.parse(#"{\#(members),"k1":"last","k\u0031":"really"}"#)
        #expect(object.objectValue?.count == count)
        #expect(object["k1"] == "really")
        #expect(object.objectValue?.keys[1] == "k1")
    }

    @Test(
        "repeated keys can be refused, in any object and however they are spelt",
        arguments: [2, 40])
    func refusedDuplicates(count: Int) throws {
        let members = (0..<count).map { #""k\#($0)":\#($0)"# }.joined(separator: ",")
        let text = #"{"k0":{\#(members)}}"#
        let parsed = try JSONParser.parse(Array(text.utf8), refusesRepeatedKeys: true)
        #expect(parsed["k0"]?.objectValue?.count == count)
        let error = #expect(throws: JSONError.self) {
            let text = #"{"k0":{\#(members),"k\u0031":1}}"#
            return try JSONParser.parse(Array(text.utf8), refusesRepeatedKeys: true)
        }
        #expect(error?.message == "the key 'k1' occurs twice")
        #expect(error?.offset == #"{"k0":{\#(members),"#.utf8.count)
    }

    @Test("nesting up to the limit is read, beyond it refused without using up the stack")
    func depth() throws {
        let limits = JSONLimits(depthMax: .max)
        #expect(limits.depthMax == JSONLimits.depthCeiling)
        let deepest = JSONLimits.depthCeiling
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let inner = open == "[" ? "" : "1"
            let text =
                String(repeating: open, count: deepest) + inner
                + String(repeating: close, count: deepest)
            let value = try JSONParser.parse(text, limits: limits)
            #expect(JSONWriter.string(value) == text)
            #expect(throws: JSONError.self) { try JSONParser.parse(text) }
            #expect(throws: JSONError.self) {
                try JSONParser.parse(String(repeating: open, count: 1_000_000), limits: limits)
            }
        }
        #expect(throws: JSONError(offset: 2, message: "nested more than 2 levels deep")) {
            try JSONParser.parse("[[[]]]", limits: JSONLimits(depthMax: 2))
        }
    }

    @Test("texts and numbers beyond their limits are refused")
    func sizes() throws {
        #expect(throws: JSONError(offset: 3, message: "the text has 4 bytes, the limit is 3")) {
            try JSONParser.parse("1234", limits: JSONLimits(bytesMax: 3))
        }
        let digits = "0." + String(repeating: "1", count: JSONLimits.numberBytesMax)
        #expect(throws: JSONError.self) { try JSONParser.parse(digits) }
    }

    @Test(
        "errors say where and what",
        arguments: [
            ("[1, x]", 4, "expected a value, found 'x'"),
            ("{\"a\":1", 6, "expected ',' or '}' after a member, the text ends"),
            ("[1] \u{1}", 4, "expected the end of the text, found byte 0x1"),
            ("\"abc", 0, "the string has no closing quote"),
            ("[007]", 1, "a number must not start with 0"),
            ("{\"a\" 1}", 5, "expected ':' after a key, found '1'"),
        ])
    func messages(text: String, offset: Int, message: String) {
        let error = #expect(throws: JSONError.self) { try JSONParser.parse(text) }
        #expect(error == JSONError(offset: offset, message: message))
        #expect(error?.description == "JSON, byte \(offset): \(message)")
    }

    @Test("a raw buffer is read like an array")
    func rawBuffer() throws {
        let bytes = Array(#"{"a":[1,2]}"#.utf8)
        let value = try unsafe bytes.withUnsafeBytes { try unsafe JSONParser.parse($0) }
        #expect(value == ["a": [1, 2]])
    }
}
