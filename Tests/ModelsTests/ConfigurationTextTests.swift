import Checkpoints
import JSON
import Models
import TestSupport
import Testing

/// `config.json` is read as Python writes it. Text that is not JSON to Python either is refused.
@Suite struct ConfigurationTextTests {
    private static func configuration(_ text: [UInt8]) throws -> JSONObject {
        let (folder, _) = try Checkpoint(fixture: "qwen3_dense_w8a8_ct").open()
        defer { extendLifetime(folder) }
        try folder.write(text, to: "config.json")
        return try ModelSource(path: folder.path).configuration
    }

    @Test("Python's NaN and Infinity are values that no reader of a number takes")
    func numbers() throws {
        let text = #"{"a": NaN, "b": [-Infinity, 1], "c\"Infinity": "NaN", "d": Infinity}"#
        let read = try Self.configuration(Array(text.utf8))
        #expect(
            read == [
                "a": "NaN", "b": ["-Infinity", 1], "c\"Infinity": "NaN", "d": "Infinity",
            ])
    }

    @Test("a byte order mark is passed over")
    func mark() throws {
        #expect(try Self.configuration([0xEF, 0xBB, 0xBF] + Array(#"{"a": 1}"#.utf8)) == ["a": 1])
    }

    @Test("the last of equal keys counts, as in Python")
    func repeated() throws {
        #expect(try Self.configuration(Array(#"{"a": 1, "a": 2}"#.utf8)) == ["a": 2])
    }

    @Test("null objects say nothing")
    func nulls() throws {
        let text =
            #"{"quantization_config": null, "compression_config": null, "rope_scaling": null}"#
        #expect(try Self.configuration(Array(text.utf8)).count == 3)
    }

    @Test(
        "an end token that is no token is refused, not passed over",
        arguments: ["\"2\"", "[2, null]"])
    func endTokens(value: String) throws {
        let (folder, _) = try Checkpoint(fixture: "qwen3_dense_w8a8_ct").open()
        defer { extendLifetime(folder) }
        try folder.write(Array("{\"eos_token_id\": \(value)}".utf8), to: "config.json")
        let error = #expect(throws: CheckpointError.self) {
            _ = try ModelSource(path: folder.path).endTokens(nil)
        }
        #expect("\(error.map { "\($0)" } ?? "")".contains("'eos_token_id' is"))
    }

    @Test(
        "what is no JSON is refused with the file and the place",
        arguments: [
            (#"{"a": 1} x"#, "expected the end of the text"), (#"{"a": 1,}"#, "expected a key"),
            (#"{"a": nan}"#, "expected 'null'"), (#"{"a": NaNa}"#, "expected ',' or '}'"),
            ("[1]", "is not a JSON object"), ("", "expected a value"),
            (#"{"a": 01}"#, "must not start with 0"), ("{'a': 1}", "a key in double quotes"),
            (#"{"a": 1 // note"#, "expected ',' or '}'"), (#"{"a": NaN"#, "expected ',' or '}'"),
        ])
    func malformed(text: String, message: String) {
        let error = #expect(throws: CheckpointError.self) {
            _ = try Self.configuration(Array(text.utf8))
        }
        let found = error?.description ?? ""
        #expect(found.contains("config.json") && found.contains(message), "\(found)")
    }
}
