import CKernels
package import Memory

/// A matrix in the CPU's form: one buffer for each of its format's sections.
package struct FormattedMatrix: Sendable {
    package let format: MatrixFormat
    package let buffers: [AlignedBuffer]
}
