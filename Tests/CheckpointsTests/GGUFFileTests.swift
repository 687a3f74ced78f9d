import Memory
import TestSupport
import Testing

@testable import Checkpoints

/// Builds GGUF files, right and wrong ones.
struct GGUFBuilder {
    var version: UInt32 = 3
    var entries: [[UInt8]] = []
    var tensors: [[UInt8]] = []
    var data: [UInt8] = []
    var alignment = 32
    /// Written instead of the true counts.
    var tensorCount: UInt64?
    var entryCount: UInt64?

    static func string(_ text: String) -> [UInt8] {
        littleEndian(UInt64(text.utf8.count)) + text.utf8
    }

    mutating func add(_ key: String, type: UInt32, _ value: [UInt8]) {
        entries.append(Self.string(key) + littleEndian(type) + value)
    }

    mutating func tensor(
        _ name: String, _ dimensions: [UInt64], type: UInt32 = 0, offset: UInt64
    ) {
        tensors.append(
            Self.string(name) + littleEndian(UInt32(dimensions.count))
                + dimensions.flatMap { littleEndian($0) } + littleEndian(type)
                + littleEndian(offset))
    }

    func build() -> [UInt8] {
        var file = Array("GGUF".utf8) + littleEndian(version)
        file += littleEndian(tensorCount ?? UInt64(tensors.count))
        file += littleEndian(entryCount ?? UInt64(entries.count))
        file += entries.joined()
        file += tensors.joined()
        if !data.isEmpty {
            file += [UInt8](repeating: 0, count: -file.count & (alignment - 1)) + data
        }
        return file
    }

    static func make(_ change: (inout GGUFBuilder) -> Void) -> [UInt8] {
        var builder = GGUFBuilder()
        change(&builder)
        return builder.build()
    }
}

@Suite struct GGUFFileTests {
    @Test func everyValueTypeIsRead() throws {
        let file = try GGUFFile(path: fixture("types.gguf"))
        #expect(file.version == 3)
        #expect(file.alignment == 32)
        #expect(file.keys.first == "general.architecture")
        #expect(file.keys.count == 13)
        let expected: [String: GGUFValue] = [
            "general.architecture": .string("llama"),
            "test.int32_array": .array(.int32([1, -2, 3])),
            "test.string_array": .array(.string(["a", "", "ü€😀"])),
            "test.bool": .bool(true), "test.f32": .float32(1.5), "test.f64": .float64(-2.25),
            "test.i64": .int64(-(1 << 40)), "test.u64": .uint64(1 << 63),
            "test.u8": .uint8(255), "test.i8": .int8(-128), "test.i16": .int16(-32_768),
            "test.u16": .uint16(65_535),
        ]
        for (key, value) in expected {
            #expect(file.metadata[key] == value)
        }
        #expect(file.metadata["test.u64"]?.integerValue == nil)
        #expect(file.metadata["test.i64"]?.integerValue == -(1 << 40))
        #expect(file.metadata["test.u8"]?.doubleValue == 255)
    }

    @Test func tensorsHaveRowMajorShapesAndTheirTypes() throws {
        let file = try GGUFFile(path: fixture("types.gguf"))
        #expect(file.names.count == 29)
        #expect(file.tensor("quantized.F32")?.format == .plain(.f32))
        let tensor = try file.require("random_bits.Q4_K", shape: [2, 256])
        #expect(tensor.format == .ggml(.q4_K))
        #expect(tensor.byteCount == 2 * 144)
        #expect(tensor.offset % 32 == 0)
    }

    @Test func arraysOfEveryTypeAreRead() throws {
        let file = GGUFBuilder.make {
            for (code, size) in [(0, 1), (1, 1), (2, 2), (3, 2), (4, 4), (5, 4), (6, 4), (7, 1)]
                + [(10, 8), (11, 8), (12, 8)]
            {
                let zeros = [UInt8](repeating: 0, count: 3 * size)
                $0.add(
                    "k\(code)", type: 9,
                    littleEndian(UInt32(code)) + littleEndian(UInt64(3)) + zeros)
            }
            let inner = littleEndian(UInt32(1)) + littleEndian(UInt64(2)) + [1, 255]
            $0.add(
                "nested", type: 9, littleEndian(UInt32(9)) + littleEndian(UInt64(2)) + inner + inner
            )
        }
        let gguf = try GGUFFile(bytes: file, name: "x")
        #expect(gguf.metadata.values.allSatisfy { ($0.arrayValue?.count ?? 0) >= 2 })
        #expect(gguf.metadata["k6"]?.arrayValue?.floats == [0, 0, 0])
        #expect(gguf.metadata["k7"] == .array(.bool([false, false, false])))
        #expect(gguf.metadata["k10"]?.arrayValue?.integers == [0, 0, 0])
        let inner = GGUFArray.int8([1, -1])
        #expect(gguf.metadata["nested"] == .array(.array([inner, inner])))
    }

    @Test func blocksHaveTheSizesThatGGMLGivesThem() {
        let known: [(GGMLType, Int, Int)] = [
            (.f32, 1, 4), (.q4_0, 32, 18), (.q8_1, 32, 36), (.q2_K, 256, 84), (.q3_K, 256, 110),
            (.q6_K, 256, 210), (.q8_K, 256, 292), (.iq1_m, 256, 56), (.tq1_0, 256, 54),
            (.mxfp4, 32, 17), (.nvfp4, 64, 36),
        ]
        for (type, elements, bytes) in known {
            #expect(type.blockElements == elements)
            #expect(type.blockBytes == bytes)
        }
        #expect(Set(GGMLType.allCases.map(\.name)).count == GGMLType.allCases.count)
    }

    @Test func theAlignmentInTheMetadataPlacesTheData() throws {
        let file = GGUFBuilder.make {
            $0.alignment = 64
            $0.add("general.alignment", type: 4, littleEndian(UInt32(64)))
            $0.tensor("a", [2], offset: 0)
            $0.tensor("b", [3, 1], offset: 64)
            $0.data = [UInt8](repeating: 5, count: 64 + 12)
        }
        let gguf = try GGUFFile(bytes: file, name: "x")
        #expect(gguf.alignment == 64)
        #expect(touchAll(gguf) == 5 * (8 + 12))
        #expect(gguf.tensor("b")?.shape == [1, 3])
    }

    static let malformed: [(String, [UInt8])] = [
        ("the magic number takes 4 bytes, 0 are left", []),
        ("does not start with 'GGUF'", Array("GGML".utf8) + littleEndian(UInt32(3))),
        ("GGUF version 1", GGUFBuilder.make { $0.version = 1 }),
        ("GGUF version 4", GGUFBuilder.make { $0.version = 4 }),
        ("big-endian", GGUFBuilder.make { $0.version = 0x0300_0000 }),
        ("claims 18446744073709551615 tensors", GGUFBuilder.make { $0.tensorCount = .max }),
        ("claims 1000 metadata entries", GGUFBuilder.make { $0.entryCount = 1_000 }),
        (
            "claims 4294967296 elements in metadata 'k'",
            GGUFBuilder.make {
                $0.add("k", type: 9, littleEndian(UInt32(8)) + littleEndian(UInt64(1) << 32))
            }
        ),
        (
            "claims 2305843009213693953 numbers",  // eight times as many overflow
            GGUFBuilder.make {
                $0.add("k", type: 9, littleEndian(UInt32(12)) + littleEndian((UInt64(1) << 61) + 1))
            }
        ),
        ("unknown value type 13", GGUFBuilder.make { $0.add("k", type: 13, [0]) }),
        (
            "unknown value type 99",
            GGUFBuilder.make {
                $0.add("k", type: 9, littleEndian(UInt32(99)) + littleEndian(UInt64(0)))
            }
        ),
        ("boolean of value 2", GGUFBuilder.make { $0.add("k", type: 7, [2]) }),
        (
            "is not UTF-8",
            GGUFBuilder.make { $0.add("k", type: 8, littleEndian(UInt64(2)) + [0xC3, 0x28]) }
        ),
        (
            "takes 9223372036854775807 bytes",
            GGUFBuilder.make { $0.add("k", type: 8, littleEndian(UInt64.max)) }
        ),
        (
            "deeper than 4",
            GGUFBuilder.make {
                let nest = littleEndian(UInt32(9)) + littleEndian(UInt64(1))
                $0.add(
                    "k", type: 9,
                    nest + nest + nest + nest + littleEndian(UInt32(0)) + littleEndian(UInt64(0)))
            }
        ),
        (
            "'k' occurs twice",
            GGUFBuilder.make {
                $0.add("k", type: 0, [0])
                $0.add("k", type: 0, [0])
            }
        ),
        ("'general.alignment'", alignment(0)),
        ("'general.alignment'", alignment(24)),
        ("'general.alignment'", alignment(1 << 31)),
        ("at most 4", GGUFBuilder.make { $0.tensor("a", [1, 1, 1, 1, 1], offset: 0) }),
        ("bad shape", GGUFBuilder.make { $0.tensor("a", [.max], offset: 0) }),
        ("bad shape", GGUFBuilder.make { $0.tensor("a", [1 << 32, 1 << 32], offset: 0) }),
        ("unknown ggml type 4", GGUFBuilder.make { $0.tensor("a", [1], type: 4, offset: 0) }),
        ("blocks of 32", GGUFBuilder.make { $0.tensor("a", [33], type: 8, offset: 0) }),
        ("no multiple of the alignment 32", data(64) { $0.tensor("a", [1], offset: 4) }),
        (
            "tensor 'a' takes 4 bytes, 0 are left",
            GGUFBuilder.make {
                $0.tensor("a", [1], offset: 0)
            }
        ),
        ("tensor 'a' takes 36 bytes, 32 are left", data(64) { $0.tensor("a", [9], offset: 32) }),
        ("0 are left", data(64) { $0.tensor("a", [1], offset: .max & ~31) }),
        (
            "overlaps tensor",
            data(64) {
                $0.tensor("a", [9], offset: 0)
                $0.tensor("b", [1], offset: 32)
            }
        ),
        (
            "tensor 'a' occurs twice",
            data(64) {
                $0.tensor("a", [1], offset: 0)
                $0.tensor("a", [1], offset: 32)
            }
        ),
    ]

    private static func alignment(_ value: UInt32) -> [UInt8] {
        GGUFBuilder.make { $0.add("general.alignment", type: 4, littleEndian(value)) }
    }

    private static func data(_ count: Int, _ change: (inout GGUFBuilder) -> Void) -> [UInt8] {
        GGUFBuilder.make {
            $0.data = [UInt8](repeating: 0, count: count)
            change(&$0)
        }
    }

    @Test("a malformed file throws, and says what is wrong", arguments: malformed)
    func malformedFile(message: String, bytes: [UInt8]) {
        let error = #expect(throws: CheckpointError.self) {
            try GGUFFile(bytes: bytes, name: "broken.gguf")
        }
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains(message), "\(text)")
        #expect(text.hasPrefix("broken.gguf: "), "\(text)")
    }

    @Test func everyProperPrefixOfAFileThrows() throws {
        let whole = try contents(of: fixture("types.gguf"))
        let file = try GGUFFile(bytes: whole, name: "whole")
        let tensors = file.names.compactMap { file.tensor($0) }
        let headerBytes = try #require(tensors.first).offset
        // There may be padding after the last tensor, but it is not required.
        let needed = try #require(tensors.map { $0.offset + $0.byteCount }.max())
        // Every prefix of the header, and some that end in the data.
        for count in Array(0..<headerBytes) + Array(stride(from: headerBytes, to: needed, by: 61)) {
            #expect(throws: CheckpointError.self) {
                try GGUFFile(bytes: Array(whole[..<count]), name: "prefix")
            }
        }
        #expect(throws: Never.self) {
            try GGUFFile(bytes: Array(whole[..<needed]), name: "prefix")
        }
    }

    @Test("flipped bytes never crash", arguments: 0..<4) func flippedBytes(seed: UInt64) throws {
        var generator = SplitMix(seed: seed)
        let whole = try contents(of: fixture("types.gguf"))
        let headerBytes = 2_600
        for _ in 0..<1_500 {
            var damaged = whole
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = Int.random(in: 0..<headerBytes, using: &generator)
                damaged[index] = UInt8.random(in: 0...255, using: &generator)
            }
            if let file = try? GGUFFile(bytes: damaged, name: "damaged") {
                _ = touchAll(file)
            }
        }
    }
}
