import Memory
import Testing

@testable import Checkpoints

@Suite struct ShardedGGUFTests {
    /// File `number` (from 0) of `count`, with one tensor called `tensor`.
    private func write(
        _ number: UInt16, of count: UInt16, _ tensor: String, total: Int32 = 2, to path: String
    ) throws {
        let content = GGUFBuilder.make {
            $0.add("split.no", type: 2, bytes(number))
            $0.add("split.count", type: 2, bytes(count))
            $0.add("split.tensors.count", type: 5, bytes(total))
            $0.tensor(tensor, [1], offset: 0)
            $0.data = [1, 2, 3, 4]
        }
        var output = try FileReplacement(path, byteCount: content.count)
        try unsafe output.write(content.span.bytes)
        try output.commit()
    }

    @Test func anyFileOpensTheWholeModel() throws {
        try withTemporaryFolder { folder in
            try write(0, of: 2, "a", to: folder + "/m-00001-of-00002.gguf")
            try write(1, of: 2, "b", to: folder + "/m-00002-of-00002.gguf")
            for number in 1...2 {
                let source = try ShardedGGUF(path: folder + "/m-0000\(number)-of-00002.gguf")
                #expect(source.names == ["a", "b"])
                #expect(source.first.metadata["split.no"]?.integerValue == 0)
                #expect(touchAll(source) == 20)
            }
        }
    }

    @Test func aSingleFileNeedsNoSpecialName() throws {
        try withTemporaryFolder { folder in
            try write(0, of: 1, "a", to: folder + "/m.gguf")
            #expect(try ShardedGGUF(path: folder + "/m.gguf").names == ["a"])
        }
    }

    @Test func filesThatAreMissingMisnamedOrRepeatedAreRefused() throws {
        try withTemporaryFolder { folder in
            let (first, second) = ("/m-00001-of-00002.gguf", "/m-00002-of-00002.gguf")
            let open = { try ShardedGGUF(path: folder + first) }
            try write(0, of: 2, "a", to: folder + first)
            #expect(throws: CheckpointError.self) { try open() }
            try write(0, of: 2, "b", to: folder + second)
            #expect(throws: CheckpointError.self) { try open() }
            try write(1, of: 2, "a", to: folder + second)
            #expect(throws: CheckpointError.self) { try open() }
            try write(1, of: 2, "b", to: folder + second)
            #expect(throws: Never.self) { try open() }
            try write(0, of: 2, "a", total: 3, to: folder + first)
            #expect(throws: CheckpointError.self) { try open() }
            try write(0, of: 2, "a", to: folder + "/other.gguf")
            #expect(throws: CheckpointError.self) {
                try ShardedGGUF(path: folder + "/other.gguf")
            }
        }
    }
}
