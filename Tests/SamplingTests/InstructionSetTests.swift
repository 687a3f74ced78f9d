import CKernels
import Generation
import Testing

@testable import Sampling

/// A sampler's results for some logits, as bits.
private struct Outcome: Equatable {
    var ids: [Int32?] = []
    var logprobs: [UInt32] = []
    var probabilities: [UInt64] = []
}

@Suite("Instruction sets") struct InstructionSetTests {
    /// The rows of the kernel table that this CPU has, the scalar one first.
    static let rows: [String] = {
        var count = 0
        guard let table = unsafe sw_kernels_table(&count) else { return [] }
        return (0..<count).compactMap { index in
            unsafe table[index].supported() ? String(cString: table[index].name) : nil
        }
    }()

    static let parameters = [
        SamplingParameters(temperature: 0), SamplingParameters(seed: 1),
        SamplingParameters(temperature: 0.3, seed: 2),
        SamplingParameters(topK: 7, seed: 3), SamplingParameters(topP: 0.7, seed: 4),
        SamplingParameters(minP: 0.1, seed: 5), SamplingParameters(typicalP: 0.6, seed: 6),
        SamplingParameters(
            temperature: 1.7, topK: 40, topP: 0.95, minP: 0.01, typicalP: 0.9,
            repetitionPenalty: 1.3, presencePenalty: 0.5, frequencyPenalty: 0.25,
            logitBias: [0: 2, 3: -1], seed: 7),
    ]

    /// Logits of which some are equal, very large or very small.
    private func logits(_ count: Int) -> [Float] {
        (0..<count).map { index in
            let value = Philox.uniform(seed: 17, choice: count, position: index)
            if index % 11 == 3 { return 2.5 }
            if index % 37 == 5 { return Float(value) * 0x1p-130 }
            return Float(value * 16 - 8) + (index % 53 == 7 ? -95 : 0)
        }
    }

    private func outcome(_ isa: String, _ parameters: SamplingParameters, count: Int) -> Outcome {
        var values = logits(count)
        let history = TokenHistory(prompt: [0], output: [Int32(count / 2), Int32(count - 1)])
        var sampler = Sampler(vocabularySize: count, isa: isa)
        var span = values.mutableSpan
        var outcome = Outcome()
        for position in 0..<8 {
            let plan = SamplingPlan(
                parameters: parameters, choice: 0, position: position, masked: [1], logprobs: 20)
            let draw = sampler.draw(&span, plan, history: history)
            outcome.ids.append(draw?.id)
            outcome.ids += draw?.logprobs?.top.map(\.id) ?? []
            outcome.logprobs += (draw?.logprobs).map { [$0.logprob.bitPattern] } ?? []
            outcome.logprobs += draw?.logprobs?.top.map(\.logprob.bitPattern) ?? []
        }
        let plan = SamplingPlan(parameters: parameters, choice: 0, position: 0)
        outcome.probabilities =
            sampler.probabilities(&span, plan, history: history)?.map(\.bitPattern) ?? []
        return outcome
    }

    @Test(
        "every row of the kernel table draws the scalar row's tokens with its bits", arguments: rows
    )
    func sameBits(isa: String) throws {
        let scalar = try #require(Self.rows.first)
        #expect(scalar == "scalar")
        for parameters in Self.parameters {
            for count in [2, 15, 16, 17, 130, 1000, 4099] {
                let found = outcome(isa, parameters, count: count)
                #expect(found == outcome(scalar, parameters, count: count), "\(count) logits")
                #expect(found.ids.contains { $0 != nil })
            }
        }
    }

    @Test("a row refuses the same logits that the scalar row refuses", arguments: rows)
    func notFinite(isa: String) {
        for count in [1, 16, 33, 130] {
            for place in 0..<count {
                var values = logits(count)
                values[place] = place % 2 == 0 ? .nan : -.infinity
                var sampler = Sampler(vocabularySize: count, isa: isa)
                var span = values.mutableSpan
                let plan = SamplingPlan(parameters: .init(), choice: 0, position: 0)
                #expect(sampler.draw(&span, plan) == nil)
            }
        }
    }
}
