import Generation
import Scheduling
import TestSupport

/// Clients, a scheduler and a machine with its own costs, in simulated time.
struct Simulation {
    /// The time that the machine takes for a step.
    struct Cost {
        var base = 0.002
        var perToken = 0.0004
        var perKey = 0.0000002
        /// The measured time is too long or too short by up to this share.
        var noise = 0.05

        func seconds(tokens: Int, keys: Int) -> Double {
            base + perToken * Double(tokens) + perKey * Double(keys)
        }
    }

    /// The outcome of a request.
    struct Fate {
        var tokens: [[Int32]]
        var finished: [FinishReason?]
        var usage: [Usage?]
        var failure: GenerationFailure?
        var rejection: Rejection?
        var firstToken: Duration?
        var ended: Duration?

        init(choices: Int) {
            tokens = [[Int32]](repeating: [], count: choices)
            finished = [FinishReason?](repeating: nil, count: choices)
            usage = [Usage?](repeating: nil, count: choices)
        }
        var isOver: Bool {
            rejection != nil || failure != nil || finished.allSatisfy { $0 != nil }
        }
    }

    struct Step {
        var seconds: Double
        var hasStreams: Bool
        var hasPrefill: Bool
        var tokens: Int
    }

    private(set) var scheduler: Scheduler
    let traffic: Traffic
    let start: ContinuousClock.Instant
    private(set) var fates: [Fate]
    private(set) var steps: [Step] = []
    private(set) var problems: [String] = []
    /// A fingerprint of all plans.
    private(set) var digest: UInt64 = 0
    /// Requests in the order of their first token.
    private(set) var order: [Int] = []

    private let cost: Cost
    /// For each request and choice: the fingerprints of its known tokens.
    private var truths: [[[UInt64]]]
    /// How many steps there are between two checks of the scheduler's invariants.
    private let stepsPerCheck: Int
    private var random: SplitMix
    private var cache: SimulatedCache
    private var elapsed = Duration.zero
    private var nextClient = 0
    private var cancels: [(at: Duration, client: Int)]
    private var credits: [(at: Duration, client: Int, choice: Int)] = []
    private var plan = StepPlan()
    private var outcomes: [Outcome] = []

    init(
        seed: UInt64, limits: SchedulerLimits, layout: BlockLayout, cost: Cost = Cost(),
        stepsPerCheck: Int = 1, traffic makeTraffic: (Int, ContinuousClock.Instant) -> Traffic
    ) {
        start = .now
        scheduler = Scheduler(limits: limits, layout: layout)
        traffic = makeTraffic(scheduler.contextMax, start)
        fates = traffic.clients.map { Fate(choices: $0.request.choices) }
        cancels = traffic.clients.enumerated()
            .compactMap { index, client in client.cancels.map { (at: $0, client: index) } }
            .sorted { ($0.at, $0.client) < ($1.at, $1.client) }
        truths = traffic.clients.map {
            [[UInt64]](repeating: [], count: $0.request.choices)
        }
        self.stepsPerCheck = stepsPerCheck
        random = SplitMix(seed: seed ^ 0xABCD)
        cache = SimulatedCache(layout)
        self.cost = cost
    }

    /// Runs until every request is over.
    mutating func run(stepsMax: Int = 200_000) {
        var count = 0
        while nextClient < traffic.clients.count || !scheduler.isIdle {
            count += 1
            guard count < stepsMax else {
                problems.append("not done after \(stepsMax) steps")
                return
            }
            deliver()
            scheduler.step(now: start + elapsed, into: &plan)
            take(plan.outcomes)
            checkBooks()
            if plan.entries.isEmpty {
                guard skipAhead() else { return }
            } else {
                runStep()
            }
            if problems.count > 20 { return }
        }
        // Blocks freed last may still have to be cleared.
        scheduler.step(now: start + elapsed, into: &plan)
    }

    private mutating func checkBooks() {
        guard steps.count % stepsPerCheck == 0 else { return }
        if let problem = scheduler.invariantViolation() { problems.append(problem) }
        checkLimits()
    }

    /// Checks the limits that memory is reserved for.
    private mutating func checkLimits() {
        let limits = scheduler.limits
        let rows = plan.entries.reduce(0) { $0 + $1.logitRows.count }
        if plan.batch.tokens.count > limits.stepTokensMax { problems.append("too many tokens") }
        if rows > limits.logitRowsMax { problems.append("\(rows) rows of logits") }
        if plan.entries.count > limits.sequencesMax { problems.append("too many sequences") }
        if plan.entries.contains(where: { $0.count == 0 }) { problems.append("an empty entry") }
    }

    /// Arrivals, cancellations and credits that are due.
    private mutating func deliver() {
        while nextClient < traffic.clients.count, traffic.clients[nextClient].arrives <= elapsed {
            do {
                try scheduler.submit(traffic.clients[nextClient].request, now: start + elapsed)
            } catch {
                fates[nextClient].rejection = error
            }
            nextClient += 1
        }
        outcomes.removeAll()
        while let cancel = cancels.first, cancel.at <= elapsed {
            cancels.removeFirst()
            scheduler.cancel(traffic.clients[cancel.client].request.id, into: &outcomes)
        }
        take(outcomes)
        for credit in credits where credit.at <= elapsed {
            let id = traffic.clients[credit.client].request.id
            scheduler.returnCredit(id, choice: credit.choice, tokens: 1)
        }
        credits.removeAll { $0.at <= elapsed }
    }

    /// There is nothing to run: advances the time to the next event.
    private mutating func skipAhead() -> Bool {
        var next = plan.wakeAt.map { start.duration(to: $0) }
        let events = [
            nextClient < traffic.clients.count ? traffic.clients[nextClient].arrives : nil,
            cancels.first?.at, credits.map(\.at).min(),
        ]
        for case let time? in events { next = min(next ?? time, time) }
        guard let next else {
            if !scheduler.isIdle { problems.append("stuck at \(elapsed)") }
            return scheduler.isIdle && nextClient < traffic.clients.count
        }
        elapsed = max(elapsed, next)
        return true
    }

    private mutating func runStep() {
        cache.clear(plan.clearedBlocks)
        cache.copy(plan.copies)
        var results: [StepResult] = []
        var truths: [[UInt64]] = []
        var step = Step(seconds: 0, hasStreams: false, hasPrefill: false, tokens: 0)
        var keys = 0
        for entry in plan.entries {
            let client = traffic.clients[Int(entry.request.rawValue) - 1]
            let truth = truth(of: entry, client)
            let before =
                entry.firstPosition > 0
                ? truth[entry.firstPosition - 1] : client.request.cacheSalt
            cache.write(
                entry, of: plan, state: before, step: steps.count)
            truths.append(truth)
            let isStream = entry.firstPosition >= client.request.prompt.count
            if isStream { step.hasStreams = true } else { step.hasPrefill = true }
            step.tokens += entry.count
            keys += entry.count * entry.firstPosition + entry.count * (entry.count + 1) / 2
            note(entry)
        }
        for (entry, truth) in zip(plan.entries, truths) {
            cache.check(entry, of: plan, truth: truth)
            let client = traffic.clients[Int(entry.request.rawValue) - 1]
            let last = truth[entry.firstPosition + entry.count - 1]
            let token =
                entry.wantsSample ? SimulatedModel.next(after: last, choice: entry.choice) : nil
            results.append(
                StepResult(
                    sequence: entry.sequence, token: token,
                    isFaulty: client.isFaulty && entry.firstPosition > 40))
        }
        let factor = 1 + cost.noise * Double.random(in: -1...1, using: &random)
        step.seconds = cost.seconds(tokens: step.tokens, keys: keys) * factor
        steps.append(step)
        elapsed += .seconds(step.seconds)
        outcomes.removeAll()
        scheduler.complete(
            results, duration: .seconds(step.seconds), now: start + elapsed, into: &outcomes)
        take(outcomes)
        checkBooks()
        problems += cache.problems
    }

    /// The fingerprints of a sequence's known tokens.
    private mutating func truth(of entry: StepPlan.Entry, _ client: Traffic.Client) -> [UInt64] {
        let index = Int(entry.request.rawValue) - 1
        let known = client.request.prompt.count + fates[index].tokens[entry.choice].count
        var truth = truths[index][entry.choice]
        truths[index][entry.choice] = []  // so that it is extended in place
        while truth.count < known {
            let token = token(index, entry.choice, truth.count)
            let state = truth.last ?? client.request.cacheSalt
            truth.append(SimulatedModel.fingerprint(after: state, token: token))
        }
        let end = entry.firstPosition + entry.count
        var isRight = end <= known
        for (offset, token) in plan.tokens(of: entry).enumerated() where isRight {
            isRight = token == self.token(index, entry.choice, entry.firstPosition + offset)
        }
        if !isRight { problems.append("\(entry.request) computes tokens that it does not have") }
        while truth.count < end { truth.append(0) }
        truths[index][entry.choice] = truth
        return truth
    }

    private func token(_ index: Int, _ choice: Int, _ position: Int) -> Int32 {
        let prompt = traffic.clients[index].request.prompt
        return position < prompt.count
            ? prompt[position] : fates[index].tokens[choice][position - prompt.count]
    }

    private mutating func note(_ entry: StepPlan.Entry) {
        var value = digest ^ entry.request.rawValue
        value = mixed(value &+ UInt64(entry.firstPosition) << 20 &+ UInt64(entry.count))
        for table in plan.tables(of: entry) {
            for block in table { value = mixed(value &+ UInt64(bitPattern: Int64(block))) }
        }
        digest = value
    }

    private mutating func take(_ outcomes: [Outcome]) {
        for outcome in outcomes {
            let index = Int(outcome.request.rawValue) - 1
            if fates[index].isOver { problems.append("\(outcome) after the end") }
            switch outcome {
            case .token(_, _, let choice, let token):
                if fates[index].tokens.allSatisfy(\.isEmpty) {
                    order.append(index)
                    fates[index].firstToken = elapsed
                }
                fates[index].tokens[choice].append(token)
                read(index, choice)
            case .finished(_, _, let choice, let reason, let usage):
                if fates[index].finished[choice] != nil {
                    problems.append("\(outcome) ends twice")
                }
                fates[index].finished[choice] = reason
                fates[index].usage[choice] = usage
            case .failed(_, let failure):
                fates[index].failure = failure
            }
            if fates[index].isOver { fates[index].ended = elapsed }
        }
    }

    private mutating func read(_ index: Int, _ choice: Int) {
        switch traffic.clients[index].reader {
        case .prompt: credits.append((elapsed, index, choice))
        case .slow: credits.append((elapsed + .milliseconds(700), index, choice))
        case .never: break
        }
    }
}
