import Checkpoints
import Compute
import Inference
import Models
import Preparation
import TestSupport
import Testing

@Suite struct PackTests {
    private static let schemes = [
        WeightScheme(precision: .int8, scales: .group, head: .bf16),
        WeightScheme(precision: .int8, scales: .row, head: .float),
        WeightScheme(precision: .int8, scales: .group, head: .int8),
    ]

    private func pack(_ source: ModelSource, _ scheme: WeightScheme, to path: String) throws {
        try withPool { pool in
            try PackWriter(source, scheme, on: pool).write(to: path) { _, _ in }
        }
    }

    @Test(
        "a pack gives the bits that its checkpoint gives when prepared in memory",
        arguments: TinyModel.names, schemes)
    func roundTrip(name: String, scheme: WeightScheme) throws {
        let source = try TinyModel.smoothed(name)
        let prompt = try TinyModel.prompt(1, of: name)
        let expected = try TinyModel.logits(source, scheme, prompt)
        try withTemporaryFolder { folder in
            try pack(source, scheme, to: folder + "/m.switchyard")
            let packed = try ModelSource(path: folder + "/m.switchyard")
            let found = try TinyModel.logits(packed, scheme, prompt)
            #expect(found.map(\.bitPattern) == expected.map(\.bitPattern))
            #expect(listing(folder) == ["m.switchyard"])
        }
    }

    @Test(
        "the memory that a model needs is told without making its weights",
        arguments: TinyModel.names, schemes)
    func memory(name: String, scheme: WeightScheme) throws {
        let source = try TinyModel.source(name)
        let told = try MemoryNeed(source, scheme, kvType: .bf16)
        try withTemporaryFolder { folder in
            try pack(source, scheme, to: folder + "/m.switchyard")
            let packed = try ModelSource(path: folder + "/m.switchyard")
            let need = try MemoryNeed(packed, scheme, kvType: .bf16)
            let model = try LoadedModel(
                packed, ModelOptions(scheme: scheme, threads: 1, isPinned: false), cacheTokens: 64)
            defer { model.stop() }
            #expect(need.weightBytes == model.weightBytes)
            #expect(need.cacheBytesPerToken == told.cacheBytesPerToken)
            #expect(need.cacheBytesPerToken * 64 == model.backend.cacheBytes)
            // Vectors and the padding of last panels are counted in only one of them.
            #expect(abs(told.weightBytes - need.weightBytes) < 1 << 14)
        }
    }

    /// Its weights in float32, with the head's rotation undone, differ only by the rounding of the
    /// weights. That is largest in the model with outlier channels (0.074 to 0.076). If the head's
    /// rotation were not undone the difference would be 1 and more.
    @Test("a pack's float32 reference is near its checkpoint's", arguments: schemes)
    func reference(scheme: WeightScheme) throws {
        for name in ["llama_tied", "qwen3_dense"] {
            let source = try TinyModel.source(name)
            let prompt = try TinyModel.prompt(1, of: name)
            let expected = try TinyModel.logits(source, .reference, prompt)
            try withTemporaryFolder { folder in
                try pack(source, scheme, to: folder + "/m.switchyard")
                let packed = try ModelSource(path: folder + "/m.switchyard")
                let found = try TinyModel.logits(packed, .reference, prompt)
                #expect(relativeError(found, expected) < 0.1, "\(name)")
            }
        }
    }

    @Test(
        "an INT8 head costs little more than a float one", arguments: ["llama_tied", "qwen3_moe"])
    func head(name: String) throws {
        let source = try TinyModel.source(name)
        let prompt = try TinyModel.prompt(1, of: name)
        var scheme = WeightScheme(precision: .int8, head: .float)
        let float = try TinyModel.logits(source, scheme, prompt)
        scheme.head = .int8
        let int8 = try TinyModel.logits(source, scheme, prompt)
        #expect(int8 != float)
        #expect(relativeError(int8, float) < 0.06)
    }

    @Test("a pack's size is told before anything is calibrated", arguments: TinyModel.names)
    func size(name: String) throws {
        let scheme = WeightScheme(precision: .int8)
        try withTemporaryFolder { folder in
            let path = folder + "/m.switchyard"
            let told = try withPool { pool in
                try PackWriter(TinyModel.source(name), scheme, on: pool).byteCount(at: path)
            }
            #expect(listing(folder) == [])
            try pack(TinyModel.smoothed(name), scheme, to: path)
            // Routers that smoothing scales are kept in float32; these are large for such models.
            let count = try FileText.read(path, bytesMax: 1 << 30).count
            #expect((told...told / 10 * 11).contains(count), "\(count), told \(told)")
        }
    }

    @Test("a pack that is stopped leaves nothing behind")
    func interrupted() throws {
        try withTemporaryFolder { folder in
            let source = try TinyModel.source("llama_llama3rope")
            try withPool { pool in
                var calls = 0
                let writer = PackWriter(source, WeightScheme(precision: .int8), on: pool)
                #expect(throws: stopped) {
                    try writer.write(to: folder + "/m.switchyard") {
                        _, _ throws(CheckpointError) in
                        calls += 1
                        if calls == 5 { throw stopped }
                    }
                }
                #expect(calls == 5)
            }
            #expect(listing(folder) == [])
        }
    }

    @Test("a pack is neither packed, smoothed nor calibrated again")
    func again() throws {
        try withTemporaryFolder { folder in
            let source = try TinyModel.source("llama_llama3rope")
            try pack(source, WeightScheme(precision: .int8), to: folder + "/m.switchyard")
            let packed = try ModelSource(path: folder + "/m.switchyard")
            #expect(!Smoothing.applies(to: packed))
            #expect(Smoothing.applies(to: source))
            #expect(throws: CheckpointError.self) {
                try pack(packed, WeightScheme(precision: .int8), to: folder + "/n.switchyard")
            }
            #expect(throws: CheckpointError.self) {
                try TinyModel.calibration(packed, "llama_llama3rope")
            }
            #expect(listing(folder) == ["m.switchyard"])
        }
    }

    @Test("a cached pack's key changes with the scheme, the smoothing and the calibration text")
    func keys() throws {
        let source = try TinyModel.source("llama_llama3rope")
        let scheme = WeightScheme(precision: .int8)
        var smoothed = scheme
        smoothed.smoothing = 0.5
        var head = scheme
        head.head = .bf16
        var keys: [String?] = []
        for (scheme, text) in [(scheme, ""), (smoothed, ""), (smoothed, "text"), (head, "")] {
            keys.append(
                PackCache.key(
                    for: source, scheme, splitExperts: nil, calibration: text, layout: "l"))
        }
        #expect(Set(keys.compactMap { $0 }).count == 4)
    }
}
