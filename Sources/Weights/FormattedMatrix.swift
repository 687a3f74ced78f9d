import CKernels
package import Memory

/// A matrix in the CPU's form: a buffer for each array that its format lists, in the same order.
package struct FormattedMatrix: Sendable {
    package let format: MatrixFormat
    package let buffers: [AlignedBuffer]
}
