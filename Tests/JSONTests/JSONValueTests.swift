import JSON
import Testing

@Suite struct JSONValueTests {
    @Test("keys and strings compare by bytes, not by canonical equivalence")
    func bytewise() throws {
        let composed = "\u{E9}"
        let decomposed = "e\u{301}"
        #expect(composed == decomposed)  // what Swift thinks of them
        #expect(JSONValue.string(composed) != .string(decomposed))
        for padding in [0, 20] {
            var object = JSONObject()
            for index in 0..<padding { object["\(index)"] = .null }
            object[composed] = 1
            object[decomposed] = 2
            #expect(object.count == padding + 2)
            #expect(object[composed] == 1)
            #expect(object[decomposed] == 2)
        }
    }

    @Test("an object behaves like an ordered dictionary", arguments: 0..<20 as Range<UInt64>)
    func model(seed: UInt64) {
        var random = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        var object = JSONObject()
        var expected: [(String, JSONValue)] = []
        for step in 0..<300 {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let key = "key \((random >> 40) % 30)"
            let value: JSONValue? = (random >> 33) % 3 == 0 ? nil : .integer(Int64(step))
            let position = expected.firstIndex { $0.0 == key }
            object[key] = value
            switch (position, value) {
            case (let position?, let value?): expected[position].1 = value
            case (let position?, nil): expected.remove(at: position)
            case (nil, let value?): expected.append((key, value))
            case (nil, nil): break
            }
            #expect(object.keys == expected.map(\.0))
            #expect(object.values == expected.map(\.1))
            #expect(object[key] == value)
        }
    }

    @Test("objects are equal whatever their order, arrays are not")
    func equality() {
        #expect(["a": 1, "b": 2] as JSONObject == ["b": 2, "a": 1])
        #expect(["a": 1] as JSONObject != ["a": 2])
        #expect(["a": 1] as JSONObject != ["b": 1])
        #expect([1, 2] as JSONValue != [2, 1])
        #expect(JSONValue.integer(1) != .double(1))
    }

    @Test("accessors answer nil for another kind")
    func accessors() {
        let value: JSONValue = ["n": 3, "x": 2.0, "y": 2.5, "s": "t", "b": true, "a": [nil]]
        #expect(value["n"]?.integerValue == 3)
        #expect(value["n"]?.doubleValue == 3)
        #expect(value["x"]?.integerValue == 2)
        #expect(value["y"]?.integerValue == nil)
        #expect(value["y"]?.doubleValue == 2.5)
        #expect(JSONValue.double(1e300).integerValue == nil)
        #expect(JSONValue.double(.nan).integerValue == nil)
        #expect(value["s"]?.stringValue == "t")
        #expect(value["b"]?.boolValue == true)
        #expect(value["a"]?[0]?.isNull == true)
        #expect(value["a"]?[1] == nil)
        #expect(value["a"]?[-1] == nil)
        #expect(value["a"]?.arrayValue?.count == 1)
        #expect(value["absent"] == nil)
        #expect(value[0] == nil)
        #expect(value["s"]?["n"] == nil)
        #expect(value["s"]?.integerValue == nil)
        #expect(value.objectValue?.count == 6)
        #expect(value.isNull == false)
    }
}
