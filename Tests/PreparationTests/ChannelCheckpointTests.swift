import Checkpoints
import Compute
import JSON
import Models
import Preparation
import TestSupport
import Testing

@Suite struct ChannelCheckpointTests {
    private func write(
        _ source: ModelSource, to folder: String, key: String = "k", shardBytesMax: Int = 1 << 30,
        stopAfter: Int? = nil
    ) throws -> [ChannelCheckpoint.TensorError] {
        var errors: [ChannelCheckpoint.TensorError] = []
        var calls = 0
        try withPool { pool in
            try ChannelCheckpoint(source, key: key, shardBytesMax: shardBytesMax, on: pool)
                .write(to: folder) { _, _ throws(CheckpointError) in
                    calls += 1
                    if calls == stopAfter { throw stopped }
                } report: {
                    errors.append($0)
                }
        }
        return errors
    }

    /// The families whose experts are published one by one.
    private static let names = TinyModel.names.filter {
        !["gpt_oss_bf16", "granitemoe"].contains($0)
    }

    @Test("a written checkpoint opens again and computes nearly the same", arguments: names)
    func roundTrip(name: String) throws {
        let source = try TinyModel.source(name)
        let prompt = try TinyModel.prompt(1, of: name)
        let expected = try TinyModel.logits(source, .reference, prompt)
        try withTemporaryFolder { folder in
            let errors = try write(source, to: folder + "/q")
            #expect(!errors.isEmpty)
            #expect(errors.allSatisfy { $0.relativeError > 0 && $0.relativeError < 0.02 })
            let written = try ModelSource(path: folder + "/q")
            #expect(!Smoothing.applies(to: written))
            let config = written.configuration["quantization_config"]
            #expect(config?["format"]?.stringValue == "int-quantized")
            let found = try TinyModel.logits(written, .reference, prompt)
            // Random routers decide by little. If a decision changes, its token's logits move.
            #expect(relativeError(found, expected) < 0.25)
        }
    }

    @Test("an interrupted run goes on, and ends with the files of one that was not")
    func resumed() throws {
        let source = try TinyModel.source("mixtral_full")
        try withTemporaryFolder { folder in
            _ = try write(source, to: folder + "/a", shardBytesMax: 20_000)
            #expect(throws: stopped) {
                try write(source, to: folder + "/b", shardBytesMax: 20_000, stopAfter: 30)
            }
            let before = listing(folder + "/b")
            #expect(!before.isEmpty)
            #expect(before.allSatisfy { $0.hasSuffix(".safetensors") })
            let rest = try write(source, to: folder + "/b", shardBytesMax: 20_000)
            let all = try write(source, to: folder + "/c", shardBytesMax: 20_000)
            #expect(rest.count < all.count)
            #expect(listing(folder + "/b") == listing(folder + "/a"))
            for name in listing(folder + "/a") {
                let same = try FileText.read(folder + "/b/" + name, bytesMax: 1 << 24)
                #expect(same == (try FileText.read(folder + "/a/" + name, bytesMax: 1 << 24)))
            }
        }
    }

    @Test("a run that completes no file leaves no folder that it made") func emptyFolder() throws {
        let source = try TinyModel.source("mixtral_full")
        try withTemporaryFolder { folder in
            #expect(throws: stopped) { try write(source, to: folder + "/a", stopAfter: 1) }
            #expect(listing(folder) == [])
        }
    }

    @Test("shards made from something else are written again, a finished folder is not touched")
    func otherKey() throws {
        let source = try TinyModel.source("mixtral_full")
        try withTemporaryFolder { folder in
            #expect(throws: stopped) {
                try write(
                    source, to: folder + "/a", key: "old", shardBytesMax: 20_000, stopAfter: 30)
            }
            let all = try write(source, to: folder + "/a", key: "new", shardBytesMax: 20_000)
            let fresh = try write(source, to: folder + "/b", key: "new", shardBytesMax: 20_000)
            #expect(all.count == fresh.count)
            #expect(throws: CheckpointError.self) { try write(source, to: folder + "/a") }
        }
    }

    @Test("a folder is looked at without leaving a trace") func looked() throws {
        let source = try TinyModel.source("mixtral_full")
        try withTemporaryFolder { folder in
            func check(_ place: String) throws {
                try withPool { pool in
                    try ChannelCheckpoint(source, key: "k", on: pool).check(folder + place)
                }
            }
            try check("/q")
            #expect(throws: CheckpointError.self) { try check("/none/q") }
            #expect(listing(folder) == [])
            _ = try write(source, to: folder + "/q")
            #expect(throws: CheckpointError.self) { try check("/q") }
            #expect(throws: CheckpointError.self) { try check("/q/config.json") }
        }
    }

    @Test("stacked experts are refused before anything is written", arguments: ["granitemoe"])
    func stacked(name: String) throws {
        try withTemporaryFolder { folder in
            #expect(throws: CheckpointError.self) {
                try write(TinyModel.source(name), to: folder + "/q")
            }
            #expect(listing(folder + "/q") == [])
        }
    }
}
