import Glibc
import HTTP
import NIOCore
import NIOPosix
import Synchronization

/// Whether the user wants to stop. The signal handler sets it.
let isInterrupted = Atomic<Bool>(false)

/// Runs the load and collects the outcomes. Belongs to its event loop.
final class Driver {
    /// How requests are started.
    enum Pace: Sendable {
        /// This many requests are always in progress.
        case closed(concurrency: Int)
        /// Poisson arrivals at this rate per second, whatever the server does, up to a limit of
        /// requests in progress.
        case open(rate: Double, inflightMax: Int)
    }

    struct Plan: Sendable {
        var address: ServerAddress
        var workload: Workload
        var pace: Pace
        /// How many requests to start; nil means as many as the duration allows.
        var requests: Int?
        /// From the first request's start to the last one's.
        var duration: Duration?
        var timeout: Duration
        var headers: HTTPHeaders
    }

    struct Result: Sendable {
        var outcomes: [Outcome] = []
        var dropped = 0
        var reconnects = 0
        var inflightPeak = 0
        var duration = Duration.zero
    }

    private let loop: any EventLoop
    private let plan: Plan
    private let transport: any Transport
    private let clock = ContinuousClock()
    private let done: EventLoopPromise<Result>
    private let progress: (Progress) -> Void
    private let startedAt: ContinuousClock.Instant
    private var arrivals: SeededGenerator
    private var nextDue: ContinuousClock.Instant
    private var started = 0
    private var isOver = false
    private var running: [ObjectIdentifier: Run] = [:]
    private var result = Result()
    private var now = Progress()
    private var lastEnd: ContinuousClock.Instant

    /// The figures shown while the load runs.
    struct Progress: Sendable {
        var elapsed = Duration.zero
        var completed = 0
        var inflight = 0
        var rejected = 0
        var cancelled = 0
        var failed = 0
        /// How many pieces of text have come.
        var chunks = 0
    }

    init(
        _ plan: Plan, transport: any Transport, loop: any EventLoop,
        done: EventLoopPromise<Result>, progress: @escaping (Progress) -> Void
    ) {
        self.plan = plan
        self.transport = transport
        self.loop = loop
        self.done = done
        self.progress = progress
        arrivals = SeededGenerator(seed: plan.workload.seed, stream: 2)
        startedAt = clock.now
        nextDue = startedAt
        lastEnd = startedAt
    }

    func start() {
        switch plan.pace {
        case .closed(let concurrency):
            for _ in 0..<concurrency { startNext() }
            settle()
        case .open: scheduleArrival()
        }
        tick()
    }

    // MARK: - Starting requests

    private var mayStart: Bool {
        guard !isOver, !isInterrupted.load(ordering: .relaxed) else { return false }
        if let requests = plan.requests, started >= requests { return false }
        return true
    }

    /// Closed loop: when a request ends the next one starts.
    private func startNext() {
        let now = clock.now
        if let duration = plan.duration, now - startedAt >= duration { isOver = true }
        guard mayStart else { return }
        run(due: now)
    }

    /// Open loop: requests start at their times, whether or not earlier ones have ended.
    private func scheduleArrival() {
        guard case .open(let rate, let inflightMax) = plan.pace else { return }
        nextDue += .seconds(-log(arrivals.unit()) / rate)
        if let duration = plan.duration, nextDue - startedAt > duration { isOver = true }
        guard mayStart else {
            isOver = true
            settle()
            return
        }
        let due = nextDue
        let delay = TimeAmount.nanoseconds((due - clock.now).nanoseconds)
        loop.assumeIsolated().scheduleTask(in: max(delay, .zero)) { [self] in
            if isInterrupted.load(ordering: .relaxed) {
                isOver = true
            } else if running.count >= inflightMax {
                started += 1
                result.dropped += 1
            } else {
                run(due: due)
            }
            scheduleArrival()
        }
    }

    private func run(due: ContinuousClock.Instant) {
        let item = plan.workload.item(started)
        started += 1
        let run = Run(item, isStream: plan.workload.stream, due: due, self)
        running[ObjectIdentifier(run)] = run
        result.inflightPeak = max(result.inflightPeak, running.count)
        let call = Call(
            path: plan.address.prefix + plan.workload.endpoint.path, headers: plan.headers,
            body: item.body, receiver: run)
        run.call = call
        let left = TimeAmount.nanoseconds((due + plan.timeout - clock.now).nanoseconds)
        run.timer = loop.assumeIsolated().scheduleTask(in: max(left, .zero)) { [weak run] in
            run?.giveUp(.failed("timeout"))
        }
        transport.send(call)
    }

    // MARK: - Reports of requests

    func chunkCame() { now.chunks += 1 }

    func ended(_ run: Run, _ outcome: Outcome) {
        guard running.removeValue(forKey: ObjectIdentifier(run)) != nil else { return }
        result.outcomes.append(outcome)
        switch outcome.ending {
        case .completed: now.completed += 1
        case .rejected: now.rejected += 1
        case .cancelled: now.cancelled += 1
        case .failed: now.failed += 1
        }
        lastEnd = max(lastEnd, outcome.end)
        if case .closed = plan.pace {
            // In a later turn of the loop, so that requests which fail at once do not grow the
            // stack.
            loop.assumeIsolated().execute { [self] in
                startNext()
                settle()
            }
        } else {
            settle()
        }
    }

    /// Ends the run when nothing is left to do.
    private func settle() {
        if case .closed = plan.pace, !mayStart { isOver = true }
        guard isOver, running.isEmpty, let done = takeDone() else { return }
        result.reconnects = transport.reconnects
        result.duration = lastEnd - startedAt
        transport.closeAll()
        done.succeed(result)
    }

    private var isDone = false

    private func takeDone() -> EventLoopPromise<Result>? {
        guard !isDone else { return nil }
        isDone = true
        return done
    }

    /// Every tenth of a second: checks whether the user wants to stop, and shows the progress.
    private func tick() {
        guard !isDone else { return }
        if isInterrupted.load(ordering: .relaxed) {
            isOver = true
            for run in Array(running.values) { run.giveUp(.cancelled) }
            settle()
            return
        }
        now.elapsed = clock.now - startedAt
        now.inflight = running.count
        progress(now)
        loop.assumeIsolated().scheduleTask(in: .milliseconds(100)) { [self] in tick() }
    }
}

/// One request and its response. Belongs to the driver's event loop.
final class Run: CallReceiver {
    private let item: Workload.Item
    private let due: ContinuousClock.Instant
    private unowned let driver: Driver
    private var reader: AnswerReader
    private var status = 0
    private var refusal: [UInt8] = []
    var call: Call?
    var timer: Scheduled<Void>?

    init(_ item: Workload.Item, isStream: Bool, due: ContinuousClock.Instant, _ driver: Driver) {
        self.item = item
        self.due = due
        self.driver = driver
        reader = AnswerReader(isStream: isStream)
    }

    func received(status: Int) { self.status = status }

    func received(body: [UInt8]) {
        guard status == 200 else {
            refusal += body.prefix(max(0, 200 - refusal.count))
            return
        }
        let before = reader.chunkTimes.count
        reader.receive(body, at: .now)
        for _ in before..<reader.chunkTimes.count { driver.chunkCame() }
        if let cancelAfter = item.cancelAfter, reader.chunkTimes.count >= cancelAfter {
            giveUp(.cancelled)
        } else if let error = reader.error {
            giveUp(.failed(error))
        }
    }

    func ended() {
        guard status == 200 else {
            if status == 429 || status == 503 {
                end(.rejected(status: status))
            } else {
                let text = String(decoding: refusal, as: UTF8.self)
                end(.failed("HTTP \(status) \(text)"))
            }
            return
        }
        reader.finish(at: .now)
        end(reader.error.map { .failed($0) } ?? .completed)
    }

    func failed(_ reason: String) { end(.failed(reason)) }

    /// Ends the request from the client's side.
    func giveUp(_ ending: Outcome.Ending) {
        call?.cancel?()
        end(ending)
    }

    private func end(_ ending: Outcome.Ending) {
        guard let call else { return }
        self.call = nil
        call.cancel = nil
        timer?.cancel()
        timer = nil
        driver.ended(
            self,
            Outcome(
                ending: ending, start: due, end: .now, chunkTimes: reader.chunkTimes,
                promptTokens: reader.promptTokens ?? item.promptTokens,
                outputTokens: reader.completionTokens ?? reader.chunkTimes.count))
    }
}

extension Duration {
    /// Whole nanoseconds, clamped to what `Int64` can hold.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        guard abs(seconds) < 9_000_000_000 else { return seconds < 0 ? .min : .max }
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
