/// How fast the queue drains, in requests per second, over about the last ten seconds.
struct DrainRate: Sendable {
    private var rate: Double?
    private var last: ContinuousClock.Instant?
    private var pending = 0

    private static let memory = 10.0  // seconds

    /// Notes that a request left the queue.
    mutating func note() { pending += 1 }

    /// Advances the time; called in each step. Time in which nothing waits does not count.
    mutating func advance(to now: ContinuousClock.Instant, isBusy: Bool) {
        defer { last = now }
        guard let last else { return }
        let elapsed = last.duration(to: now).seconds
        guard elapsed > 0 else { return }
        if isBusy || pending > 0 {
            let current = Double(pending) / elapsed
            let share = elapsed / (Self.memory + elapsed)
            rate = rate.map { $0 + share * (current - $0) } ?? current
        }
        pending = 0
    }

    /// The time until `count` requests have left: 1 to 60 seconds; 1 if nothing is known.
    func time(for count: Double) -> Duration {
        guard let rate else { return .seconds(1) }
        let seconds = count / max(rate, 1e-6)
        return .milliseconds(Int64(min(max(seconds, 1), 60) * 1000))
    }
}

/// The mean time between recent arrivals.
struct ArrivalRate: Sendable {
    private var last: ContinuousClock.Instant?
    private var meanSeconds = 1.0

    mutating func note(_ now: ContinuousClock.Instant) {
        if let last {
            let gap = min(max(last.duration(to: now).seconds, 0), 1)
            meanSeconds += 0.2 * (gap - meanSeconds)
        }
        last = now
    }

    /// How many requests will probably arrive in this time.
    func expected(in time: Duration) -> Double {
        max(0, time.seconds) / max(meanSeconds, 1e-6)
    }
}
