/// How the next token is drawn from the model's logits. The processors apply in the order of the
/// fields: penalties, bias, temperature, top-k, top-p, min-p, typical-p.
package struct SamplingParameters: Sendable, Equatable {
    /// Divides the logits; 0 is greedy (the most likely token, the lowest id among equals).
    package var temperature: Float
    /// Keeps the `topK` most likely tokens; 0 keeps all.
    package var topK: Int
    /// Keeps the smallest set of most likely tokens whose probabilities reach `topP`; 0 keeps the
    /// most likely one, 1 keeps all.
    package var topP: Float
    /// Keeps the tokens at least `minP` times as likely as the most likely one; 0 keeps all.
    package var minP: Float
    /// Keeps the tokens whose surprise is nearest the expected one (arXiv:2202.00666), up to this
    /// much probability; 1 keeps all.
    package var typicalP: Float
    /// Divides positive and multiplies negative logits of tokens seen in prompt or output
    /// (arXiv:1909.05858); 1 does nothing.
    package var repetitionPenalty: Float
    /// Is taken off the logits of tokens seen in the output.
    package var presencePenalty: Float
    /// Is taken off the logits of tokens seen in the output, once per occurrence.
    package var frequencyPenalty: Float
    /// Is added to the logits of the tokens named.
    package var logitBias: [Int32: Float]
    /// Keys the counter-based random numbers: same seed, choice and position, same number.
    package var seed: UInt64

    /// Parameters as given; `validate` says whether they may be used. Without a seed one is drawn.
    package init(
        temperature: Float = 1, topK: Int = 0, topP: Float = 1, minP: Float = 0,
        typicalP: Float = 1, repetitionPenalty: Float = 1, presencePenalty: Float = 0,
        frequencyPenalty: Float = 0, logitBias: [Int32: Float] = [:],
        seed: UInt64 = .random(in: .min ... .max)
    ) {
        self.temperature = temperature
        self.topK = topK
        self.topP = topP
        self.minP = minP
        self.typicalP = typicalP
        self.repetitionPenalty = repetitionPenalty
        self.presencePenalty = presencePenalty
        self.frequencyPenalty = frequencyPenalty
        self.logitBias = logitBias
        self.seed = seed
    }

    /// Below this the temperature counts as 0: dividing by less overflows float32 logits.
    package static let temperatureMin: Float = 1e-5
    /// The most entries of `logitBias`.
    package static let logitBiasMax = 1024

    /// Whether the most likely token is taken without drawing.
    package var isGreedy: Bool { temperature < Self.temperatureMin }

    /// Throws unless every parameter lies in its range. NaN lies in none.
    package func validate(vocabularySize: Int) throws(InvalidParameter) {
        try Bounds.temperature.check(temperature)
        guard topK >= 0 else {
            throw InvalidParameter("top_k", "is \(topK), must be 0 (off) or more")
        }
        try Bounds.topP.check(topP)
        try Bounds.minP.check(minP)
        try Bounds.typicalP.check(typicalP)
        try Bounds.repetitionPenalty.check(repetitionPenalty)
        try Bounds.presencePenalty.check(presencePenalty)
        try Bounds.frequencyPenalty.check(frequencyPenalty)
        try checkBias(vocabularySize: vocabularySize)
    }

    private func checkBias(vocabularySize: Int) throws(InvalidParameter) {
        guard logitBias.count <= Self.logitBiasMax else {
            throw InvalidParameter(
                "logit_bias", "has \(logitBias.count) entries, may have \(Self.logitBiasMax)")
        }
        for (id, bias) in logitBias {
            guard id >= 0, Int(id) < vocabularySize else {
                throw InvalidParameter(
                    "logit_bias", "names token \(id), the vocabulary has 0 to \(vocabularySize - 1)"
                )
            }
            try Bounds.logitBias.check(bias)
        }
    }
}

extension SamplingParameters {
    /// Where a parameter that is a number must lie.
    package struct Bounds: Sendable {
        package let name: String
        private let range: ClosedRange<Float>
        private let words: String

        private init(_ name: String, _ range: ClosedRange<Float>, _ words: String) {
            self.name = name
            self.range = range
            self.words = words
        }

        /// Throws unless the number lies in its range. NaN lies in none. A front end checks what it
        /// was sent: that may be too large for the parameter's type.
        package func check<Number: BinaryFloatingPoint>(
            _ value: Number
        ) throws(InvalidParameter) {
            guard value >= Number(range.lowerBound), value <= Number(range.upperBound) else {
                throw InvalidParameter(name, "is \(value), must be \(words)")
            }
        }

        package static let temperature = Bounds("temperature", 0...100, "0 to 100")
        package static let topP = Bounds("top_p", 0...1, "0 to 1")
        package static let minP = Bounds("min_p", 0...1, "0 to 1")
        package static let typicalP = Bounds(
            "typical_p", Float.leastNonzeroMagnitude...1, "above 0 and up to 1")
        package static let repetitionPenalty = Bounds(
            "repetition_penalty", 0.01...100, "0.01 to 100")
        package static let presencePenalty = Bounds("presence_penalty", -2...2, "-2 to 2")
        package static let frequencyPenalty = Bounds("frequency_penalty", -2...2, "-2 to 2")
        package static let logitBias = Bounds("logit_bias", -100...100, "-100 to 100")
    }
}
