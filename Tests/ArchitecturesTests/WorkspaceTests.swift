import Architectures
import Compute
import Generation
import Inference
import Scheduling
import TestSupport
import Testing

@Suite("Workspace") struct WorkspaceTests {
    /// For any family, limits, threads and traffic a step takes no more memory than was reserved.
    @Test("no plan takes more memory than is reserved", arguments: Fixture.folders)
    func plans(name: String) throws {
        for seed in 0..<6 {
            var traffic = try PlannedTraffic(name, seed: UInt64(seed))
            traffic.run(steps: 60)
            #expect(traffic.excess == 0, "seed \(seed)")
            #expect(traffic.rowsMost <= traffic.limits.logitRowsMax)
            traffic.stop()
        }
    }
}

/// A model under random limits, and a scheduler's plans for random requests.
private struct PlannedTraffic {
    let limits: SchedulerLimits
    private let model: LoadedModel
    private var scheduler: Scheduler
    private var random: SplitMix
    private var now = ContinuousClock.now
    /// The most bytes beyond the reserve that a plan needed.
    private(set) var excess = 0
    /// The most rows of logits of a plan.
    private(set) var rowsMost = 0

    init(_ name: String, seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        var limits = SchedulerLimits()
        limits.sequencesMax = Int.random(in: 1...12, using: &random)
        limits.stepTokensMax = limits.sequencesMax + Int.random(in: 16...120, using: &random)
        limits.logitRowsMax = Int.random(
            in: limits.sequencesMax...limits.stepTokensMax, using: &random)
        let options = ModelOptions(
            scheme: seed % 2 == 0
                ? WeightScheme(precision: .int8, smoothing: 0.5) : .reference,
            kvType: seed % 2 == 0 ? .bf16 : .f32, threads: 1 + Int(seed % 3), isPinned: false,
            contextMax: [16, 40, 128][Int(seed % 3)], stepTokensMax: limits.stepTokensMax,
            logitRowsMax: limits.logitRowsMax, memoryMax: 1 << 30)
        model = try LoadedModel(
            try Fixture(folder: name).source(), options,
            cacheTokens: Int.random(in: 128...2048, using: &random))
        limits.contextMax = model.contextMax
        self.limits = limits
        self.random = random
        scheduler = Scheduler(
            limits: limits,
            layout: BlockLayout(
                blocks: model.cacheBlocks, windows: model.shape.cache.groups.map(\.window)))
    }

    func stop() { model.stop() }

    mutating func run(steps: Int) {
        var outcomes: [Outcome] = []
        for step in 0..<steps {
            while Bool.random(using: &random) { submit() }
            let plan = scheduler.step(now: now)
            now += .milliseconds(5)
            guard !plan.entries.isEmpty else { continue }
            compute(plan, isMeasured: step % 8 != 0)
            let results = plan.entries.map {
                StepResult(sequence: $0.sequence, token: $0.wantsSample ? 1 : nil)
            }
            scheduler.complete(results, duration: .milliseconds(5), now: now, into: &outcomes)
            for case .token(_, let id, let choice, _) in outcomes {
                scheduler.returnCredit(id, choice: choice, tokens: 1)
            }
            outcomes.removeAll()
        }
    }

    /// Requests that are too long are refused, which is part of the traffic.
    private mutating func submit() {
        let vocabulary = Int32(model.shape.vocabulary)
        let count = Int.random(in: 1...limits.contextMax, using: &random)
        let request = GenerationRequest(
            prompt: (0..<count).map { _ in Int32.random(in: 0..<vocabulary, using: &random) },
            tokensMax: Int.random(in: 1...20, using: &random),
            choices: Int.random(in: 1...limits.sequencesMax, using: &random),
            promptLogprobs: Bool.random(using: &random) ? 0 : nil)
        try? scheduler.submit(request, now: now)
    }

    private mutating func compute(_ plan: StepPlan, isMeasured: Bool) {
        rowsMost = max(rowsMost, plan.batch.logitRows.count)
        let backend = model.backend
        backend.begin(plan.batch)
        let taken = backend.measure {
            backend.scope { _ = model.architecture.forward(on: backend) }
        }
        excess = max(excess, taken - backend.arenaBytes)
        // The real arena traps if it has no room.
        guard !isMeasured, excess <= 0 else { return }
        backend.begin(plan.batch)
        backend.scope { _ = model.architecture.forward(on: backend) }
    }
}
