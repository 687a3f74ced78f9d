/// How a request's body ends (RFC 9112 §6.3).
package enum HTTP1Framing: Sendable, Equatable {
    case none
    case length(Int)
    case chunked

    /// The body's length in bytes; nil if it is known only at its end.
    package var length: Int? {
        switch self {
        case .none: 0
        case .length(let length): length
        case .chunked: nil
        }
    }
}
