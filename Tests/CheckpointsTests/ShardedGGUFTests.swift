import Memory
import TestSupport
import Testing

@testable import Checkpoints

@Suite struct ShardedGGUFTests {
    /// A part with one tensor called `tensor`; nil leaves a key out.
    private func part(
        _ number: Int?, of count: Int?, _ tensor: String, total: Int32 = 2,
        architecture: String? = nil
    ) -> [UInt8] {
        GGUFBuilder.make {
            if let number { $0.add("split.no", type: 2, littleEndian(UInt16(number))) }
            if let count { $0.add("split.count", type: 2, littleEndian(UInt16(count))) }
            $0.add("split.tensors.count", type: 5, littleEndian(total))
            if let architecture {
                $0.add("general.architecture", type: 8, GGUFBuilder.string(architecture))
            }
            $0.tensor(tensor, [1], offset: 0)
            $0.data = [1, 2, 3, 4]
        }
    }

    private var first: String { Self.first }
    private var second: String { Self.second }

    @Test("any part, or the folder, opens the whole model") func whole() throws {
        let folder = try TemporaryFolder()
        try folder.write(part(0, of: 2, "a"), to: first)
        try folder.write(part(1, of: 2, "b"), to: second)
        let opened = try [
            ShardedGGUF(path: folder.path + "/" + first),
            ShardedGGUF(path: folder.path + "/" + second),
            #require(try ShardedGGUF(folder: folder.path)),
        ]
        for source in opened {
            #expect(source.names == ["a", "b"])
            #expect(source.files.count == 2)
            #expect(source.metadata["split.no"]?.integerValue == 0)
            #expect(source.location == folder.path + "/" + first)
            #expect(touchAll(source) == 20)
        }
    }

    @Test("a single file needs no special name", arguments: [nil, 0, 1] as [Int?])
    func single(count: Int?) throws {
        let folder = try TemporaryFolder()
        try folder.write(part(nil, of: count, "a", total: 7), to: "m.gguf")
        #expect(try ShardedGGUF(path: folder.path + "/m.gguf").names == ["a"])
        #expect(try ShardedGGUF(folder: folder.path)?.names == ["a"])
    }

    /// What is in the folder instead of two good parts, what is opened, and words of the error.
    static let wrong: [(title: String, second: Part?, opened: String, words: [String])] = [
        ("missing", nil, first, [second, "missing", "all 2 parts"]),
        ("of the same number", Part(number: 0), first, [second, "no part 2", "'split.no' is"]),
        ("without a number", Part(number: nil), first, [second, "no 'split.no'"]),
        ("of a larger model", Part(count: 3), first, [second, "one of 3 parts", first]),
        ("of no split model", Part(count: nil), first, [second, "one of 1 parts"]),
        ("with the same tensor", Part(tensor: "a"), first, [second, "'a'", "is in", first]),
        ("of another family", Part(architecture: "qwen2"), first, [second, "architecture", first]),
        ("of another name", Part(), "other.gguf", ["NAME-00001-of-00002.gguf"]),
        ("beyond the last", Part(), "m-00003-of-00002.gguf", ["NAME-00001-of-00002.gguf"]),
        ("named 3 parts", Part(), "m-00001-of-00003.gguf", ["NAME-00001-of-00002.gguf"]),
    ]
    private static let first = "m-00001-of-00002.gguf"
    private static let second = "m-00002-of-00002.gguf"

    struct Part {
        var number: Int? = 1
        var count: Int? = 2
        var tensor = "b"
        var architecture: String?
    }

    @Test("parts that are no model are refused by name", arguments: wrong.indices)
    func refused(index: Int) throws {
        let (title, second, opened, words) = Self.wrong[index]
        let folder = try TemporaryFolder()
        try folder.write(part(0, of: 2, "a", architecture: "llama"), to: first)
        if let second {
            try folder.write(
                part(
                    second.number, of: second.count, second.tensor,
                    architecture: second.architecture), to: self.second)
        }
        if opened != first { try folder.write(part(0, of: 2, "a"), to: opened) }
        let error = #expect(throws: CheckpointError.self, "\(title)") {
            try ShardedGGUF(path: folder.path + "/" + opened)
        }
        for word in words { #expect(error?.description.contains(word) == true, "\(title)") }
    }

    @Test("the first part's count of tensors must be right") func tensorCount() throws {
        let folder = try TemporaryFolder()
        try folder.write(part(0, of: 2, "a", total: 3), to: first)
        try folder.write(part(1, of: 2, "b"), to: second)
        let error = #expect(throws: CheckpointError.self) {
            try ShardedGGUF(path: folder.path + "/" + first)
        }
        #expect(error?.description.contains("tells of 3 tensors, its 2 parts hold 2") == true)
    }

    @Test("a count of parts that is none is refused, however large") func counts() throws {
        let folder = try TemporaryFolder()
        let values: [(UInt32, [UInt8])] = [
            (5, littleEndian(Int32(-1))), (5, littleEndian(Int32(100_000))),
            (10, littleEndian(UInt64.max)),
            (11, littleEndian(Int64.min)), (8, GGUFBuilder.string("2")),
        ]
        for (type, value) in values {
            try folder.write(
                GGUFBuilder.make { $0.add("split.count", type: type, value) }, to: first)
            let error = #expect(throws: CheckpointError.self) {
                try ShardedGGUF(path: folder.path + "/" + first)
            }
            #expect(error?.description.contains("'split.count' is") == true)
        }
    }

    @Test("a folder of several models is refused with their names") func several() throws {
        let folder = try TemporaryFolder()
        #expect(try ShardedGGUF(folder: folder.path) == nil)
        try folder.write(part(0, of: 2, "a"), to: first)
        try folder.write(part(1, of: 2, "b"), to: second)
        try folder.write(part(nil, of: nil, "c"), to: "n.gguf")
        let error = #expect(throws: CheckpointError.self) {
            try ShardedGGUF(folder: folder.path)
        }
        #expect(error?.description.contains("2 GGUF models (\(first), n.gguf)") == true)
    }

    @Test("names of parts are read and written alike") func names() {
        let name = GGUFPartName("/a-b/m-00002-of-00011.gguf")
        #expect(name == GGUFPartName(stem: "/a-b/m", number: 2, count: 11))
        #expect(name?.path == "/a-b/m-00002-of-00011.gguf")
        for other in [
            "", ".gguf", "m.gguf", "m-00002-of-00001.gguf", "m-00000-of-00001.gguf",
            "m-0001-of-0002.gguf", "m00001-of-00002.gguf", "m-00001-of-00002.GGUF",
            "m-00001_of_00002.gguf", "m-0000٣-of-00003.gguf", "00001-of-00002.gguf",
        ] {
            #expect(GGUFPartName(other) == nil, "\(other)")
        }
    }
}
