package import Generation
import Synchronization
import Threads

/// Receives a service's events, and records those that come in a wrong order.
package final class EventRecorder: GenerationSink {
    /// The events of a request.
    package struct Record {
        package internal(set) var tokens: [[Int32]]
        package internal(set) var logprobs: [[TokenLogprobs?]]
        package internal(set) var ends: [(reason: FinishReason, usage: Usage)?]
        package internal(set) var failure: GenerationFailure?
        package internal(set) var promptLogprobs: [TokenLogprobs?] = []
        package internal(set) var forwards: [[TokenLogprob]] = []
        fileprivate let request: GenerationRequest

        fileprivate init(_ request: GenerationRequest) {
            self.request = request
            tokens = Array(repeating: [], count: request.choices)
            logprobs = Array(repeating: [], count: request.choices)
            ends = Array(repeating: nil, count: request.choices)
        }

        /// Whether all choices have ended, or the request has failed.
        package var isOver: Bool { failure != nil || ends.allSatisfy { $0 != nil } }
        package var reasons: [FinishReason?] { ends.map { $0?.reason } }
    }

    fileprivate struct State {
        var records: [RequestID: Record] = [:]
        var problems: [String] = []
        var credits: [(RequestID, Int, Int)] = []
        var returnsCredits = true
    }

    private let state = Mutex(State())
    private let bell = Bell()

    package init() {}

    package var problems: [String] { state.withLock { $0.problems } }

    subscript(id: RequestID) -> Record {
        state.withLock { $0.records[id] } ?? Record(GenerationRequest(prompt: [0], tokensMax: 1))
    }

    func expect(_ request: GenerationRequest) {
        state.withLock { $0.records[request.id] = Record(request) }
    }

    /// Whether delivered tokens count as read.
    func setReading(_ isReading: Bool) { state.withLock { $0.returnsCredits = isReading } }

    /// The tokens read since the last call: request, choice, count.
    func takeCredits() -> [(RequestID, Int, Int)] {
        state.withLock { state in
            guard state.returnsCredits else { return [] }
            defer { state.credits = [] }
            return state.credits
        }
    }

    /// Waits until something is delivered; returns false if it takes longer than `time`.
    package func wait(for time: Duration) -> Bool { bell.wait(until: ContinuousClock.now + time) }

    package func deliver(_ events: [(RequestID, GenerationEvent)]) {
        state.withLock { state in
            for (id, event) in events {
                if let problem = state.note(event, id) { state.problems.append(problem) }
            }
        }
        bell.ring()
    }
}

extension EventRecorder.State {
    /// Returns what is wrong with the event.
    fileprivate mutating func note(_ event: GenerationEvent, _ id: RequestID) -> String? {
        guard var record = records[id] else { return "an event of a request that nobody made" }
        defer { records[id] = record }
        guard !record.isOver else { return "\(event) after the end" }
        let choices = record.ends.indices
        switch event {
        case .promptLogprobs(let first, let logprobs):
            guard record.tokens.allSatisfy(\.isEmpty) else { return "prompt after a token" }
            guard first == record.promptLogprobs.count else { return "prompt from \(first)" }
            record.promptLogprobs += logprobs
        case .token(let choice, let token, let logprobs):
            guard choices.contains(choice) else { return "a token of choice \(choice)" }
            guard record.ends[choice] == nil else { return "a token after its choice's end" }
            record.tokens[choice].append(token)
            record.logprobs[choice].append(logprobs)
            credits.append((id, choice, 1))
        case .forward(let top): record.forwards.append(top)
        case .finished(let choice, let reason, let usage):
            guard choices.contains(choice) else { return "the end of choice \(choice)" }
            guard record.ends[choice] == nil else { return "a second end of choice \(choice)" }
            record.ends[choice] = (reason, usage)
            let drawn = record.tokens[choice].count
            let isStopped = reason == .stop && record.request.kind == .generate
            guard usage.promptTokens == record.request.prompt.count,
                usage.completionTokens == drawn + (isStopped ? 1 : 0)
            else { return "\(usage) after \(drawn) tokens, \(reason)" }
        case .failed(let failure): record.failure = failure
        }
        return nil
    }
}
