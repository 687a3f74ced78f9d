package import Generation

extension APIError {
    /// Why the engine did not take a request.
    package init(_ rejection: Rejection) {
        switch rejection {
        case .queueFull(let retryAfter):
            self.init(.overloaded, rejection.description, retryAfter: retryAfter)
        case .draining, .unavailable:
            self.init(.unavailable, rejection.description)
        case .promptTooLong:
            self.init(.contextTooLong, rejection.description)
        case .tooLarge:
            self.init(.invalidRequest, rejection.description, code: "request_too_large")
        case .hopeless:
            self.init(.deadlineExceeded, rejection.description)
        case .invalid(let parameter):
            self.init(parameter)
        }
    }

    package init(_ parameter: InvalidParameter) {
        self.init(.invalidRequest, parameter.description, param: parameter.name)
    }

    /// Why the engine gave up a request it had taken.
    package init(_ failure: GenerationFailure) {
        let kind: Kind =
            switch failure.kind {
            case .numerical: .numericalFailure
            case .deadlineExceeded: .deadlineExceeded
            case .stalledReader: .cancelled
            case .unavailable, .resourceExhausted: .unavailable
            case .internal: .internalFailure
            }
        self.init(kind, failure.message)
    }
}
