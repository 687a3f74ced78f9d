import Architectures
import Compute
import Inference
import Models
import TestSupport
import Testing

@testable import ComputeCPU

@Suite("Padded passes") struct PaddingTests {
    /// The logits of a prompt in chunks of 5 tokens, then of a second sequence over the same blocks.
    private func logits(_ name: String, _ scheme: WeightScheme, rowsPerBucket: Int) throws
        -> [UInt32]
    {
        let source = try ModelSource(
            path: Repository.fixture("ArchitecturesTests", "models/" + name))
        let model = try LoadedModel(
            source,
            ModelOptions(
                scheme: scheme, kvType: .bf16, threads: 2, isPinned: false, contextMax: 64),
            cacheTokens: 64)
        defer { model.stop() }
        let backend = try #require(model.backend as? CPUBackend)
        backend.rowsPerBucket = rowsPerBucket
        let runner = SequenceRunner(model)
        var result: [UInt32] = []
        for start in [3, 11] {
            runner.restart()
            for chunk in 0..<4 {
                let tokens = (0..<5).map { Int32((start + chunk * 5 + $0 * 7) % 60) }
                try runner.append(tokens, allLogits: true) { _, row in
                    result += row.map(\.bitPattern)
                }
            }
        }
        return result
    }

    @Test(
        "padded rows change nothing and store nothing",
        arguments: ["mixtral_window16", "deepseek_v2_lite", "gpt_oss_bf16", "qwen2_moe"],
        [WeightScheme.reference, WeightScheme(precision: .int8, smoothing: 0.5)])
    func padded(name: String, scheme: WeightScheme) throws {
        #expect(
            try logits(name, scheme, rowsPerBucket: 8)
                == logits(name, scheme, rowsPerBucket: 1))
    }
}
