import Compute
import Devices
import Inference
import Models
import TestSupport
import Testing

/// `models/tiny`, loaded as a test needs it.
enum TinyModel {
    /// How it is to be run.
    struct Form: Sendable, CustomTestStringConvertible {
        var isa = "scalar"
        var threads = 1
        /// Tokens of one forward pass.
        var stepTokens = 128
        /// Rows of logits of one forward pass.
        var logitRows = 64
        /// How many tokens the KV cache holds.
        var cacheTokens = 8192
        var kvType = KVType.bf16

        var testDescription: String { "\(isa), \(threads) threads" }
    }

    /// Every instruction set of this CPU on one and on two threads.
    static let forms = Devices.instructionSets.flatMap { isa in
        [1, 2].map { Form(isa: isa, threads: $0) }
    }

    /// The fastest instruction set on two threads.
    static let fast = Form(isa: Devices.instructionSets.last ?? "scalar", threads: 2)

    private static let path = Repository.root + "/models/tiny"

    static func load(_ form: Form) throws -> sending LoadedModel {
        let options = ModelOptions(
            scheme: WeightScheme(precision: .int8, scales: .group, head: .bf16),
            kvType: form.kvType, threads: form.threads, isa: form.isa, isPinned: false,
            stepTokensMax: form.stepTokens, logitRowsMax: form.logitRows, memoryMax: 1 << 30)
        return try LoadedModel(
            try ModelSource(path: path), options, cacheTokens: form.cacheTokens)
    }
}

extension SplitMix {
    /// Random tokens of the model's vocabulary.
    mutating func tokens(_ count: Int) -> [Int32] {
        (0..<count).map { _ in Int32.random(in: 0..<509, using: &self) }
    }
}
