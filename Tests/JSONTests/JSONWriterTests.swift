import JSON
import Testing

@Suite struct JSONWriterTests {
    @Test("compact output has no spaces and keeps order")
    func compact() {
        let value: JSONValue = ["b": [1, -2.5, true, nil, []], "a": ["x": [:]]]
        #expect(JSONWriter.string(value) == #"{"b":[1,-2.5,true,null,[]],"a":{"x":{}}}"#)
    }

    @Test("pretty output indents by two")
    func pretty() {
        let value: JSONValue = ["b": [1, []], "a": [:], "c": ["d": nil]]
        let expected = """
            {
              "b": [
                1,
                []
              ],
              "a": {},
              "c": {
                "d": null
              }
            }
            """
        #expect(JSONWriter.string(value, pretty: true) == expected)
    }

    @Test("only what must be escaped is escaped")
    func escaping() {
        let text = "\"\\/\u{8}\u{C}\n\r\t\u{0}\u{1F}\u{7F}é😀<&>"
        #expect(
            JSONWriter.string(.string(text))
                == #""\"\\/\b\f\n\r\t\u0000\u001f"# + "\u{7F}é😀<&>\"")
    }

    @Test("doubles read back as they were; those without a spelling become null")
    func doubles() throws {
        let numbers: [Double] = [
            0.1, -0.0, 1, 1e16, 1e22, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 1 / 3,
            123456.789,
        ]
        for number in numbers {
            let text = JSONWriter.string(.double(number))
            #expect(try JSONParser.parse(text).doubleValue == number)
        }
        #expect(JSONWriter.string([.double(.nan), .double(.infinity)]) == "[null,null]")
        #expect(JSONWriter.string(.integer(.min)) == "-9223372036854775808")
    }
}
