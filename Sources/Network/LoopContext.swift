import Glibc
package import HTTP
import Metrics
package import NIOCore

/// Makes the channel handler of an HTTP/2 connection, on its I/O thread. The handler gets every
/// byte from the preface on. With an `upgrade` (RFC 7540 §3.2) the 101 has been sent, and the
/// upgrade's request is stream 1.
package typealias HTTP2HandlerFactory =
    @Sendable (LoopContext, HTTP2Upgrade?) -> any ChannelInboundHandler

/// State shared by the connections of one I/O thread: the formatted date, request ids, the
/// connections with something to flush, and the list of all connections. Belongs to its event
/// loop's thread.
package final class LoopContext {
    package let loop: any EventLoop
    package let port: any LoopPort
    package let handler: any RequestHandler
    package let configuration: NetworkConfiguration
    package let metrics: NetworkMetrics
    package private(set) var isDraining = false
    let turns: TurnQueue

    private var identity: RequestIdentity
    private var date = (second: Int.min, text: "")
    private var flushing: [any Flushing] = []
    private var connections: [ObjectIdentifier: any ServedConnection] = [:]
    /// The places of the channels, and the functions that give them back.
    private var places: [ObjectIdentifier: (place: ConnectionGate.Place, leave: () -> Void)] = [:]
    private var drained: EventLoopPromise<Void>?
    private var bodyBytesHeld = 0
    /// Bytes of responses that wait for the windows of HTTP/2 clients.
    package var answerBytesHeld = 0

    package init(
        loop: any EventLoop, handler: any RequestHandler, configuration: NetworkConfiguration,
        metrics: NetworkMetrics
    ) {
        self.loop = loop
        self.port = EventLoopPort(loop)
        turns = TurnQueue(loop)
        self.handler = handler
        self.configuration = configuration
        self.metrics = metrics
        var random = SystemRandomNumberGenerator()
        identity = RequestIdentity(seed: random.next())
    }

    package var limits: NetworkLimits { configuration.limits }

    /// The client's id if it is safe to repeat, else a new one.
    package func requestID(_ offered: String?) -> String {
        identity.take(offered)
    }

    /// The current time as an IMF-fixdate; it is formatted once a second.
    package func dateText() -> String {
        let second = time(nil)
        if second != date.second {
            date = (second, HTTPDate.string(unixSeconds: Int64(second)))
        }
        return date.text
    }

    /// The fields that the transport adds to every response.
    package func stamp(_ requestID: String) -> HTTP1Writer.Stamp {
        HTTP1Writer.Stamp(
            date: dateText(), server: configuration.serverName, requestID: requestID)
    }

    /// Counts bytes of a body that is being received. If there is no room it returns false and
    /// counts nothing.
    package func holdBody(_ count: Int) -> Bool {
        guard count <= limits.bodiesBytesMax - bodyBytesHeld else { return false }
        bodyBytesHeld += count
        return true
    }

    /// Uncounts bytes of a body that was passed on or dropped.
    package func releaseBody(_ count: Int) {
        bodyBytesHeld -= count
    }

    /// Flushes `sender` at the end of this turn of the loop.
    package func flushLater(_ sender: any Flushing) {
        flushing.append(sender)
        guard flushing.count == 1 else { return }
        loop.assumeIsolated().execute { [self] in
            let now = flushing
            flushing = []
            for sender in now { sender.flush() }
        }
    }

    /// The front end's admission of a request that came on `channel`, or a refusal if the connection
    /// has only a reserved place, which is for vital requests.
    package func limited(_ admission: Admission, on channel: (any Channel)?) -> Admission {
        guard case .whole(let policy) = admission, !policy.isVital, let channel,
            places[ObjectIdentifier(channel)]?.place == .reserved
        else { return admission }
        metrics.countReject(TransportError.connectionsExhausted.code)
        var response = response(.connectionsExhausted).adding(policy.addedHeaders)
        response.notes.add(policy.notes)
        response.headers.set("connection", "close")
        return .refused(response)
    }

    /// The transport's own error response.
    package func response(_ error: TransportError) -> HTTPResponse {
        let (type, bytes) = configuration.errorBody(error)
        var response = HTTPResponse(
            status: error.status, headers: ["content-type": type], body: bytes)
        response.notes.reason = error.code
        if error.passes { response.headers.set("retry-after", "1") }
        return response
    }

    /// Records the place of a new connection. `leave` is called once, when it ends.
    func seat(
        _ channel: any Channel, _ place: ConnectionGate.Place, leave: @escaping () -> Void
    ) {
        let id = ObjectIdentifier(channel)
        places[id] = (place, leave)
        // This is the only notice of the end of a channel that never became active.
        channel.closeFuture.assumeIsolated().whenComplete { [weak self] _ in self?.detach(id) }
    }

    /// Closes the connection of this kind that has been idle longest; returns false if none is
    /// idle.
    func giveUpIdle(_ place: ConnectionGate.Place) -> Bool {
        var longest: (id: ObjectIdentifier, connection: any ServedConnection, since: NIODeadline)?
        for (id, connection) in connections where places[id]?.place == place {
            guard let since = connection.idleSince, since < longest?.since ?? .distantFuture else {
                continue
            }
            longest = (id, connection, since)
        }
        guard let longest else { return false }
        metrics.givenUp.add()
        longest.connection.cut()
        // The end of a channel that is not active yet is reported only later.
        detach(longest.id)
        return true
    }

    /// Makes `connection` the handler of the channel `id`.
    package func attach(_ connection: any ServedConnection, _ id: ObjectIdentifier) {
        connections[id] = connection
    }

    package func detach(_ id: ObjectIdentifier) {
        connections[id] = nil
        places.removeValue(forKey: id)?.leave()
        if connections.isEmpty { drained?.succeed() }
    }

    /// Counts and logs an ended exchange.
    package func ended(_ record: AccessRecord) {
        metrics.count(record.version, status: record.status, duration: record.duration)
        if !record.isComplete { metrics.requestsCancelled.add() }
        configuration.accessLog?(record)
    }

    /// Makes every connection end when its requests are answered, also connections that still come.
    package func beginDrain() {
        isDraining = true
        for connection in Array(connections.values) { connection.drain() }
    }

    /// Completes when no connection is left.
    func whenEmpty() -> EventLoopFuture<Void> {
        let promise = drained ?? loop.makePromise(of: Void.self)
        drained = promise
        if connections.isEmpty { promise.succeed() }
        return promise.futureResult
    }

    /// Connections with a request that has begun and is not answered.
    var busyCount: Int { connections.values.count { $0.isBusy } }

    /// Whether a connection has a request, or something to send.
    var isWorking: Bool { connections.values.contains { $0.idleSince == nil } }

    /// Ends every connection now.
    func cutAll() {
        for connection in Array(connections.values) { connection.cut() }
    }
}

/// An event loop as front ends see it.
final class EventLoopPort: LoopPort {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) {
        self.loop = loop
    }

    func execute(_ work: @escaping @Sendable () -> Void) {
        loop.execute(work)
    }

    var identity: ObjectIdentifier { ObjectIdentifier(loop) }
}
