package import HTTP

/// Limits on the memory, time and descriptors of connections. Sizes in bytes.
package struct NetworkLimits: Sendable, Equatable {
    /// Head, body and chunk limits of a request.
    package var message = MessageLimits()
    /// Connections open at once. For one more, the one that has been idle longest is closed. If
    /// none is idle, the new one may request health and metrics only.
    package var connectionsMax = 1024
    /// Connections beyond those, for health and metrics. One more is answered with 503 and closed.
    package var connectionsReserved = 32
    /// Connections that the kernel queues before they are accepted.
    package var backlog = 512
    /// From a connection's begin, or a head's first byte, to the head's end.
    package var headerTimeout = Duration.seconds(10)
    /// Between a response and the next request on the same connection.
    package var idleTimeout = Duration.seconds(60)
    /// Longest time without a byte of a body.
    package var bodyStallTimeout = Duration.seconds(10)
    /// Bytes per second. A body may take the stall timeout plus the time for its length at this
    /// rate.
    package var bodyRateMin = 4096
    /// Longest time in which bytes wait for the client and it takes none.
    package var readerStallTimeout = Duration.seconds(10)
    /// Bytes per second. A client opens its window in steps, so it has the stall timeout plus the
    /// time for all unacknowledged bytes at this rate.
    package var readerRateMin = 8192
    /// How long a drain goes on accepting the connections that the kernel has queued.
    package var drainAcceptTime = Duration.milliseconds(50)
    /// How long a drain keeps a connection that has just been used, since a request may be on its
    /// way. Its response says that it is the last.
    package var drainGraceTime = Duration.milliseconds(250)
    /// How long a drain keeps an idle connection, to read what is in its socket.
    package var drainIdleTime = Duration.milliseconds(20)
    /// How long a drain waits for the rest of a request's head.
    package var drainHeadTimeout = Duration.seconds(1)
    /// How long connections that are cut off may take to send what has been answered.
    package var farewellTime = Duration.milliseconds(250)
    /// How long a drain waits for an HTTP/2 client to confirm that it read the announcement.
    package var drainNoticeTimeout = Duration.seconds(1)
    /// After a refusal: how long bytes that the client still sends are read and dropped, so that it
    /// can read the response before the connection is reset.
    package var lingerTimeout = Duration.seconds(2)
    /// An exchange with more unsent bytes counts as behind, and is notified when it has caught up.
    package var highWaterBytes = 256 * 1024
    /// A streamed response with more unsent bytes is cut off.
    package var unsentBytesMax = 16 * 1024 * 1024
    /// If all streams of an HTTP/2 connection together have more unsent bytes, its next request is
    /// answered with 503, so that a client which opens no window cannot make us collect responses.
    package var connectionUnsentBytesMax = 8 * 1024 * 1024
    /// The same limit for all HTTP/2 connections together. It is applied to connections that have
    /// at least a window's worth unsent.
    package var answersBytesMax = 256 * 1024 * 1024
    /// Bytes of requests that are being received, of all connections together: bodies, and the
    /// fields of HTTP/2 requests, of which a connection may have many. A request beyond it is
    /// answered with 503. Each I/O thread has its share, but room for the largest request at least.
    package var bodiesBytesMax = 256 * 1024 * 1024
    /// If a request is refused because of its head, a body of up to this length is read and
    /// dropped, so that the connection can continue. With a longer one it is closed.
    package var droppedBodyBytesMax = 64 * 1024
    /// Bytes received after a request that is being served; more is left in the socket.
    package var pipelinedBytesMax = 64 * 1024

    package init() {}

    /// The bytes of requests that one of so many I/O threads may hold.
    func bodiesBytesShare(of threads: Int) -> Int {
        max(bodiesBytesMax / threads, message.bytesMax)
    }
}
