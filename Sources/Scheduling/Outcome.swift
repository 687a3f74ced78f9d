package import Generation

/// What happened to a sequence or a request. The engine turns outcomes into events.
package enum Outcome: Sendable, Equatable {
    /// A token to deliver.
    case token(SequenceID, RequestID, choice: Int, Int32)
    /// A choice ended. Single-pass work ends with `.stop`; the engine adds its result.
    case finished(SequenceID, RequestID, choice: Int, FinishReason, Usage)
    /// The request failed, with all its choices.
    case failed(RequestID, GenerationFailure)

    package var request: RequestID {
        switch self {
        case .token(_, let id, _, _), .finished(_, let id, _, _, _), .failed(let id, _): id
        }
    }
}
