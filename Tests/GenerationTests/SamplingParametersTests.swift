import Testing

@testable import Generation

@Suite("SamplingParameters") struct SamplingParametersTests {
    @Test("defaults are valid") func defaults() throws {
        try SamplingParameters().validate(vocabularySize: 10)
    }

    @Test(
        "a value out of range is refused by name",
        arguments: [
            ("temperature", SamplingParameters(temperature: -0.1)),
            ("temperature", SamplingParameters(temperature: .nan)),
            ("temperature", SamplingParameters(temperature: .infinity)),
            ("top_k", SamplingParameters(topK: -1)),
            ("top_p", SamplingParameters(topP: -0.01)),
            ("top_p", SamplingParameters(topP: 1.01)),
            ("min_p", SamplingParameters(minP: -0.1)),
            ("typical_p", SamplingParameters(typicalP: 0)),
            ("repetition_penalty", SamplingParameters(repetitionPenalty: 0)),
            ("presence_penalty", SamplingParameters(presencePenalty: 2.5)),
            ("frequency_penalty", SamplingParameters(frequencyPenalty: -.infinity)),
            ("logit_bias", SamplingParameters(logitBias: [10: 1])),
            ("logit_bias", SamplingParameters(logitBias: [-1: 1])),
            ("logit_bias", SamplingParameters(logitBias: [1: .nan])),
        ])
    func refused(name: String, parameters: SamplingParameters) {
        let error = #expect(throws: InvalidParameter.self) {
            try parameters.validate(vocabularySize: 10)
        }
        #expect(error?.name == name)
    }

    @Test("the message says value and range") func message() {
        let error = #expect(throws: InvalidParameter.self) {
            try SamplingParameters(topP: 1.5).validate(vocabularySize: 10)
        }
        #expect(error?.description == "top_p is 1.5, must be 0 to 1")
    }

    @Test("a temperature too small to divide by is greedy") func greedy() {
        #expect(SamplingParameters(temperature: 0).isGreedy)
        #expect(SamplingParameters(temperature: 1e-6).isGreedy)
        #expect(!SamplingParameters(temperature: 0.01).isGreedy)
    }
}
