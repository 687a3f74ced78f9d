/// How fast the queue drains, in requests a second, over the last ten seconds or so.
struct DrainRate: Sendable {
    private var rate: Double?
    private var last: ContinuousClock.Instant?
    private var pending = 0

    private static let memory = 10.0  // seconds

    /// A request left the queue.
    mutating func note() { pending += 1 }

    /// Time goes on; called each step. Idle time, with nobody waiting, does not count.
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

    /// How long it takes until so many have left: 1 to 60 seconds, 1 if nothing is known.
    func time(for count: Double) -> Duration {
        guard let rate else { return .seconds(1) }
        let seconds = count / max(rate, 1e-6)
        return .milliseconds(Int64(min(max(seconds, 1), 60) * 1000))
    }
}

/// The mean time between arrivals, lately.
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

    /// How many will probably arrive in this time.
    func expected(in time: Duration) -> Double {
        max(0, time.seconds) / max(meanSeconds, 1e-6)
    }
}
