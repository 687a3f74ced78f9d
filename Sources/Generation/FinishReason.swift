/// Why a choice ended.
package enum FinishReason: Sendable, Equatable {
    /// A stop token was drawn.
    case stop
    /// `tokensMax` or the context's end was reached.
    case length
    /// The client cancelled or went away.
    case cancelled
}
