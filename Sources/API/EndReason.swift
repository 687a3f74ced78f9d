/// Why a choice ended, for clients.
package enum EndReason: Sendable, Equatable {
    /// The model ended it, or a stop string.
    case stop
    /// `max_tokens` or the context's end.
    case length
}
