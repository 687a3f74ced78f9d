import Compute
import JSON
import Models
import Preparation
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

    /// Where a matrix's factors are those of what makes its inputs.
    @Test("smoothed INT8 logits are near the float32 ones", arguments: TinyModel.names)
    func int8(name: String) throws {
        let prompt = try TinyModel.prompt(1, of: name)
        let scheme = WeightScheme(precision: .int8, head: .float)
        let expected = try TinyModel.logits(TinyModel.source(name), .reference, prompt)
        let plain = try TinyModel.logits(TinyModel.source(name), scheme, prompt)
        let smoothed = try TinyModel.logits(TinyModel.smoothed(name), scheme, prompt)
        // Routers of random weights turn on little, so that errors are compared, not bounded alone.
        let error = relativeError(plain, expected)
        #expect(relativeError(smoothed, expected) < max(0.1, 2 * error))
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
        #expect(throws: (any Error).self) {
            try ExpertSplit.apply(4, to: TinyModel.source("mixtral_full"))
        }
        for experts in [-2, 0, 1, 3, 64, 128] {
            #expect(throws: (any Error).self) {
                try ExpertSplit.apply(experts, to: TinyModel.source("llama_llama3rope"))
            }
        }
    }
}
