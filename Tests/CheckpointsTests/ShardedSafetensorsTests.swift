import JSON
import Memory
import TestSupport
import Testing

@testable import Checkpoints

@Suite struct ShardedSafetensorsTests {
    private func shard(_ names: [String], _ value: Int32 = 0) throws -> [UInt8] {
        try SafetensorsWriter.bytes(
            names.map { ($0, HostTensor(int32: [value], shape: [1])) })
    }

    private func write(_ bytes: [UInt8], to path: String) throws {
        var output = try FileReplacement(path, byteCount: bytes.count)
        try unsafe output.write(bytes.span.bytes)
        try output.commit()
    }

    private func index(_ map: String) -> [UInt8] { Array(#"{"weight_map":\#(map)}"#.utf8) }

    @Test func theIndexSaysWhichShardHoldsATensor() throws {
        try withTemporaryFolder { folder in
            try write(shard(["a", "b"], 1), to: folder + "/m-1.safetensors")
            try write(shard(["b", "c"], 2), to: folder + "/m-2.safetensors")
            try write(shard(["a"], 3), to: folder + "/consolidated.safetensors")
            let map = #"{"a":"m-1.safetensors","b":"m-2.safetensors"}"#
            try write(index(map), to: folder + "/model.safetensors.index.json")
            let source = try ShardedSafetensors(folder: folder)
            #expect(source.names == ["a", "b", "c"])
            #expect(source.tensor("b")?.file.path == folder + "/m-2.safetensors")
            #expect(source.files.count == 2)
            let error = #expect(throws: CheckpointError.self) { try source.require("d") }
            #expect(error?.description.hasPrefix("\(folder): tensor 'd' is missing") == true)
        }
    }

    @Test func aSingleFileWinsOverAnIndex() throws {
        try withTemporaryFolder { folder in
            try write(shard(["a"]), to: folder + "/model.safetensors")
            try write(index("{}"), to: folder + "/model.safetensors.index.json")
            #expect(try ShardedSafetensors(folder: folder).names == ["a"])
        }
    }

    @Test func withoutAnIndexAllFilesCountAndMustNotRepeatATensor() throws {
        try withTemporaryFolder { folder in
            try write(shard(["a"]), to: folder + "/1.safetensors")
            try write(shard(["b"]), to: folder + "/2.safetensors")
            #expect(try ShardedSafetensors(folder: folder).names == ["a", "b"])
            try write(shard(["a"]), to: folder + "/3.safetensors")
            let error = #expect(throws: CheckpointError.self) {
                try ShardedSafetensors(folder: folder)
            }
            #expect(error?.tensor == "a")
        }
    }

    @Test(
        "a bad index throws",
        arguments: [
            "", "[]", "{}", #"{"weight_map":{}}"#, #"{"weight_map":{"a":1}}"#,
            #"{"weight_map":{"a":"../m.safetensors"}}"#,
            #"{"weight_map":{"a":"m.safetensors\u0000.safetensors"}}"#,
            #"{"weight_map":{"a":"m.bin"}}"#, #"{"weight_map":{"a":"missing.safetensors"}}"#,
            #"{"weight_map":{"z":"m.safetensors"}}"#,
        ])
    func badIndex(text: String) throws {
        try withTemporaryFolder { folder in
            try write(shard(["a"]), to: folder + "/m.safetensors")
            try write(Array(text.utf8), to: folder + "/model.safetensors.index.json")
            #expect(throws: CheckpointError.self) { try ShardedSafetensors(folder: folder) }
        }
    }

    @Test func severalUnusualIndexesAreRefused() throws {
        try withTemporaryFolder { folder in
            try write(shard(["a"]), to: folder + "/m.safetensors")
            let map = index(#"{"a":"m.safetensors"}"#)
            try write(map, to: folder + "/x.safetensors.index.json")
            #expect(try ShardedSafetensors(folder: folder).names == ["a"])
            try write(map, to: folder + "/y.safetensors.index.json")
            #expect(throws: CheckpointError.self) { try ShardedSafetensors(folder: folder) }
        }
    }

    @Test func foldersWithoutWeightsAreRefused() throws {
        try withTemporaryFolder { folder in
            #expect(throws: CheckpointError.self) { try ShardedSafetensors(folder: folder) }
        }
        #expect(throws: CheckpointError.self) { try ShardedSafetensors(folder: "/nonexistent") }
    }
}
