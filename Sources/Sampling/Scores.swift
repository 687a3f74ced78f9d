import CKernels

/// Losses and divergences of rows of logits, for evaluation. Sums are in double precision.
@safe package struct Scores {
    private let kernels: sw_kernels

    package init() {
        guard let row = unsafe sw_kernels_select(nil) else {
            preconditionFailure("every CPU has the scalar row")
        }
        unsafe kernels = unsafe row.pointee
    }

    /// The negative log-probability of an id, in nats.
    package func loss(of id: Int, in logits: ArraySlice<Float>) -> Double {
        var terms = [Float](repeating: 0, count: logits.count)
        let normalizer = logNormalizer(logits, terms: &terms).normalizer
        return normalizer - Double(logits[logits.startIndex + id])
    }

    /// KL(reference || logits) in nats, and whether both have the same most likely id.
    package func divergence(of logits: ArraySlice<Float>, from reference: ArraySlice<Float>)
        -> (divergence: Double, agrees: Bool)
    {
        precondition(logits.count == reference.count, "rows of one vocabulary")
        var terms = [Float](repeating: 0, count: logits.count)
        let other = logNormalizer(logits, terms: &terms).normalizer
        let (normalizer, sum) = logNormalizer(reference, terms: &terms)
        var total = 0.0
        var best = (reference: 0, other: 0)
        unsafe logits.withUnsafeBufferPointer { logits in
            unsafe reference.withUnsafeBufferPointer { reference in
                for index in 0..<logits.count {
                    let (a, b) = unsafe (reference[index], logits[index])
                    total += Double(terms[index]) * Double(a - b)
                    if unsafe a > reference[best.reference] { best.reference = index }
                    if unsafe b > logits[best.other] { best.other = index }
                }
            }
        }
        return (total / sum - normalizer + other, best.reference == best.other)
    }

    package static func exponential(_ x: Double) -> Double { sw_exp(x) }

    /// `log Σ exp(logits)`. `terms` receive `exp(logits - largest)`, and `sum` their sum.
    private func logNormalizer(_ logits: ArraySlice<Float>, terms: inout [Float])
        -> (normalizer: Double, sum: Double)
    {
        var largest: Float = 0
        let count = logits.count
        let sum = unsafe logits.withUnsafeBufferPointer { logits in
            unsafe terms.withUnsafeMutableBufferPointer { terms in
                unsafe kernels.softmax_terms(
                    logits.baseAddress, count, terms.baseAddress, &largest)
            }
        }
        return (Double(largest) + sw_log(Double(sum)), Double(sum))
    }
}
