/// Rotates vectors, block by block, with a normalized Hadamard matrix in natural order (QuaRot,
/// arXiv:2404.00456). It spreads an outlier over its block, so groups of 8-bit numbers lose less. A
/// rotation is its own inverse, hence `w · x = (H w) · (H x)`.
///
/// Additions have a fixed order, so that the same numbers give the same bits on every CPU; it is that
/// of the kernels' `rotate`, which rotates inputs.
package struct BlockRotation: Sendable, Equatable {
    /// Elements of a block, a power of two.
    package let block: Int
    /// What each number is multiplied with at last: one over the root of the block.
    package let factor: Float

    private static let blockMin = 16
    private static let blockMax = 128

    /// Nil if only blocks that are too small to spread anything divide the width.
    package init?(width: Int) {
        guard width > 0 else { return nil }
        block = min(Self.blockMax, 1 << width.trailingZeroBitCount)
        guard block >= Self.blockMin else { return nil }
        factor = 1 / Float(block).squareRoot()
    }

    /// In place: `width` numbers, a multiple of the block.
    package func apply(_ values: UnsafeMutablePointer<Float>, width: Int) {
        precondition(width % block == 0, "whole blocks")
        for first in stride(from: 0, to: width, by: block) {
            let x = unsafe values + first
            var half = 1
            while half < block {
                for start in stride(from: 0, to: block, by: 2 * half) {
                    for index in start..<start + half {
                        let (a, b) = unsafe (x[index], x[index + half])
                        unsafe x[index] = a + b
                        unsafe x[index + half] = a - b
                    }
                }
                half *= 2
            }
            for index in 0..<block { unsafe x[index] *= factor }
        }
    }
}
