import JSON
import Testing

@testable import Commands

@Suite struct InspectTests {
    @Test(
        "a report in words has sizes with units and no brackets",
        arguments: [
            ("model_type", #""mixtral""#, "mixtral"), ("hidden_size", "64", "64"),
            ("tokenizer", "true", "true"), ("stored_bytes", "1572864", "1.5 MiB"),
            ("stored_formats", #"{"BF16":1024,"F32":7}"#, "BF16 1 KiB, F32 7 bytes"),
            (
                "stored_as", #"[{"form":"BF16","tensors":41,"bytes":2048},{"form":"F32"}]"#,
                "form BF16, tensors 41, bytes 2 KiB; form F32"
            ),
            ("memory", #"{"kv_bytes_per_token":256}"#, "kv_bytes_per_token 256 bytes"),
            ("unread_tensors", #"{"count":0,"names":[],"known":{}}"#, "count 0"),
            ("damage", #"["a","b"]"#, "a; b"),
        ])
    func text(key: String, json: String, expected: String) throws {
        #expect(InspectText.text(try JSONParser.parse(json), of: key) == expected)
    }
}
