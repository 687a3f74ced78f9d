package import Generation

extension APIError {
    /// Why the engine did not take a request.
    package init(_ rejection: Rejection) {
        switch rejection {
        case .queueFull(let retryAfter):
            self.init(.overloaded, rejection.description, retryAfter: retryAfter)
        case .unavailable:
            self.init(.unavailable, rejection.description)
        case .promptTooLong:
            self.init(.contextTooLong, rejection.description)
        case .hopeless:
            self.init(.deadlineExceeded, rejection.description)
        case .invalid(let parameter):
            self.init(parameter)
        }
    }

    package init(_ parameter: InvalidParameter) {
        self.init(.invalidValue, parameter.description, param: parameter.name)
    }

    /// Why the engine gave up a request it had taken.
    package init(_ failure: GenerationFailure) {
        switch failure.kind {
        case .rejected(let rejection): self.init(rejection)
        case .numerical: self.init(.numericalFailure, failure.message)
        case .deadlineExceeded: self.init(.deadlineExceeded, failure.message)
        case .stalledReader: self.init(.cancelled, failure.message)
        case .unavailable: self.init(.unavailable, failure.message)
        case .internal: self.init(.internalFailure, failure.message)
        }
    }
}
