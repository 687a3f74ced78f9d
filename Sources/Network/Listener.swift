import Glibc
package import HTTP
import Metrics
import NIOCore
import NIOPosix
import Synchronization

/// Accepts connections on one address and serves them on its own I/O threads.
///
/// Its calls block. They are for the thread that owns the server and must not be made on an I/O
/// thread.
package final class Listener: Sendable {
    /// Where the listener is bound.
    package struct Address: Sendable, Equatable, CustomStringConvertible {
        package let host: String
        /// The port that the kernel chose when 0 was asked for.
        package let port: Int

        package var description: String {
            host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
    }

    package let address: Address
    private let group: MultiThreadedEventLoopGroup
    private let channel: any Channel
    private let loops: [NIOLoopBound<LoopContext>]
    private let acceptTime: Duration
    private let farewellTime: Duration
    /// Held while something is asked of the loops, so that they do not end meanwhile.
    private let isStopped = Mutex(false)

    /// Binds `host`, a name or an IPv4 or IPv6 address, and `port`, and begins to serve.
    package init(
        host: String, port: Int, threads: Int = 1,
        configuration: NetworkConfiguration = NetworkConfiguration(),
        metrics: NetworkMetrics, handler: any RequestHandler
    ) throws(NetworkError) {
        precondition(threads > 0, "a listener needs an I/O thread")
        let host =
            host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        let group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
        do {
            let loops = try Self.makeLoops(group, threads, handler, configuration, metrics)
            let gate = ConnectionGate(configuration.limits, metrics)
            let channel = try Self.bind(host, port, group, loops, gate, configuration.limits)
            guard let local = channel.localAddress, let port = local.port else {
                throw NetworkError(description: "the bound socket has no address")
            }
            self.address = Address(host: local.ipAddress ?? host, port: port)
            self.group = group
            acceptTime = configuration.limits.drainAcceptTime
            farewellTime = configuration.limits.farewellTime
            self.channel = channel
            self.loops = Array(loops.values)
        } catch {
            try? group.syncShutdownGracefully()
            throw NetworkError(host, port, error)
        }
    }

    deinit { stop() }

    /// Accepts the connections that the kernel has already accepted, and no others; answers all
    /// requests that have begun, and closes each connection after its last response. Returns how
    /// many connections were cut off with unfinished work when the time was over.
    ///
    /// - late: as for `cut`, when the time is over.
    package func drain(within limit: Duration, late: () -> Void = {}) -> Int {
        guard !isStopped.withLock({ $0 }) else { return 0 }
        let deadline = NIODeadline.now() + TimeAmount(limit)
        for bound in loops { try? bound.eventLoop.submit { bound.value.beginDrain() }.wait() }
        stopAccepting(by: min(deadline, .now() + .seconds(1)))
        let loop = group.next()
        let drained = loops.map { bound in
            bound.eventLoop.flatSubmit { bound.value.whenEmpty() }
        }
        let everyone = loop.makePromise(of: Void.self)
        EventLoopFuture.andAllComplete(drained, on: loop).cascade(to: everyone)
        let timer = loop.scheduleTask(deadline: deadline) { everyone.succeed() }
        try? everyone.futureResult.wait()
        timer.cancel()
        return cut(late: late)
    }

    /// Closes the listening channel when the kernel's queue is empty. Meanwhile no new connection
    /// can enter the queue. It is kept open for a moment so that handshakes already begun can
    /// finish.
    private func stopAccepting(by deadline: NIODeadline) {
        let (channel, acceptTime) = (channel, acceptTime)
        let closed = channel.eventLoop.makePromise(of: Void.self)
        @Sendable func look(_ socket: ListeningSocket, from: NIODeadline) {
            let now = NIODeadline.now()
            let isDone = now >= from && !socket.hasWaiting
            guard isDone || now >= deadline else {
                channel.eventLoop.scheduleTask(in: .milliseconds(1)) { look(socket, from: from) }
                return
            }
            channel.close(promise: closed)
        }
        channel.eventLoop.execute {
            guard let address = channel.localAddress, let socket = ListeningSocket(at: address)
            else { return channel.close(promise: closed) }
            socket.closeQueue()
            look(socket, from: .now() + TimeAmount(acceptTime))
        }
        try? closed.futureResult.wait()
    }

    /// Closes every connection; returns how many had work unfinished.
    ///
    /// - late: called if there are such, to end their work. What is answered then is still sent, if that
    ///   takes no longer than the limits' `farewellTime`.
    package func cut(late: () -> Void = {}) -> Int {
        let count = total { $0.busyCount }
        if count > 0 {
            late()
            let end = ContinuousClock.now + farewellTime
            while ContinuousClock.now < end, total({ $0.isWorking ? 1 : 0 }) > 0 { usleep(2000) }
        }
        _ = total {
            $0.cutAll()
            return 0
        }
        return count
    }

    /// Closes everything now. Further calls do nothing.
    package func stop() {
        let isFirst = isStopped.withLock { isStopped in
            defer { isStopped = true }
            return !isStopped
        }
        guard isFirst else { return }
        try? channel.close().wait()
        for bound in loops { try? bound.eventLoop.submit { bound.value.cutAll() }.wait() }
        try? group.syncShutdownGracefully()
    }

    /// The sum of what the loops return, each on its thread; 0 once they have stopped.
    private func total(_ count: @escaping @Sendable (LoopContext) -> Int) -> Int {
        isStopped.withLock { isStopped in
            guard !isStopped else { return 0 }
            return loops.reduce(0) { sum, bound in
                sum + ((try? bound.eventLoop.submit { count(bound.value) }.wait()) ?? 0)
            }
        }
    }

    private static func makeLoops(
        _ group: MultiThreadedEventLoopGroup, _ threads: Int, _ handler: any RequestHandler,
        _ configuration: NetworkConfiguration, _ metrics: NetworkMetrics
    ) throws -> [ObjectIdentifier: NIOLoopBound<LoopContext>] {
        var loops: [ObjectIdentifier: NIOLoopBound<LoopContext>] = [:]
        var share = configuration
        share.limits.bodiesBytesMax = configuration.limits.bodiesBytesShare(of: threads)
        share.limits.answersBytesMax /= threads
        let configuration = share
        for loop in group.makeIterator() {
            loops[ObjectIdentifier(loop)] = try loop.submit {
                NIOLoopBound(
                    LoopContext(
                        loop: loop, handler: handler, configuration: configuration,
                        metrics: metrics),
                    eventLoop: loop)
            }.wait()
        }
        return loops
    }

    private static func bind(
        _ host: String, _ port: Int, _ group: MultiThreadedEventLoopGroup,
        _ loops: [ObjectIdentifier: NIOLoopBound<LoopContext>], _ gate: ConnectionGate,
        _ limits: NetworkLimits
    ) throws -> any Channel {
        try ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: Int32(clamping: limits.backlog))
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let loop = loops[ObjectIdentifier(channel.eventLoop)]?.value else {
                        throw NetworkError(description: "the listener is on a strange loop")
                    }
                    try channel.pipeline.syncOperations.addHandler(AcceptPause(loop))
                }
            }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            // A peer that vanishes without closing is noticed within two minutes.
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(.tcpOption(.init(rawValue: TCP_KEEPIDLE)), value: 60)
            .childChannelOption(.tcpOption(.init(rawValue: TCP_KEEPINTVL)), value: 10)
            .childChannelOption(.tcpOption(.init(rawValue: TCP_KEEPCNT)), value: 6)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            // One read, then it is the next connection's turn.
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let loop = loops[ObjectIdentifier(channel.eventLoop)]?.value else {
                        throw NetworkError(description: "a connection came on a strange loop")
                    }
                    try begin(channel, loop, gate)
                }
            }
            .bind(host: host, port: port).wait()
    }

    /// Finds a place for a new connection.
    private static func begin(
        _ channel: any Channel, _ loop: LoopContext, _ gate: ConnectionGate
    ) throws {
        let operations = channel.pipeline.syncOperations
        guard let place = gate.enter(loop) else {
            loop.metrics.refused.add()
            try operations.addHandler(RefusingHandler(loop))
            return
        }
        loop.seat(channel, place) { gate.leave(place) }
        (place == .ordinary ? loop.metrics.accepted : loop.metrics.reserved).add()
        try operations.addHandler(ProtocolDetector(loop))
    }
}

/// Answers 503 on a connection for which there is no place.
private final class RefusingHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let loop: LoopContext

    init(_ loop: LoopContext) {
        self.loop = loop
    }

    func channelActive(context: ChannelHandlerContext) {
        let error = TransportError.connectionsExhausted
        loop.metrics.countReject(error.code)
        let response = loop.response(error)
        var bytes: [UInt8] = []
        HTTP1Writer.appendHead(
            status: response.status, headers: response.headers,
            framing: .length(response.body.count), persistence: .close,
            stamp: loop.stamp(loop.requestID(nil)), to: &bytes)
        bytes.append(contentsOf: response.body)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
        context.close(promise: nil)
    }
}
