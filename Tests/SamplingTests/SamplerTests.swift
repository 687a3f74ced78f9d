import Generation
import Testing

@testable import Sampling

/// Draws from an array of logits.
func draw(
    _ logits: [Float], _ parameters: SamplingParameters, position: Int = 0, choice: Int = 0,
    masked: [Int32] = [], logprobs: Int? = nil, history: TokenHistory? = nil
) -> Draw? {
    var logits = logits
    let before = logits
    var sampler = Sampler(vocabularySize: logits.count, isa: nil)
    let plan = SamplingPlan(
        parameters: parameters, choice: choice, position: position, masked: masked,
        logprobs: logprobs)
    var span = logits.mutableSpan
    let result = sampler.draw(&span, plan, history: history)
    #expect(logits.map(\.bitPattern) == before.map(\.bitPattern), "logits are restored")
    return result
}

@Suite("Sampler") struct SamplerTests {
    @Test("greedy takes the largest logit, the lowest id among equals") func greedy() {
        let parameters = SamplingParameters(temperature: 0)
        #expect(draw([1, 3, 2, 3], parameters)?.id == 1)
        #expect(draw([-5, -5, -5], parameters)?.id == 0)
        #expect(draw([7], parameters)?.id == 0)
    }

    @Test(
        "a logit that is not finite draws nothing", arguments: [Float.nan, .infinity, -.infinity])
    func notFinite(value: Float) {
        #expect(draw([1, value, 2], SamplingParameters(temperature: 0)) == nil)
        #expect(draw([1, value, 2], SamplingParameters()) == nil)
    }

    @Test("masked tokens are not drawn, and a wholly masked vocabulary draws nothing")
    func masked() {
        for temperature: Float in [0, 1] {
            let parameters = SamplingParameters(temperature: temperature, seed: 3)
            #expect(draw([9, 1], parameters, masked: [0])?.id == 1)
            #expect(draw([9, 1], parameters, masked: [0, 1]) == nil)
            #expect(draw([9, 1], parameters, masked: [0, -1, 7])?.id == 1)
        }
    }

    @Test("penalties and bias act on what was seen") func penalties() throws {
        let history = TokenHistory(prompt: [0], output: [1, 1])
        func best(_ change: (inout SamplingParameters) -> Void) -> Int32? {
            var parameters = SamplingParameters(temperature: 0)
            change(&parameters)
            return draw([3.0, 2.9, 2.5], parameters, history: history)?.id
        }
        #expect(best { $0.repetitionPenalty = 1.3 } == 2)
        #expect(best { $0.presencePenalty = 1 } == 0)
        #expect(best { $0.logitBias = [2: 1] } == 2)
        #expect(best { $0.frequencyPenalty = -0.2 } == 1)
        #expect(best { $0.presencePenalty = -0.05 } == 0)
        #expect(best { $0.presencePenalty = -0.2 } == 1)
    }

    @Test("log-probabilities are those of the logits as given") func logprobs() throws {
        let parameters = SamplingParameters(temperature: 0, logitBias: [0: -50])
        let result = try #require(draw([2, 1, 1, 0], parameters, logprobs: 3))
        #expect(result.id == 1)
        let logprobs = try #require(result.logprobs)
        // log Σ exp = 2.6265233750364456
        #expect(abs(logprobs.logprob - (1 - 2.6265233)) < 1e-6)
        #expect(logprobs.top.map(\.id) == [0, 1, 2])
        #expect(abs(logprobs.top[0].logprob - (2 - 2.6265233)) < 1e-6)
        #expect(draw([2, 1], parameters, logprobs: 0)?.logprobs?.top == [])
        #expect(draw([2, 1], parameters, logprobs: 9)?.logprobs?.top.count == 2)
    }

    @Test("seed, choice and position decide, and nothing else") func keyed() {
        let logits = (0..<1000).map { Float(($0 * 7919) % 97) / 20 }
        var ids: [Int32?] = []
        for seed: UInt64 in 0..<3 {
            for choice in 0..<3 {
                for position in 0..<3 {
                    let parameters = SamplingParameters(seed: seed)
                    let first = draw(logits, parameters, position: position, choice: choice)?.id
                    let again = draw(logits, parameters, position: position, choice: choice)?.id
                    #expect(first == again)
                    ids.append(first)
                }
            }
        }
        #expect(Set(ids).count > 20)
    }

    @Test(
        "draws follow the probabilities",
        arguments: [
            SamplingParameters(seed: 1), SamplingParameters(temperature: 0.5, seed: 2),
            SamplingParameters(topK: 5, seed: 3), SamplingParameters(topP: 0.8, seed: 4),
            SamplingParameters(minP: 0.2, seed: 5), SamplingParameters(typicalP: 0.7, seed: 6),
            SamplingParameters(topP: 0, seed: 7),
        ])
    func chiSquare(parameters: SamplingParameters) throws {
        let draws = 20_000
        var logits = (0..<16).map { Float(($0 * 5) % 16) / 4 }
        var sampler = Sampler(vocabularySize: 16, isa: nil)
        var span = logits.mutableSpan
        let plan = SamplingPlan(parameters: parameters, choice: 0, position: 0)
        let probabilities = try #require(sampler.probabilities(&span, plan))
        var counts = [Int](repeating: 0, count: 16)
        for position in 0..<draws {
            let plan = SamplingPlan(parameters: parameters, choice: 0, position: position)
            let result = try #require(sampler.draw(&span, plan))
            counts[Int(result.id)] += 1
        }
        var square = 0.0
        for (count, probability) in zip(counts, probabilities) {
            let expected = probability * Double(draws)
            if expected == 0 {
                #expect(count == 0)
            } else {
                square += (Double(count) - expected) * (Double(count) - expected) / expected
            }
        }
        // 37.7 is the 99.9th percentile for 15 degrees of freedom; the seeds are fixed.
        #expect(square < 37.7)
    }
}

@Suite("Philox") struct PhiloxTests {
    /// The known answers of the authors' Random123 library (kat_vectors, philox4x32 10).
    @Test("known answers") func known() {
        #expect(
            Philox.words(SIMD4(repeating: 0), key: SIMD2(repeating: 0))
                == SIMD4(0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8))
        #expect(
            Philox.words(SIMD4(repeating: .max), key: SIMD2(repeating: .max))
                == SIMD4(0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD))
        #expect(
            Philox.words(
                SIMD4(0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344),
                key: SIMD2(0xA409_3822, 0x299F_31D0))
                == SIMD4(0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1))
    }

    @Test("numbers lie in 0 ..< 1 and are even on average") func uniform() {
        var sum = 0.0
        for position in 0..<10_000 {
            let value = Philox.uniform(seed: 9, choice: 1, position: position)
            #expect(value >= 0 && value < 1)
            sum += value
        }
        #expect(abs(sum / 10_000 - 0.5) < 0.01)
    }
}

@Suite("Candidates") struct CandidatesTests {
    /// Sorting is the specification.
    @Test("the best are kept, as sorting would keep them", arguments: 0..<60) func selects(
        seed: UInt64
    ) {
        let count = 1 + Int(seed * 37 % 900)
        let all = (0..<count).map { index in
            let value = Philox.uniform(seed: seed, choice: 0, position: index)
            // Few different keys, so that ties occur.
            return Candidate(
                key: Float((value * 40).rounded()), id: Int32(index), weight: Float(value))
        }
        let sorted = all.sorted { $0.isBetter(than: $1) }
        for share in [0, 0.01, 0.3, 0.9, 1] {
            let limit = max(1, Int(share * Double(count)))
            var kept = all
            kept.keepBest(count: limit)
            #expect(Set(kept.map(\.id)) == Set(sorted.prefix(limit).map(\.id)))
            let mass = share * all.reduce(0) { $0 + Double($1.weight) } * 0.999
            var reached = 0.0
            var needed = 0
            while needed < count, reached < mass || needed == 0 {
                reached += Double(sorted[needed].weight)
                needed += 1
            }
            kept = all
            kept.keepBest(mass: mass)
            #expect(Set(kept.map(\.id)) == Set(sorted.prefix(needed).map(\.id)))
        }
    }
}
