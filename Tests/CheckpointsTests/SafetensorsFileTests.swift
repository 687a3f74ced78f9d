import Memory
import TestSupport
import Testing

@testable import Checkpoints

/// A safetensors file of this header text and as many data bytes.
func safetensors(_ header: String, data: Int) -> [UInt8] {
    littleEndian(UInt64(header.utf8.count)) + header.utf8 + [UInt8](repeating: 1, count: data)
}

@Suite struct SafetensorsFileTests {
    @Test func tensorsAreListedByOffsetWithTheirBytes() throws {
        let header = """
            {"b":{"dtype":"I16","shape":[1,2],"data_offsets":[4,8]},
             "__metadata__":{"format":"pt"},
             "empty":{"dtype":"F64","shape":[0,3],"data_offsets":[4,4]},
             "a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]},
             "scalar":{"dtype":"BOOL","shape":[],"data_offsets":[8,9]}}
            """
        let file = try SafetensorsFile(bytes: safetensors(header, data: 9), name: "x")
        #expect(file.names == ["a", "empty", "b", "scalar"])
        #expect(file.metadata == ["format": "pt"])
        let tensor = try file.require("b", shape: [1, 2])
        #expect(tensor.format == .plain(.i16))
        #expect(tensor.byteCount == 4)
        #expect(tensor.withBytes { $0.byteCount } == 4)
        #expect(file.byteCount == 9)
        #expect(file.tensor("c") == nil)
    }

    static let malformed: [(String, [UInt8])] = [
        ("the header's length", []),
        ("the header's length", [1, 0, 0, 0, 0, 0, 0]),
        ("the header takes 3 bytes, 2 are left", littleEndian(UInt64(3)) + [123, 125]),
        ("length is 18446744073709551615", littleEndian(UInt64.max)),
        ("length is 9223372036854775808", littleEndian(UInt64(1) << 63)),
        ("not JSON", safetensors("{", data: 0)),
        ("not JSON", safetensors("", data: 0)),
        ("not a JSON object", safetensors("[]", data: 0)),
        ("not JSON", littleEndian(UInt64(4)) + [0x7B, 0x22, 0xFF, 0x7D]),
        ("'dtype'", safetensors(#"{"a":{}}"#, data: 0)),
        ("'dtype'", safetensors(#"{"a":7}"#, data: 0)),
        (
            "type F4",
            safetensors(#"{"a":{"dtype":"F4","shape":[2],"data_offsets":[0,1]}}"#, data: 1)
        ),
        ("'shape'", safetensors(#"{"a":{"dtype":"U8","data_offsets":[0,1]}}"#, data: 1)),
        ("'shape'", entry("U8", "[1.5]", "[0,1]", data: 1)),
        ("bad shape", entry("U8", "[-1]", "[0,1]", data: 1)),
        ("bad shape", entry("U8", "[4611686018427387904,4]", "[0,0]", data: 0)),
        ("bad shape", entry("U8", "[4294967296,4294967296]", "[0,0]", data: 0)),
        ("'data_offsets'", safetensors(#"{"a":{"dtype":"U8","shape":[1]}}"#, data: 1)),
        ("'data_offsets'", entry("U8", "[1]", "[0]", data: 1)),
        ("'data_offsets'", entry("U8", "[1]", "[0,1,2]", data: 1)),
        ("'data_offsets'", entry("U8", "[1]", "[0,1e400]", data: 1)),
        ("data offsets 1..<0", entry("U8", "[1]", "[1,0]", data: 1)),
        ("data offsets -1..<0", entry("U8", "[1]", "[-1,0]", data: 1)),
        ("takes 4 bytes, but has 3", entry("F32", "[1]", "[0,3]", data: 3)),
        ("tensor 'a' takes 8 bytes, 7 are left", entry("F64", "[1]", "[0,8]", data: 7)),
        (
            "takes 288230376151711744 bytes, 8 are left",
            entry("U8", "[288230376151711744]", "[0,288230376151711744]", data: 8)
        ),
        ("tensor 'a' starts at byte 1 of the data, 0", entry("U8", "[1]", "[1,2]", data: 2)),
        ("2 bytes behind the last tensor", entry("U8", "[1]", "[0,1]", data: 3)),
        (
            "inside tensor 'a'",
            safetensors(
                #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"#
                    + #""b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}"#, data: 3)
        ),
        (
            "2 entries but only 1 names",
            safetensors(
                #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"#
                    + #""\u0061":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, data: 1)
        ),
        ("'__metadata__'", safetensors(#"{"__metadata__":[]}"#, data: 0)),
        ("'__metadata__'", safetensors(#"{"__metadata__":{"a":1}}"#, data: 0)),
    ]

    /// A file of one tensor `a`.
    private static func entry(
        _ dtype: String, _ shape: String, _ offsets: String, data: Int
    ) -> [UInt8] {
        safetensors(
            #"{"a":{"dtype":"\#(dtype)","shape":\#(shape),"data_offsets":\#(offsets)}}"#, data: data
        )
    }

    @Test("a malformed file throws, and says what is wrong", arguments: malformed)
    func malformedFile(message: String, bytes: [UInt8]) {
        let error = #expect(throws: CheckpointError.self) {
            try SafetensorsFile(bytes: bytes, name: "broken.safetensors")
        }
        let text = error.map { "\($0)" } ?? ""
        // The JSON parser already refuses a number beyond a double.
        let isJSON = text.contains("is not JSON") && message == "'data_offsets'"
        #expect(text.contains(message) || isJSON, "\(text)")
        #expect(text.hasPrefix("broken.safetensors: "), "\(text)")
    }

    @Test func everyProperPrefixOfAFileThrows() throws {
        let whole = try sample()
        for count in 0..<whole.count {
            #expect(throws: CheckpointError.self) {
                try SafetensorsFile(bytes: Array(whole[..<count]), name: "prefix")
            }
        }
        #expect(try SafetensorsFile(bytes: whole, name: "whole").names == ["a", "b", "c"])
    }

    @Test("flipped bytes never crash", arguments: 0..<4) func flippedBytes(seed: UInt64) throws {
        var generator = SplitMix(seed: seed)
        let whole = try sample()
        for _ in 0..<3_000 {
            var damaged = whole
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = Int.random(in: 0..<damaged.count, using: &generator)
                damaged[index] = UInt8.random(in: 0...255, using: &generator)
            }
            if let file = try? SafetensorsFile(bytes: damaged, name: "damaged") {
                _ = touchAll(file)
            }
        }
    }

    private func sample() throws -> [UInt8] {
        try SafetensorsWriter.bytes(
            [
                ("a", HostTensor(floats: [1, 2, 3, 4], shape: [2, 2])),
                ("b", HostTensor(int32: [], shape: [0])),
                ("c", HostTensor(int8: [1, 2, 3], shape: [3])),
            ], metadata: ["key": "value"])
    }
}
