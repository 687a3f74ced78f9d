import Checkpoints
import Compute
import Devices
import Inference
import JSON
import Quantization
import TestSupport
import Testing

/// Compares INT8 with an emulation of the same scheme, and with itself: the same request gives the
/// same bits on any instruction set, with any number of threads and any chunks.
@Suite struct Int8ReferenceTests {
    /// The form of a prepared model: projections are rotated, and the head is INT8.
    private static let prepared = WeightScheme(precision: .int8, smoothing: 0.5)

    private static let schemes = [WeightScheme.Scales.row, .group]

    @Test(
        "INT8 logits are the emulation's, with the same bits from every row of the kernel table",
        arguments: Fixture.folders, schemes)
    func emulation(name: String, scales: WeightScheme.Scales) throws {
        let fixture = try Fixture(folder: name)
        let (json, arrays) = try fixture.int8Reference
        var scheme = scales == .row ? "w8a8_g128" : "w8a8_g128_wg"
        if arrays.tensor("p1.\(scheme)_kv_b_bf16.logits") != nil { scheme += "_kv_b_bf16" }
        let routes = try fixture.routes(1)
        let forced = routes.isEmpty ? "" : "forced_routing."
        let expected = try TensorDecoder.floats(arrays.require("p1.\(scheme).\(forced)logits"))
        let tolerance = try #require(json["tolerance"]?[scheme]?["rel_err"]?.doubleValue)
        var first: [UInt32]?
        for isa in Devices.instructionSets {
            let session = try Session(
                fixture.source(), WeightScheme(precision: .int8, scales: scales, head: .float),
                isa: isa)
            session.runner.replay = routes
            let logits = try session.logits(fixture.prompt(1))
            #expect(relativeError(logits, expected) <= tolerance, "\(isa)")
            let isSame = first.map { $0 == logits.bits } ?? true
            #expect(isSame, "\(isa)")
            first = logits.bits
        }
    }

    /// Caches of other number formats, for families whose attention differs.
    private static let otherCaches = ["deepseek_v3_yarn", "gpt_oss_bf16", "qwen3_moe"].flatMap {
        name in
        [KVType.f32, .f16, .int8].map { (name, $0) }
    }

    @Test(
        "INT8 logits have the same bits with one thread and two, in chunks of 1, 7 and all",
        arguments: Fixture.folders.map { ($0, KVType.bf16) } + otherCaches)
    func schedules(name: String, kv: KVType) throws {
        let fixture = try Fixture(folder: name)
        let prompt = try fixture.prompt(0)
        var first: [UInt32]?
        for threads in 1...2 {
            let session = try Session(
                fixture.source(), Self.prepared, kv: kv, threads: threads)
            for chunk in [prompt.count, 7, 1] {
                let bits = try session.logits(prompt, chunk: chunk).bits
                let isSame = first.map { $0 == bits } ?? true
                #expect(isSame, "\(threads) threads, chunks of \(chunk)")
                first = bits
            }
        }
    }

    /// 1,100 tokens make three spans of 512 keys; with few tasks spans are computed in parallel.
    @Test(
        "long contexts have the same bits with any number of threads and rows of the kernel table",
        arguments: ["deepseek_v2_lite", "gpt_oss_bf16", "mixtral_window16", "llama_tied"])
    func spans(name: String) throws {
        let fixture = try Fixture(folder: name)
        let pattern = try fixture.prompt(0)
        let tokens = (0..<1_100).map { pattern[$0 * $0 % pattern.count] }
        var first: [UInt32]?
        for (threads, isa, chunk) in [
            (1, nil, 512), (3, nil, 512), (2, "scalar", 64), (4, nil, 5),
        ] {
            let session = try Session(
                fixture.source(), Self.prepared, kv: .bf16, threads: threads,
                isa: isa, context: 1_200)
            let bits = try session.logits(tokens, chunk: chunk).bits
            let isSame = first.map { $0 == bits } ?? true
            #expect(isSame, "\(threads) threads, chunks of \(chunk)")
            first = bits
        }
    }

    @Test("a sequence's logits do not depend on its batch-mates", arguments: Fixture.folders)
    func batchMates(name: String) throws {
        let fixture = try Fixture(folder: name)
        let session = try Session(
            fixture.source(), Self.prepared, kv: .bf16, threads: 2)
        let prompts = [
            try fixture.prompt(0), Array(try fixture.prompt(0).prefix(3)), try fixture.prompt(1),
        ]
        let alone = try prompts.map { try session.logits($0).bits }
        let isSame = session.logitsTogether(prompts).map(\.bits) == alone
        #expect(isSame)
    }

    /// A narrower cache costs a relative error of about 1e-2.
    @Test(
        "narrow KV caches are near the float32 one",
        arguments: ["deepseek_v2_lite", "gpt_oss_bf16", "mixtral_full", "qwen3_dense"],
        [KVType.bf16, .f16, .int8])
    func caches(name: String, kv: KVType) throws {
        let fixture = try Fixture(folder: name)
        let session = try Session(fixture.source(), .reference, kv: kv)
        session.runner.replay = try fixture.routes(0)
        let error = relativeError(
            try session.logits(fixture.prompt(0)), try fixture.floats("p0.logits"))
        #expect(error > 0 && error < 3e-2)
    }
}
