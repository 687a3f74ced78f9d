import NIOCore

/// Shares a loop's thread among its connections, so that one with thousands of requests in its
/// socket delays the others by no more than a moment.
///
/// A connection works on what it has received for a turn. What is left then waits here, and the
/// connection reads nothing meanwhile. Belongs to its event loop's thread.
final class TurnQueue {
    /// How long a connection goes on before it is the others' turn; a request that was begun is not
    /// interrupted.
    private static let turnTime = TimeAmount.microseconds(100)
    /// How long turns are given before the loop looks at its sockets again.
    private static let roundTime = TimeAmount.milliseconds(1)
    /// Between rounds. The loop looks at its sockets only once no task is due, so this is longer
    /// than what else it does after a round usually takes.
    private static let pause = TimeAmount.microseconds(200)

    private let loop: any EventLoop
    /// Connections that have had no turn for what they received.
    private var fresh = CircularBuffer<any ServedConnection>()
    /// Connections that have more than a turn's work.
    private var begun = CircularBuffer<any ServedConnection>()
    private var isRoundDue = false
    /// When the connections that have something to read may take turns at once no more; nil when
    /// none has since the loop looked at its sockets.
    private var readsEnd: NIODeadline?

    init(_ loop: any EventLoop) {
        self.loop = loop
    }

    /// The end of a turn that begins now.
    var turnEnd: NIODeadline { loop.now + Self.turnTime }

    /// Whether a connection that has just received something may take a turn at once. Otherwise
    /// those before it have had the time of a round, and it has to wait here.
    var isTurnFree: Bool {
        let now = loop.now
        if let readsEnd { return now < readsEnd }
        readsEnd = now + Self.roundTime
        loop.assumeIsolated().execute { [weak self] in self?.readsEnd = nil }
        return true
    }

    /// Gives the connection a turn later; call once until it was given.
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
        // One of these at least, however many fresh ones there are.
        begun.popFirst()?.takeTurn()
        while loop.now < end, let connection = fresh.popFirst() ?? begun.popFirst() {
            connection.takeTurn()
        }
        // Only now: the pause begins when the round is over.
        isRoundDue = false
        if !fresh.isEmpty || !begun.isEmpty { scheduleRound() }
    }
}
