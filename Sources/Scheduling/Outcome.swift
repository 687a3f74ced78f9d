package import Generation

/// What became of a sequence or request; the engine turns these into events.
package enum Outcome: Sendable, Equatable {
    /// A token to deliver.
    case token(SequenceID, RequestID, choice: Int, Int32)
    /// A choice ended. Single-pass work ends with `.stop`; its answer comes from the engine.
    case finished(SequenceID, RequestID, choice: Int, FinishReason, Usage)
    /// The request failed, with all its choices.
    case failed(RequestID, GenerationFailure)

    package var request: RequestID {
        switch self {
        case .token(_, let id, _, _), .finished(_, let id, _, _, _), .failed(let id, _): id
        }
    }
}
