import NIOCore

/// Shares a loop's thread among its connections, so that a connection with thousands of requests in
/// its socket delays the others by only a moment.
///
/// A connection works on its received bytes for one turn. If some are left it waits here for its
/// next turn, and reads nothing meanwhile. Belongs to its event loop's thread.
final class TurnQueue {
    /// The length of a turn. A request that was begun is not interrupted.
    private static let turnTime = TimeAmount.microseconds(100)
    /// How long turns are given in one round, before the loop looks at its sockets again.
    private static let roundTime = TimeAmount.milliseconds(1)
    /// The pause between rounds. The loop looks at its sockets only when no task is due, so this is
    /// longer than its other work after a round usually takes.
    private static let pause = TimeAmount.microseconds(200)

    private let loop: any EventLoop
    /// Connections that have had no turn yet for the bytes they received.
    private var fresh = CircularBuffer<any ServedConnection>()
    /// Connections that have had a turn and have work left.
    private var begun = CircularBuffer<any ServedConnection>()
    private var isRoundDue = false
    /// The time after which connections that receive something may no longer take a turn at once;
    /// nil if none has taken one since the loop looked at its sockets.
    private var readsEnd: NIODeadline?

    init(_ loop: any EventLoop) {
        self.loop = loop
    }

    /// The end of a turn that begins now.
    var turnEnd: NIODeadline { loop.now + Self.turnTime }

    /// Whether a connection that has just received something may take a turn at once. If not,
    /// others have already used the time of a round, and it must wait here.
    var isTurnFree: Bool {
        let now = loop.now
        if let readsEnd { return now < readsEnd }
        readsEnd = now + Self.roundTime
        loop.assumeIsolated().execute { [weak self] in self?.readsEnd = nil }
        return true
    }

    /// Gives the connection a turn later. Must not be called again before that turn.
    func add(_ connection: any ServedConnection, hasBegun: Bool) {
        if hasBegun { begun.append(connection) } else { fresh.append(connection) }
        scheduleRound()
    }

    private func scheduleRound() {
        guard !isRoundDue else { return }
        isRoundDue = true
        loop.assumeIsolated().scheduleTask(in: Self.pause) { [weak self] () -> Void in
            self?.round()
        }
    }

    private func round() {
        let end = loop.now + Self.roundTime
        // At least one of these, however many fresh ones there are.
        begun.popFirst()?.takeTurn()
        while loop.now < end, let connection = fresh.popFirst() ?? begun.popFirst() {
            connection.takeTurn()
        }
        // Only now, since the pause begins when the round is over.
        isRoundDue = false
        if !fresh.isEmpty || !begun.isEmpty { scheduleRound() }
    }
}
