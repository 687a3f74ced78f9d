import Checkpoints
import Compute
import JSON
import Models
import Preparation
import TestSupport
import Testing

@Suite struct SmoothingTests {
    /// Folding divides a norm's gain or rows and multiplies columns by the same number: each product
    /// is rounded anew, which moves float32 logits by 1e-6 or so, unless a router's tie turns.
    @Test("smoothing leaves float32 logits as they are", arguments: TinyModel.names)
    func unchanged(name: String) throws {
        let source = try TinyModel.source(name)
        let smoothed = try TinyModel.smoothed(name)
        let prompt = try TinyModel.prompt(1, of: name)
        let expected = try TinyModel.logits(source, .reference, prompt)
        let found = try TinyModel.logits(smoothed, .reference, prompt)
        #expect(relativeError(found, expected) < 2e-5)
        #expect(found != expected, "nothing was folded")
    }

    /// Relative errors of INT8 logits after smoothing, as measured; INT8 arithmetic gives the same on
    /// every machine. Random weights have few outliers, so that smoothing need not help them.
    static let errors: [(name: String, smoothed: Double)] = [
        ("deepseek_v2_lite", 0.0428), ("deepseek_v3_yarn", 0.2011), ("gpt_oss_bf16", 0.0261),
        ("granitemoe", 0.0599), ("llama_llama3rope", 0.0219), ("llama_tied", 0.0518),
        ("mixtral_full", 0.0304), ("olmoe", 0.0216), ("qwen2_moe", 0.0492),
        ("qwen3_dense", 0.0279), ("qwen3_moe", 0.1073),
    ]

    @Test("every small model's error is known") func known() {
        #expect(Self.errors.map(\.name) == TinyModel.names)
    }

    @Test("smoothed INT8 logits are as near the float32 ones as measured", arguments: errors)
    func int8(name: String, measured: Double) throws {
        let prompt = try TinyModel.prompt(1, of: name)
        let scheme = WeightScheme(precision: .int8, head: .float)
        let expected = try TinyModel.logits(TinyModel.source(name), .reference, prompt)
        let smoothed = try TinyModel.logits(TinyModel.smoothed(name), scheme, prompt)
        #expect(relativeError(smoothed, expected) <= 1.05 * measured)
    }

    @Test(
        "sequences calibrate the same together and one after the other", arguments: TinyModel.names)
    func passes(name: String) throws {
        let prompt = try TinyModel.prompt(1, of: name)
        let together = try TinyModel.logits(TinyModel.smoothed(name), .reference, prompt)
        let alone = try TinyModel.logits(
            TinyModel.smoothed(name, workspaceBytesMax: 0), .reference, prompt)
        #expect(alone.map(\.bitPattern) == together.map(\.bitPattern))
    }

    /// A tied model with outlier channels, what smoothing is for: 0.049 in the place of 0.077.
    @Test("smoothing mends a model with outlier channels")
    func outliers() throws {
        let prompt = try TinyModel.prompt(1, of: "llama_tied")
        let scheme = WeightScheme(precision: .int8, head: .float)
        let source = try TinyModel.source("llama_tied")
        let expected = try TinyModel.logits(source, .reference, prompt)
        let plain = relativeError(try TinyModel.logits(source, scheme, prompt), expected)
        let smoothed = relativeError(
            try TinyModel.logits(TinyModel.smoothed("llama_tied"), scheme, prompt), expected)
        #expect(smoothed < plain * 0.75)
    }
}

@Suite struct ExpertSplitTests {
    /// The sum over experts adds in another order than the dense product, and nothing else differs.
    @Test("the experts of a split model make the dense model's logits", arguments: [2, 4])
    func dense(experts: Int) throws {
        let source = try TinyModel.source("llama_llama3rope")
        let split = try ExpertSplit.apply(experts, to: source)
        let prompt = try TinyModel.prompt(1, of: "llama_llama3rope")
        let expected = try TinyModel.logits(source, .reference, prompt)
        #expect(split.configuration["model_type"]?.stringValue == "mixtral")
        #expect(
            relativeError(try TinyModel.logits(split, .reference, prompt), expected) < 1e-5)
    }

    @Test("a smoothed model can be split")
    func smoothed() throws {
        let prompt = try TinyModel.prompt(1, of: "llama_llama3rope")
        let expected = try TinyModel.logits(
            TinyModel.source("llama_llama3rope"), .reference, prompt)
        let split = try ExpertSplit.apply(4, to: TinyModel.smoothed("llama_llama3rope"))
        #expect(
            relativeError(try TinyModel.logits(split, .reference, prompt), expected) < 2e-5)
    }

    @Test("only a dense llama splits, into a power of two that divides its width")
    func refused() throws {
        func refusal(_ experts: Int, _ name: String) throws -> String? {
            let source = try TinyModel.source(name)
            let error = #expect(throws: CheckpointError.self, "\(name) into \(experts)") {
                try ExpertSplit.apply(experts, to: source)
            }
            return error?.description
        }
        #expect(try refusal(4, "mixtral_full")?.contains("only a dense llama") == true)
        for experts in [-2, 0, 1, 3, 128] {
            let message = try refusal(experts, "llama_llama3rope")
            #expect(message?.contains("--split-experts \(experts): give 2, 4") == true)
        }
        // 160 is no multiple of 64.
        #expect(
            try refusal(64, "llama_llama3rope")?.contains(
                "'intermediate_size' is no multiple of 64")
                == true)
    }
}
