package import HTTP

/// What a connection may take of memory, time and descriptors. Sizes in bytes.
package struct NetworkLimits: Sendable, Equatable {
    /// Head, body and chunk limits of a request.
    package var message = MessageLimits()
    /// Connections open at once. For one more the longest idle one is closed; if none is idle, the
    /// new one may ask for health and metrics only.
    package var connectionsMax = 1024
    /// Connections beyond those, for health and metrics; one more is answered 503 and closed.
    package var connectionsReserved = 32
    /// Connections that the kernel holds before they are accepted.
    package var backlog = 512
    /// From a connection's first moment, or a head's first byte, to the head's end.
    package var headerTimeout = Duration.seconds(10)
    /// Between an answer and the next request of a kept connection.
    package var idleTimeout = Duration.seconds(60)
    /// Without a byte of the body.
    package var bodyStallTimeout = Duration.seconds(10)
    /// A body may take the stall timeout and its length at this rate; bytes a second.
    package var bodyRateMin = 4096
    /// With bytes for the client and none taken.
    package var readerStallTimeout = Duration.seconds(10)
    /// A window is opened in steps: for what a client was sent and has not acknowledged it gets
    /// the stall timeout and that length at this rate; bytes a second.
    package var readerRateMin = 8192
    /// How long a drain goes on accepting connections: those that the kernel has already.
    package var drainAcceptTime = Duration.milliseconds(50)
    /// How long a drain keeps a connection that has just been used: a request may be on its way, and
    /// its answer says that it is the last.
    package var drainGraceTime = Duration.milliseconds(250)
    /// How long a drain keeps a connection that has been idle: what is in its socket is read.
    package var drainIdleTime = Duration.milliseconds(20)
    /// How long a drain waits for the rest of a request's head.
    package var drainHeadTimeout = Duration.seconds(1)
    /// How long a drain waits for a client to say that it read the notice.
    package var drainNoticeTimeout = Duration.seconds(1)
    /// After a refusal: how long what the client still sends is read and dropped, so that it can
    /// read the answer before the connection is reset.
    package var lingerTimeout = Duration.seconds(2)
    /// Above this an exchange counts as behind, and is told when it has caught up.
    package var highWaterBytes = 256 * 1024
    /// A streaming answer that has more than this unsent is cut off.
    package var unsentBytesMax = 16 * 1024 * 1024
    /// With more than this unsent on all streams of an HTTP/2 connection its next request is
    /// answered 503: who opens no window must not have us gather answers.
    package var connectionUnsentBytesMax = 8 * 1024 * 1024
    /// The same of all HTTP/2 connections together, for those that have a window's worth unsent.
    package var answersBytesMax = 256 * 1024 * 1024
    /// Requests being received, of all connections together: bodies, and the fields of HTTP/2
    /// requests, of which a connection may have many. One more byte is answered 503.
    package var bodiesBytesMax = 256 * 1024 * 1024
    /// The longest body of a request refused by its head that is read and dropped so that the
    /// connection can go on; after a longer one it is closed.
    package var droppedBodyBytesMax = 64 * 1024
    /// Received behind a request that is being answered; more is left in the socket.
    package var pipelinedBytesMax = 64 * 1024

    package init() {}
}
