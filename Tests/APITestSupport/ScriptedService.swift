package import Generation
import Synchronization

/// A `GenerationService` that plays a test's script, one step at a time, by the rules of
/// `ServiceContract`.
package final class ScriptedService: GenerationService {
    /// What a choice does in its steps.
    package struct Choice: Sendable {
        package var tokens: [Int32]
        package var reason: FinishReason
        /// Comes instead of the end.
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
        var choices: [Playing]
        var isStarted = false
    }

    /// A choice, and how far it has been played.
    private struct Playing {
        let script: Choice
        var next = 0
        var isFinished = false
        var isCancelled = false
        /// How many tokens it may be ahead of its reader.
        var credit = unsentTokensMax

        init(_ script: Choice) { self.script = script }
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
        var isStopped = false
    }

    private let state = Mutex(State())
    private let pool: PermitPool
    private let script: @Sendable (_ request: GenerationRequest, _ choice: Int) -> Choice
    package let contextMax: Int
    package let vocabularySize: Int
    package let limits: ServiceLimits
    package static let limits = ServiceLimits(choicesMax: 64, queueTokensMax: 1 << 24)
    package let modelName = "tiny"
    /// The log-probability of the script's tokens: −1/4 each; the most likely ones count down from
    /// it.
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
    /// The most tokens that permits held at any time.
    package var tokensReservedMax: Int { state.withLock { $0.tokensReservedMax } }
    package var runningCount: Int { state.withLock { $0.running.count } }

    package var figures: ServiceFigures { state.withLock { $0.figures } }
    package func set(figures: ServiceFigures) { state.withLock { $0.figures = figures } }
    /// Makes the next calls of `reserve` throw this.
    package func reject(_ rejection: Rejection?) { state.withLock { $0.rejection = rejection } }
    /// Makes calls of `submit` throw this after `count` requests.
    package func rejectSubmit(_ rejection: Rejection?, after count: Int = 0) {
        state.withLock { $0.submitRejection = rejection.map { ($0, after: count) } }
    }

    package func reserve(prompts: [Int]) throws(Rejection) -> [Permit] {
        let rejection = state.withLock { state in
            state.reserved += prompts
            return state.isStopped ? .unavailable : state.rejection
        }
        if let rejection { throw rejection }
        let permits = try pool.take(prompts: prompts)
        state.withLock { $0.tokensReservedMax = max($0.tokensReservedMax, pool.held.tokens) }
        return permits
    }

    package func submit(
        _ request: GenerationRequest, _ permit: Permit, sink: any GenerationSink
    ) throws(Rejection) {
        defer { permit.release() }
        guard !state.withLock({ $0.isStopped }) else { throw .unavailable }
        try request.validate(contextMax: contextMax, vocabularySize: vocabularySize)
        if let deadline = request.deadline, deadline <= .now { throw .hopeless }
        let limited = try request.limited(toContext: contextMax)
        let choices = (0..<request.choices).map { Playing(script(request, $0)) }
        let rejection = state.withLock { state in
            if let (rejection, count) = state.submitRejection, state.requests.count >= count {
                return rejection as Rejection?
            }
            state.requests.append(request)
            state.running.append(Running(request: limited, sink: sink, choices: choices))
            return nil
        }
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
        state.withLock { state in
            state.credits.append(tokens)
            for index in state.running.indices where state.running[index].request.id == id {
                state.running[index].choices[choice].credit += tokens
            }
        }
    }

    /// Fails the requests that are left and accepts no more.
    package func stop() {
        let running = state.withLock { state in
            defer { state.running = [] }
            state.isStopped = true
            state.figures.isReady = false
            return state.running
        }
        let failure = GenerationFailure(.unavailable, "the server has stopped")
        for one in running { one.sink.deliver([(one.request.id, .failed(failure))]) }
    }

    /// One step of the engine: an event of each choice that is not paused. Returns false if there
    /// is none.
    @discardableResult
    package func step() -> Bool {
        let (deliveries, isBusy) = state.withLock { state in
            var deliveries: [(any GenerationSink, [(RequestID, GenerationEvent)])] = []
            for index in state.running.indices {
                let events = step(&state.running[index])
                guard !events.isEmpty else { continue }
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

    private func step(_ running: inout Running) -> [GenerationEvent] {
        var events: [GenerationEvent] = []
        if !running.isStarted {
            running.isStarted = true
            events = Self.beginning(running.request)
        }
        let request = running.request
        for choice in running.choices.indices where !running.choices[choice].isFinished {
            guard let event = Self.step(&running.choices[choice], choice, request) else { continue }
            events.append(event)
            if case .failed = event {
                for index in running.choices.indices { running.choices[index].isFinished = true }
                return events
            }
        }
        return events
    }

    /// The events before the first token.
    private static func beginning(_ request: GenerationRequest) -> [GenerationEvent] {
        var events: [GenerationEvent] = []
        if let count = request.promptLogprobs {
            let known = request.prompt.enumerated().map { index, id in
                index == 0 ? nil : logprobs(id, count)
            }
            events.append(.promptLogprobs(first: 0, known))
        }
        if request.kind == .forward {
            events.append(.forward(top: logprobs(64, request.logprobs ?? 1).top))
        }
        return events
    }

    /// A choice's next event; nil while it waits for its reader.
    private static func step(
        _ choice: inout Playing, _ index: Int, _ request: GenerationRequest
    ) -> GenerationEvent? {
        let script = choice.script
        let limit = min(script.tokens.count, request.tokensMax)
        func finish(_ reason: FinishReason) -> GenerationEvent {
            choice.isFinished = true
            // A stop token is counted, not delivered.
            let isStopped = reason == .stop && limit > 0
            let usage = Usage(
                promptTokens: request.prompt.count,
                completionTokens: choice.next + (isStopped ? 1 : 0), cachedTokens: 3)
            return .finished(choice: index, reason, usage)
        }
        if choice.isCancelled { return finish(.cancelled) }
        if choice.next < limit {
            let id = script.tokens[choice.next]
            if request.stopTokens.contains(id) { return finish(.stop) }
            guard choice.credit > 0 else { return nil }
            choice.credit -= 1
            choice.next += 1
            return .token(
                choice: index, id: id, logprobs: request.logprobs.map { logprobs(id, $0) })
        }
        if let failure = script.failure { return .failed(failure) }
        let isCut = request.kind == .generate && script.tokens.count >= request.tokensMax
        return finish(isCut ? .length : script.reason)
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
