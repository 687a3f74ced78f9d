package import NIOCore

/// What a loop calls on its connections, on the loop's thread.
package protocol ServedConnection: AnyObject {
    /// Ends the connection when the requests it has begun are answered; at once if it is idle.
    func drain()
    /// Ends the connection now.
    func cut()
    /// Goes on with bytes received earlier, then flushes; see `TurnQueue`.
    func takeTurn()
    /// Whether a request has begun whose response has not been passed completely to the socket.
    var isBusy: Bool { get }
    /// Since when there has been no request and nothing to send; nil if there is. An idle
    /// connection may be closed to make room for a new one.
    var idleSince: NIODeadline? { get }
}

extension ServedConnection {
    /// A connection that does not implement this counts as busy.
    package var isBusy: Bool { true }

    /// For connections that never wait for a turn.
    package func takeTurn() {}
}
