import CKernels

/// The vector kernels that sampling uses, from one row of the kernel table. Their pointers are
/// checked once.
@safe struct SamplingKernels: Sendable {
    private typealias SoftmaxTerms =
        @convention(c) (
            UnsafePointer<Float>?, Int, UnsafeMutablePointer<Float>?, UnsafeMutablePointer<Float>?
        ) -> Float
    private typealias Multiply =
        @convention(c) (Float, UnsafePointer<Float>?, Int, UnsafeMutablePointer<Float>?) -> Void
    private typealias AllFinite = @convention(c) (UnsafePointer<Float>?, Int) -> Bool

    private let softmaxTermsKernel: SoftmaxTerms
    private let multiplyKernel: Multiply
    private let allFiniteKernel: AllFinite

    /// - isa: the name of a row, which this CPU must support; nil means the best one.
    init(isa: String?) {
        guard let row = unsafe sw_kernels_select(isa) else {
            preconditionFailure("this CPU has no '\(isa ?? "")' kernels")
        }
        guard let softmaxTerms = unsafe row.pointee.softmax_terms,
            let multiply = unsafe row.pointee.multiply,
            let allFinite = unsafe row.pointee.all_finite
        else { preconditionFailure("the kernel table is incomplete") }
        unsafe softmaxTermsKernel = softmaxTerms
        unsafe multiplyKernel = multiply
        unsafe allFiniteKernel = allFinite
    }

    func allFinite(_ x: Span<Float>) -> Bool {
        // SAFETY: the kernel reads `count` floats.
        unsafe x.withUnsafeBufferPointer { unsafe allFiniteKernel($0.baseAddress, $0.count) }
    }

    /// `scaled` = x · factor, `weights` = exp(scaled - largest). Returns the largest scaled value;
    /// nil if the numbers are not finite.
    func softmaxTerms(
        _ x: Span<Float>, factor: Float, scaled: inout [Float], weights: inout [Float]
    ) -> Float? {
        precondition(scaled.count == x.count && weights.count == x.count, "sizes differ")
        var largest: Float = 0
        // SAFETY: all three hold `count` floats, checked above; no pointer leaves the closures.
        let sum = unsafe x.withUnsafeBufferPointer { x in
            unsafe scaled.withUnsafeMutableBufferPointer { scaled in
                unsafe weights.withUnsafeMutableBufferPointer { weights in
                    unsafe multiplyKernel(factor, x.baseAddress, x.count, scaled.baseAddress)
                    return unsafe softmaxTermsKernel(
                        scaled.baseAddress, x.count, weights.baseAddress, &largest)
                }
            }
        }
        return sum.isFinite && sum > 0 && largest.isFinite ? largest : nil
    }

    /// log Σ exp(x), of at least one finite x.
    func logSumOfExponentials(_ x: Span<Float>, scratch: inout [Float]) -> Double {
        precondition(scratch.count == x.count, "sizes differ")
        var largest: Float = 0
        // SAFETY: both hold `count` floats, checked above; no pointer leaves the closures.
        let sum = unsafe x.withUnsafeBufferPointer { x in
            unsafe scratch.withUnsafeMutableBufferPointer { scratch in
                unsafe softmaxTermsKernel(x.baseAddress, x.count, scratch.baseAddress, &largest)
            }
        }
        return Double(largest) + sw_log(Double(sum))
    }
}
