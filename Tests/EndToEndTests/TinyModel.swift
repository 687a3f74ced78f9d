import Compute
import ComputeCPU
import Inference
import Models
import Testing

/// `models/tiny`, loaded as a test wants it.
enum TinyModel {
    /// How it is to be run.
    struct Form: Sendable, CustomTestStringConvertible {
        var isa = "scalar"
        var threads = 1
        /// Tokens of one forward pass.
        var stepTokens = 128
        /// Rows of logits of one forward pass.
        var logitRows = 64
        /// Tokens that the KV cache holds.
        var cacheTokens = 8192
        var kvType = KVType.bf16

        var testDescription: String { "\(isa), \(threads) threads" }
    }

    /// Every instruction set of this CPU on one and on two threads.
    static let forms = CPUBackend.supported.flatMap { isa in
        [1, 2].map { Form(isa: isa, threads: $0) }
    }

    /// The same, the fastest instruction set alone.
    static let fast = Form(isa: CPUBackend.supported.last ?? "scalar", threads: 2)

    private static let path =
        "/"
        + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/models/tiny"

    static func load(_ form: Form) throws -> sending LoadedModel {
        let options = ModelOptions(
            scheme: WeightScheme(precision: .int8, scales: .group, head: .bf16),
            kvType: form.kvType, threads: form.threads, isa: form.isa, isPinned: false,
            stepTokensMax: form.stepTokens, logitRowsMax: form.logitRows, memoryMax: 1 << 30)
        return try LoadedModel(
            try ModelSource(path: path), options, cacheTokens: form.cacheTokens)
    }
}

/// Numbers from a seed: the same on every run.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: Int) {
        state = UInt64(bitPattern: Int64(seed)) &* 0x9E37_79B9_7F4A_7C15 &+ 1
    }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func tokens(_ count: Int) -> [Int32] {
        (0..<count).map { _ in Int32.random(in: 0..<509, using: &self) }
    }
}
