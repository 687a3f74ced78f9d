import CKernels
package import Memory

/// A matrix in the CPU's form, with a buffer for each section of its format.
package struct FormattedMatrix: Sendable {
    package let format: MatrixFormat
    package let buffers: [AlignedBuffer]
}
