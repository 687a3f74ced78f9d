package import Generation
import Synchronization

/// A `GenerationService` that plays what a test wrote, one step at a time.
package final class ScriptedService: GenerationService {
    /// What a choice does in its steps.
    package struct Choice: Sendable {
        package var tokens: [Int32]
        package var reason: FinishReason
        /// Instead of the end.
        package var failure: GenerationFailure?

        package init(
            _ tokens: [Int32], _ reason: FinishReason = .stop, failure: GenerationFailure? = nil
        ) {
            self.tokens = tokens
            self.reason = reason
            self.failure = failure
        }
    }

    private struct Running {
        let request: GenerationRequest
        let sink: any GenerationSink
        var choices: [(script: Choice, next: Int, isFinished: Bool, isCancelled: Bool)]
        var isStarted = false
    }

    private struct State {
        var running: [Running] = []
        var requests: [GenerationRequest] = []
        var reserved: [Int] = []
        var tokensReservedMax = 0
        var cancelled: [RequestID] = []
        var cancelledChoices: [Int] = []
        var credits: [Int] = []
        var rejection: Rejection?
        var submitRejection: (Rejection, after: Int)?
        var figures = ServiceFigures(isReady: true)
    }

    private let state = Mutex(State())
    private let pool: PermitPool
    private let script: @Sendable (_ request: GenerationRequest, _ choice: Int) -> Choice
    package let contextMax: Int
    package let vocabularySize: Int
    package let limits: ServiceLimits
    package static let limits = ServiceLimits(choicesMax: 64, queueTokensMax: 1 << 24)
    package let modelName = "tiny"
    /// The log-probability that the script's tokens have: −1/4 each, with a top that counts down.
    package static let logprob: Float = -0.25

    package init(
        contextMax: Int = 4096, vocabularySize: Int = 300,
        limits: ServiceLimits = ScriptedService.limits,
        script: @escaping @Sendable (_ request: GenerationRequest, _ choice: Int) -> Choice
    ) {
        self.contextMax = contextMax
        self.vocabularySize = vocabularySize
        self.limits = limits
        self.script = script
        pool = PermitPool(
            requestsMax: 1000, tokensMax: limits.queueTokensMax, promptTokensMax: contextMax)
    }

    package var requests: [GenerationRequest] { state.withLock { $0.requests } }
    package var cancelled: [RequestID] { state.withLock { $0.cancelled } }
    package var cancelledChoices: [Int] { state.withLock { $0.cancelledChoices } }
    package var credits: [Int] { state.withLock { $0.credits } }
    package var reserved: [Int] { state.withLock { $0.reserved } }
    package var permitsHeld: Int { pool.held.requests }
    /// The most tokens that permits ever held.
    package var tokensReservedMax: Int { state.withLock { $0.tokensReservedMax } }
    package var runningCount: Int { state.withLock { $0.running.count } }

    package var figures: ServiceFigures { state.withLock { $0.figures } }
    package func set(figures: ServiceFigures) { state.withLock { $0.figures = figures } }
    /// The next `reserve`s throw this.
    package func reject(_ rejection: Rejection?) { state.withLock { $0.rejection = rejection } }
    /// `submit`s throw this once `count` requests were taken.
    package func rejectSubmit(_ rejection: Rejection?, after count: Int = 0) {
        state.withLock { $0.submitRejection = rejection.map { ($0, after: count) } }
    }

    package func reserve(prompts: [Int]) throws(Rejection) -> [Permit] {
        let rejection = state.withLock { state in
            state.reserved += prompts
            return state.rejection
        }
        if let rejection { throw rejection }
        let permits = try pool.take(prompts: prompts)
        state.withLock { $0.tokensReservedMax = max($0.tokensReservedMax, pool.held.tokens) }
        return permits
    }

    package func submit(
        _ request: GenerationRequest, _ permit: Permit, sink: any GenerationSink
    ) throws(Rejection) {
        try request.validate(contextMax: contextMax, vocabularySize: vocabularySize)
        let choices = (0..<request.choices).map { choice in
            (script: script(request, choice), next: 0, isFinished: false, isCancelled: false)
        }
        let rejection = state.withLock { state in
            if let (rejection, count) = state.submitRejection, state.requests.count >= count {
                return rejection as Rejection?
            }
            state.requests.append(request)
            state.running.append(Running(request: request, sink: sink, choices: choices))
            return nil
        }
        permit.release()
        if let rejection { throw rejection }
    }

    package func cancel(_ id: RequestID) {
        state.withLock { state in
            state.cancelled.append(id)
            for index in state.running.indices where state.running[index].request.id == id {
                for choice in state.running[index].choices.indices {
                    state.running[index].choices[choice].isCancelled = true
                }
            }
        }
    }

    package func cancel(_ id: RequestID, choice: Int) {
        state.withLock { state in
            state.cancelledChoices.append(choice)
            for index in state.running.indices where state.running[index].request.id == id {
                state.running[index].choices[choice].isCancelled = true
            }
        }
    }

    package func returnCredit(_ id: RequestID, choice: Int, tokens: Int) {
        state.withLock { $0.credits.append(tokens) }
    }

    /// One step of the engine: an event of each choice. False when nothing runs.
    @discardableResult
    package func step() -> Bool {
        let (deliveries, isBusy) = state.withLock { state in
            var deliveries: [(any GenerationSink, [(RequestID, GenerationEvent)])] = []
            for index in state.running.indices {
                let events = Self.step(&state.running[index])
                deliveries.append(
                    (
                        state.running[index].sink,
                        events.map { (state.running[index].request.id, $0) }
                    ))
            }
            state.running.removeAll { $0.choices.allSatisfy(\.isFinished) }
            return (deliveries, !deliveries.isEmpty)
        }
        for (sink, events) in deliveries { sink.deliver(events) }
        return isBusy
    }

    private static func step(_ running: inout Running) -> [GenerationEvent] {
        var events: [GenerationEvent] = []
        let request = running.request
        if !running.isStarted {
            running.isStarted = true
            if let count = request.promptLogprobs {
                events.append(
                    .promptLogprobs(
                        first: 0,
                        request.prompt.enumerated().map { index, id in
                            index == 0 ? nil : logprobs(id, count)
                        }))
            }
            if request.kind == .forward {
                events.append(.forward(top: logprobs(64, request.logprobs ?? 1).top))
            }
        }
        for choice in running.choices.indices where !running.choices[choice].isFinished {
            let script = running.choices[choice].script
            let next = running.choices[choice].next
            let limit = min(script.tokens.count, request.tokensMax)
            func finish(_ reason: FinishReason) {
                running.choices[choice].isFinished = true
                // A stop token is counted, not delivered.
                let usage = Usage(
                    promptTokens: request.prompt.count,
                    completionTokens: next + (reason == .stop && limit > 0 ? 1 : 0), cachedTokens: 3
                )
                events.append(.finished(choice: choice, reason, usage))
            }
            if running.choices[choice].isCancelled {
                finish(.cancelled)
            } else if next < limit {
                running.choices[choice].next += 1
                let id = script.tokens[next]
                let logprobs = request.logprobs.map { Self.logprobs(id, $0) }
                events.append(.token(choice: choice, id: id, logprobs: logprobs))
            } else if let failure = script.failure {
                for index in running.choices.indices { running.choices[index].isFinished = true }
                events.append(.failed(failure))
                return events
            } else {
                let isCut = request.kind == .generate && script.tokens.count >= request.tokensMax
                finish(isCut ? .length : script.reason)
            }
        }
        return events
    }

    private static func logprobs(_ id: Int32, _ count: Int) -> TokenLogprobs {
        TokenLogprobs(
            id: id, logprob: logprob,
            top: (0..<count).map { rank in
                TokenLogprob(
                    id: rank == 0 ? id : Int32(64 + rank), logprob: logprob - Float(rank))
            })
    }
}
