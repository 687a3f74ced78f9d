import Architectures
import Compute
import Generation
import Sampling
import Scheduling
import Threads

/// The state of the engine's thread: the model, the scheduler, and the clients of its requests.
final class EngineLoop {
    private let model: LoadedModel
    private var scheduler: Scheduler
    private let clock = ContinuousClock()
    private var plan = StepPlan()
    private var outcomes: [Outcome] = []
    private var computed = StepResults()
    private var results: [StepResult] = []
    private var clients: [RequestID: Client] = [:]
    /// Log-probabilities of the tokens drawn in this step.
    private var drawn: [SequenceID: TokenLogprobs] = [:]
    private var outbox = Outbox()
    private let queued: @Sendable (Duration) -> Void
    private let notice: @Sendable (String) -> Void
    /// When the operator was last told that the model cannot keep the latency target.
    private var toldOfLatency: ContinuousClock.Instant?
    private var isStopped = false

    /// The client's side of a request.
    private struct Client {
        let request: GenerationRequest
        let sink: any GenerationSink
        /// Held until the request is admitted.
        var permit: Permit?
        var choicesLeft: Int
        /// The tokens that penalties look at, for each choice that has penalties.
        var histories: [Int: TokenHistory] = [:]
        let accepted: ContinuousClock.Instant
    }

    /// There is nothing to run until this time, or until a message comes.
    private struct Pause {
        let until: ContinuousClock.Instant?
    }

    init(
        _ model: LoadedModel, _ scheduler: Scheduler,
        queued: @escaping @Sendable (Duration) -> Void,
        notice: @escaping @Sendable (String) -> Void
    ) {
        self.model = model
        self.scheduler = scheduler
        self.queued = queued
        self.notice = notice
    }

    /// Serves until the message to stop, then fails the requests that are left. On the engine's
    /// thread; `publish` gets the scheduler's state after each step.
    func run(
        _ mailbox: Mailbox<EngineMessage>, _ permits: PermitPool,
        publish: (SchedulerFigures) -> Void
    ) {
        begin()
        var messages: [EngineMessage] = []
        while true {
            mailbox.drain(into: &messages)
            for message in messages { receive(message) }
            let pause = step(advise: { permits.advise(retryAfter: $0) })
            publish(scheduler.figures)
            if isStopped { break }
            if let pause { mailbox.wait(until: pause.until) }
        }
        mailbox.close()
        // What was posted before the end fails as well: no request is without an end.
        mailbox.drain(into: &messages)
        for message in messages { receive(message) }
        end()
    }

    // MARK: Messages

    private func receive(_ message: EngineMessage) {
        switch message {
        case .submit(let request, let permit, let sink):
            let now = clock.now
            do throws(Rejection) {
                try scheduler.submit(request, now: now)
                clients[request.id] = Client(
                    request: request, sink: sink, permit: permit, choicesLeft: request.choices,
                    accepted: now)
            } catch {
                outbox.append(.failed(GenerationFailure(error)), for: request.id, to: sink)
            }
        case .cancel(let id): scheduler.cancel(id, into: &outcomes)
        case .cancelChoice(let id, let choice):
            scheduler.cancel(id, choice: choice, into: &outcomes)
        case .credit(let id, let choice, let tokens):
            scheduler.returnCredit(id, choice: choice, tokens: tokens)
        case .stop: isStopped = true
        }
        settle()
    }

    // MARK: Steps

    /// Runs one step and delivers its events. If there is nothing to run, returns when to try again
    /// unless a message comes first.
    private func step(advise: (Duration) -> Void) -> Pause? {
        guard !isStopped else { return nil }
        let start = clock.now
        scheduler.step(now: start, into: &plan)
        for id in plan.admitted {
            guard let client = clients[id] else { continue }
            queued(start - client.accepted)
            clients[id]?.permit = nil
        }
        outcomes += plan.outcomes
        prepareBlocks()
        let isIdle = plan.entries.isEmpty
        if !isIdle {
            compute()
            let end = clock.now
            scheduler.complete(results, duration: end - start, now: end, into: &outcomes)
            advise(scheduler.retryAfter)
            tellOfLatency(end)
        }
        settle()
        outbox.deliver()
        return isIdle ? Pause(until: plan.wakeAt) : nil
    }

    /// Tells the operator, at most once a minute, that the model cannot keep the latency target.
    private func tellOfLatency(_ now: ContinuousClock.Instant) {
        let latency = scheduler.tokenLatency
        guard !latency.isKept else { return }
        if let told = toldOfLatency, now - told < .seconds(60) { return }
        toldOfLatency = now
        func text(_ duration: Duration) -> String {
            "\(Int((duration / .milliseconds(1)).rounded())) ms"
        }
        notice(
            "the model cannot keep \(text(scheduler.limits.tokenLatencyMax)) between tokens "
                + "beside new prompts; streams get theirs within about \(text(latency.target)) "
                + "(--itl-p99)")
    }

    /// Makes the thread the model's, and measures what steps cost. Requests that come meanwhile wait
    /// until it returns.
    private func begin() {
        model.backend.adoptThread()
        scheduler.learn(StepMeasurement(model).run())
    }

    /// Fails the requests that are left.
    private func end() {
        scheduler.failAll(
            GenerationFailure(.unavailable, "the server has stopped"), into: &outcomes)
        settle()
        outbox.deliver()
        model.stop()
    }

    private func prepareBlocks() {
        for block in plan.clearedBlocks { model.backend.clearBlock(block) }
        for copy in plan.copies { model.backend.copyBlock(copy.from, to: copy.to) }
    }

    private func compute() {
        results.removeAll(keepingCapacity: true)
        drawn.removeAll(keepingCapacity: true)
        model.backend.begin(plan.batch)
        model.backend.scope {
            let logits = model.architecture.forward(on: model.backend)
            model.backend.enqueue(logprobJobs(), sampleJobs(), of: logits)
        }
        model.backend.finish(into: &computed)
        readResults()
    }

    // MARK: Logits

    /// The rows to draw tokens from.
    private func sampleJobs() -> [SampleJob] {
        var jobs: [SampleJob] = []
        var firstLogit = 0
        for entry in plan.entries {
            if entry.wantsSample, let client = clients[entry.request] {
                jobs.append(job(entry, client, row: firstLogit + entry.logitRows.count - 1))
            }
            firstLogit += entry.logitRows.count
        }
        return jobs
    }

    /// Records the outcome of each entry.
    private func readResults() {
        let isUnreadable = readLogprobs()
        var nextDraw = 0
        for (index, entry) in plan.entries.enumerated() {
            let rows = entry.chunk.firstRow..<entry.chunk.firstRow + entry.count
            var result = StepResult(
                sequence: entry.sequence,
                isFaulty: computed.isFaulty(rows) || isUnreadable[index])
            if entry.wantsSample, clients[entry.request] != nil {
                if let draw = computed.draws[nextDraw] {
                    note(draw, of: entry)
                    result.token = draw.id
                } else {
                    result.isFaulty = true
                }
                nextDraw += 1
            }
            results.append(result)
        }
    }

    private func job(_ entry: StepPlan.Entry, _ client: Client, row: Int) -> SampleJob {
        let request = client.request
        let position = entry.firstPosition + entry.count
        let drawnSoFar = position - request.prompt.count
        let plan = SamplingPlan(
            parameters: request.sampling, choice: entry.choice, position: position,
            masked: drawnSoFar < request.tokensMin ? request.stopTokens : [],
            logprobs: request.logprobs)
        return SampleJob(row: row, plan: plan, history: history(entry, request))
    }

    private func history(_ entry: StepPlan.Entry, _ request: GenerationRequest) -> TokenHistory? {
        guard request.sampling.needsHistory else { return nil }
        if let history = clients[entry.request]?.histories[entry.choice] { return history }
        let known = scheduler.tokens(of: entry.sequence) ?? request.prompt
        let history = TokenHistory(
            prompt: known.prefix(request.prompt.count),
            output: known.dropFirst(request.prompt.count))
        clients[entry.request]?.histories[entry.choice] = history
        return history
    }

    private func note(_ draw: Draw, of entry: StepPlan.Entry) {
        clients[entry.request]?.histories[entry.choice]?.append(draw.id)
        if let logprobs = draw.logprobs { drawn[entry.sequence] = logprobs }
    }

    /// The rows whose log-probabilities are wanted: those that predict prompt tokens, and those of
    /// `forward` requests.
    private func logprobJobs() -> [LogprobJob] {
        var jobs: [LogprobJob] = []
        var firstLogit = 0
        for entry in plan.entries {
            defer { firstLogit += entry.logitRows.count }
            guard let request = clients[entry.request]?.request else { continue }
            for row in entry.promptLogprobRows {
                jobs.append(
                    LogprobJob(
                        row: firstLogit + row - entry.logitRows.lowerBound,
                        id: request.prompt[entry.firstPosition + row + 1],
                        top: request.promptLogprobs ?? 0))
            }
            if entry.output == .forward {
                jobs.append(
                    LogprobJob(
                        row: firstLogit + entry.logitRows.count - 1, id: 0,
                        top: request.logprobs ?? 1))
            }
        }
        return jobs
    }

    /// Sends the log-probabilities of the prompt tokens that this step's rows predict, and the
    /// results of `forward` requests. Returns for each entry whether any of its logits is not
    /// finite.
    private func readLogprobs() -> [Bool] {
        var read = computed.logprobs[...]
        return plan.entries.map { entry in
            guard let client = clients[entry.request] else { return false }
            let prompt = read.prefix(entry.promptLogprobRows.count)
            read = read.dropFirst(prompt.count)
            let forward = entry.output == .forward ? read.popFirst() : nil
            // A job without a result read a number that is not finite.
            if prompt.contains(where: { $0 == nil }) || forward == .some(.none) { return true }
            sendPromptLogprobs(Array(prompt), of: entry, to: client)
            if let top = forward??.top {
                outbox.append(.forward(top: top), for: entry.request, to: client.sink)
            }
            return false
        }
    }

    private func sendPromptLogprobs(
        _ values: [TokenLogprobs?], of entry: StepPlan.Entry, to client: Client
    ) {
        guard !values.isEmpty else { return }
        let first = entry.firstPosition + entry.promptLogprobRows.lowerBound + 1
        // The first token has no log-probability: nothing predicts it.
        outbox.append(
            first == 1
                ? .promptLogprobs(first: 0, [nil] + values)
                : .promptLogprobs(first: first, values),
            for: entry.request, to: client.sink)
    }

    // MARK: Events

    /// Converts the scheduler's outcomes into events.
    private func settle() {
        for outcome in outcomes {
            guard let client = clients[outcome.request] else { continue }
            switch outcome {
            case .token(let sequence, let id, let choice, let token):
                outbox.append(
                    .token(choice: choice, id: token, logprobs: drawn[sequence]), for: id,
                    to: client.sink)
            case .finished(_, let id, let choice, let reason, let usage):
                outbox.append(
                    .finished(choice: choice, reason, usage), for: id, to: client.sink)
                clients[id]?.histories[choice] = nil
                clients[id]?.choicesLeft -= 1
                if client.choicesLeft == 1 { clients[id] = nil }
            case .failed(let id, let failure):
                outbox.append(.failed(failure), for: id, to: client.sink)
                clients[id] = nil
            }
        }
        outcomes.removeAll(keepingCapacity: true)
    }
}

/// The events of a step, by sink.
private struct Outbox {
    private var sinks: [any GenerationSink] = []
    private var events: [ObjectIdentifier: [(RequestID, GenerationEvent)]] = [:]

    mutating func append(
        _ event: GenerationEvent, for id: RequestID, to sink: any GenerationSink
    ) {
        let key = ObjectIdentifier(sink)
        if events[key] == nil { sinks.append(sink) }
        events[key, default: []].append((id, event))
    }

    mutating func deliver() {
        for sink in sinks {
            if let batch = events[ObjectIdentifier(sink)] { sink.deliver(batch) }
        }
        sinks.removeAll(keepingCapacity: true)
        events.removeAll(keepingCapacity: true)
    }
}
