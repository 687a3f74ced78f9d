import Generation
import Inference
import Threads

/// The outcome of a request.
struct Answer: Sendable, Equatable {
    struct Choice: Sendable, Equatable {
        var tokens: [Int32] = []
        /// Log-probabilities as floats: if answers are equal their logits are equal to the bit, as
        /// far as these show.
        var logprobs: [TokenLogprobs?] = []
        var reason: FinishReason?
    }

    var choices: [Choice]
    var failure: GenerationFailure?
    /// Prompt tokens from the cache. Answers are compared without it.
    var cachedTokens = 0

    /// The answer without the number of cached tokens.
    var essence: Answer {
        var result = self
        result.cachedTokens = 0
        return result
    }
}

/// Submits requests to an engine and waits for their ends, on the thread of the test.
final class EngineClient {
    let engine: Engine
    private let inbox = Inbox()
    private var answers: [RequestID: Answer] = [:]
    private var unfinished: [RequestID: Int] = [:]
    private var unreturned = 0

    init(_ engine: Engine) {
        self.engine = engine
    }

    /// Carries events from the engine's thread to the test's.
    private final class Inbox: GenerationSink {
        let mailbox = Mailbox<[(RequestID, GenerationEvent)]>(capacity: 1 << 20)

        func deliver(_ events: [(RequestID, GenerationEvent)]) {
            _ = mailbox.post(events)
        }
    }

    func submit(_ request: GenerationRequest) throws {
        answers[request.id] = Answer(choices: Array(repeating: .init(), count: request.choices))
        unfinished[request.id] = request.choices
        try engine.submit(
            request, try engine.reserve(prompts: [request.prompt.count])[0], sink: inbox)
    }

    /// Waits until this many tokens have come since the last call, or everything is done.
    func wait(tokens: Int) {
        var seen = 0
        while seen < tokens, !unfinished.isEmpty { seen += receive() }
    }

    /// Waits for the ends of all that was submitted.
    func finish() {
        while !unfinished.isEmpty { _ = receive() }
    }

    func answer(_ id: RequestID) -> Answer? { answers[id] }

    /// Runs a request alone and returns its answer.
    func run(_ request: GenerationRequest) throws -> Answer {
        try submit(request)
        finish()
        return answers[request.id] ?? Answer(choices: [])
    }

    private func receive() -> Int {
        inbox.mailbox.wait()
        var tokens = 0
        for (id, event) in inbox.mailbox.drain().joined() {
            if case .token(let choice, _, _) = event {
                tokens += 1
                engine.returnCredit(id, choice: choice, tokens: 1)
            }
            note(event, id)
        }
        return tokens
    }

    private func note(_ event: GenerationEvent, _ id: RequestID) {
        switch event {
        case .token(let choice, let token, let logprobs):
            answers[id]?.choices[choice].tokens.append(token)
            answers[id]?.choices[choice].logprobs.append(logprobs)
        case .finished(let choice, let reason, let usage):
            answers[id]?.choices[choice].reason = reason
            answers[id]?.cachedTokens = usage.cachedTokens
            let left = (unfinished[id] ?? 1) - 1
            unfinished[id] = left > 0 ? left : nil
        case .failed(let failure):
            answers[id]?.failure = failure
            unfinished[id] = nil
        case .promptLogprobs, .forward: break
        }
    }
}
