import Foundation
import Generation
import TestSupport
import Testing

@testable import Sampling

/// Probabilities after transformers' logits processors (Fixtures/sampling.json).
@Suite("Reference") struct ReferenceTests {
    private struct File: Decodable {
        let vectors: [Vector]
    }

    private struct Vector: Decodable {
        enum Kept: Decodable {
            case all
            case ids([Int])

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                self = (try? .ids(container.decode([Int].self))) ?? .all
            }
        }
        enum Logits: Decodable {
            case name(String)
            case values([Float])

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if let values = try? container.decode([Float].self) {
                    self = .values(values)
                } else {
                    self = .name(try container.decode(String.self))
                }
            }
        }
        let params: String?
        let logits: Logits
        let kept: Kept?
        let probs: [Double]?
        let define: String?
        let history: [Int32]?
    }

    private func load() throws -> [Vector] {
        let data = Data(try contents(of: Repository.fixture("SamplingTests", "sampling.json")))
        return try JSONDecoder().decode(File.self, from: data).vectors
    }

    /// "temperature 0.7, top_k 20" as parameters.
    private func parameters(_ text: String) throws -> SamplingParameters {
        var parameters = SamplingParameters()
        for part in text.split(separator: ",") {
            let words = part.split(separator: " ")
            let value = try #require(Float(words[1]))
            switch words[0] {
            case "temperature": parameters.temperature = value
            case "top_k": parameters.topK = Int(value)
            case "top_p": parameters.topP = value
            case "min_p": parameters.minP = value
            case "typical_p": parameters.typicalP = value
            case "repetition_penalty": parameters.repetitionPenalty = value
            default: Issue.record("unknown parameter \(words[0])")
            }
        }
        return parameters
    }

    /// The reference computes in float32, and its numbers have eight digits.
    @Test("probabilities equal transformers' within 1e-6") func probabilities() throws {
        let vectors = try load()
        var logits: [String: [Float]] = [:]
        var histories: [String: [Int32]] = [:]
        for vector in vectors {
            guard let name = vector.define, case .values(let values) = vector.logits else {
                continue
            }
            logits[name] = values
            histories[name] = vector.history
        }
        var checked = 0
        for vector in vectors {
            guard let text = vector.params, case .name(let name) = vector.logits,
                let kept = vector.kept
            else { continue }
            var values = try #require(logits[name])
            let history = TokenHistory(prompt: try #require(histories[name]))
            var sampler = Sampler(vocabularySize: values.count, isa: nil)
            let plan = SamplingPlan(parameters: try parameters(text), choice: 0, position: 0)
            var span = values.mutableSpan
            let found = try #require(sampler.probabilities(&span, plan, history: history))
            var expected = [Double](repeating: 0, count: found.count)
            let ids =
                switch kept {
                case .all: Array(found.indices)
                case .ids(let ids): ids
                }
            for (id, probability) in zip(ids, try #require(vector.probs)) {
                expected[id] = probability
            }
            for id in found.indices {
                #expect((found[id] > 0) == ids.contains(id), "\(text) on \(name), token \(id)")
                #expect(abs(found[id] - expected[id]) < 1e-6, "\(text) on \(name), token \(id)")
            }
            checked += 1
        }
        #expect(checked == 30)
    }
}
