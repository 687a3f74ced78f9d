package import NIOCore

/// A connection as its loop sees it. Called on the loop's thread.
package protocol ServedConnection: AnyObject {
    /// Sends what the tick wrote.
    func flushPending()
    /// Ends the connection once what it has begun is answered; at once when it is idle.
    func drain()
    /// Ends the connection now.
    func cut()
    /// Goes on with what was received and flushes; see `TurnQueue`.
    func takeTurn()
    /// Whether something was begun and its answer is not all with the socket.
    var isBusy: Bool { get }
    /// Since when nothing was accepted and nothing is left to send; nil while something is. Such a
    /// connection may be given up for a new one.
    var idleSince: NIODeadline? { get }
}

extension ServedConnection {
    /// A connection that cannot tell counts as busy.
    package var isBusy: Bool { true }

    /// A connection that never waits for a turn is given none.
    package func takeTurn() {}
}
