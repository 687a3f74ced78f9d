package import Generation

/// The rules that every `GenerationService` must follow. Each rule is tried on a service and
/// returns the violations found. So the engine and the services that replace it in tests follow the
/// same rules.
package final class ServiceContract {
    /// A service, new for every rule, and what is needed to drive it.
    package struct Subject {
        package let service: any GenerationService
        /// Lets the service work; returns false if it will deliver nothing more.
        package let work: (EventRecorder) -> Bool
        /// Announces that no new requests should come.
        package let drain: () -> Void
        /// Fails the requests that are left and accepts no more.
        package let stop: () -> Void

        package init(
            _ service: any GenerationService, work: @escaping (EventRecorder) -> Bool,
            drain: @escaping () -> Void, stop: @escaping () -> Void
        ) {
            self.service = service
            self.work = work
            self.drain = drain
            self.stop = stop
        }
    }

    package enum Rule: String, CaseIterable, Sendable, CustomStringConvertible {
        case tokensThenOneEnd, choices, stopTokens, tokensMax, contextEnd, logprobs, promptLogprobs
        case forward, refusals, fullQueue, permits, cancelEarly, cancelMidway, cancelLate
        case cancelChoice, pausedReader, deadline, drain, stop

        package var description: String { rawValue }
    }

    let service: any GenerationService
    let recorder = EventRecorder()
    let subject: Subject
    var problems: [String] = []

    /// Tries one rule on a new service; returns the violations found.
    package static func violations(of rule: Rule, by subject: Subject) throws -> [String] {
        let contract = ServiceContract(subject)
        switch rule {
        case .tokensThenOneEnd: try contract.tokensThenOneEnd()
        case .choices: try contract.choices()
        case .stopTokens: try contract.stopTokens()
        case .tokensMax: try contract.tokensMax()
        case .contextEnd: try contract.contextEnd()
        case .logprobs: try contract.logprobs()
        case .promptLogprobs: try contract.promptLogprobs()
        case .forward: try contract.forward()
        case .refusals: contract.refusals()
        case .fullQueue: try contract.fullQueue()
        case .permits: try contract.permits()
        case .cancelEarly: try contract.cancelEarly()
        case .cancelMidway: try contract.cancelMidway()
        case .cancelLate: try contract.cancelLate()
        case .cancelChoice: try contract.cancelChoice()
        case .pausedReader: try contract.pausedReader()
        case .deadline: try contract.deadline()
        case .drain: try contract.drain()
        case .stop: try contract.stop()
        }
        return contract.problems + contract.recorder.problems
    }

    private init(_ subject: Subject) {
        self.subject = subject
        service = subject.service
    }

    // MARK: Driving

    /// A greedy request with a few prompt tokens, which nothing ends early.
    func request(
        _ tokensMax: Int, _ change: (inout GenerationRequest) -> Void = { _ in }
    ) -> GenerationRequest {
        var request = GenerationRequest(
            prompt: [1, 2, 3, 4, 5], sampling: SamplingParameters(temperature: 0),
            tokensMax: tokensMax)
        change(&request)
        return request
    }

    func submit(_ request: GenerationRequest) throws {
        recorder.expect(request)
        let permits = try service.reserve(prompts: [request.prompt.count])
        try service.submit(request, permits[0], sink: recorder)
    }

    /// Lets the service work until `isDone`; returns false if it never is.
    @discardableResult
    func work(until isDone: () -> Bool) -> Bool {
        repeat {
            for (id, choice, tokens) in recorder.takeCredits() {
                service.returnCredit(id, choice: choice, tokens: tokens)
            }
            if isDone() { return true }
        } while subject.work(recorder)
        problems.append("nothing comes any more")
        return false
    }

    /// Submits a request and lets it run to its end.
    func run(_ request: GenerationRequest) throws -> EventRecorder.Record {
        try submit(request)
        work { recorder[request.id].isOver }
        return recorder[request.id]
    }

    /// Runs another request; after that no events of earlier ones can be on their way.
    func settle() throws { _ = try run(request(2)) }

    func expect(_ isTrue: Bool, _ problem: @autoclosure () -> String) {
        if !isTrue { problems.append(problem()) }
    }

    /// How many places the queue has left for a prompt of one token.
    func placesLeft() -> Int {
        var permits: [Permit] = []
        while permits.count < 100_000, let more = try? service.reserve(prompts: [1]) {
            permits += more
        }
        return permits.count
    }
}
