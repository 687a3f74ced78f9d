import Testing

@testable import Generation

@Suite("GenerationRequest") struct GenerationRequestTests {
    private func rejection(_ change: (inout GenerationRequest) -> Void) -> Rejection? {
        var request = GenerationRequest(prompt: [1, 2, 3], tokensMax: 4)
        change(&request)
        do {
            try request.validate(contextMax: 8, vocabularySize: 10)
            return nil
        } catch {
            return error
        }
    }

    private func name(_ change: (inout GenerationRequest) -> Void) -> String? {
        if case .invalid(let error) = rejection(change) { error.name } else { nil }
    }

    @Test("ids differ") func ids() {
        #expect(RequestID.next() != RequestID.next())
    }

    @Test("a plain request is valid") func valid() {
        #expect(rejection { _ in } == nil)
    }

    @Test("a prompt must leave room for a token, unless nothing is generated") func length() {
        #expect(
            rejection { $0.prompt = Array(repeating: 1, count: 8) }
                == .promptTooLong(tokens: 8, max: 7))
        #expect(rejection { $0.prompt = Array(repeating: 1, count: 7) } == nil)
        #expect(
            rejection {
                $0.prompt = Array(repeating: 1, count: 8)
                $0.kind = .forward
            } == nil)
        #expect(
            rejection {
                $0.prompt = Array(repeating: 1, count: 9)
                $0.kind = .forward
            } == .promptTooLong(tokens: 9, max: 8))
    }

    @Test("fields out of range are refused by name") func fields() {
        #expect(name { $0.prompt = [] } == "prompt")
        #expect(name { $0.prompt = [10] } == "prompt")
        #expect(name { $0.prompt = [-1] } == "prompt")
        #expect(name { $0.tokensMax = 0 } == "max_tokens")
        #expect(name { $0.tokensMin = 5 } == "min_tokens")
        #expect(name { $0.choices = 0 } == "n")
        #expect(name { $0.choices = 129 } == "n")
        #expect(name { $0.logprobs = 11 } == "logprobs")
        #expect(name { $0.promptLogprobs = -1 } == "prompt_logprobs")
        #expect(name { $0.stopTokens = [10] } == "stop_token_ids")
        #expect(name { $0.sampling.topP = -1 } == "top_p")
    }

    @Test("tokensMax is cut to the context, whatever its size") func limited() throws {
        var request = GenerationRequest(prompt: [1, 2, 3], tokensMax: .max, tokensMin: 7)
        request = try request.limited(toContext: 8)
        #expect(request.tokensMax == 5)
        #expect(request.tokensMin == 5)
        #expect(throws: Rejection.promptTooLong(tokens: 3, max: 2)) {
            try request.limited(toContext: 3)
        }
    }
}

@Suite("Rejection") struct RejectionTests {
    @Test("Retry-After is whole seconds, rounded up, never 0")
    func retryAfter() {
        #expect(Duration.milliseconds(1200).secondsRoundedUp == 2)
        #expect(Duration.seconds(2).secondsRoundedUp == 2)
        #expect(Duration.zero.secondsRoundedUp == 1)
        #expect(
            Rejection.queueFull(retryAfter: .milliseconds(2500)).description
                == "the queue is full; try again in 3 s")
    }
}
