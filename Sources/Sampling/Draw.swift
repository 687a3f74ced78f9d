import CKernels
package import Generation

/// A drawn token.
package struct Draw: Sendable, Equatable {
    package var id: Int32
    /// Nil if they were not asked for.
    package var logprobs: TokenLogprobs?
}
