import Glibc
package import HTTP
import Metrics
import NIOCore
import NIOPosix
import Synchronization

/// Why a server cannot listen.
package struct NetworkError: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String
}

/// Accepts connections on one address and serves them on its own I/O threads.
///
/// Its calls block and are for the thread that owns the server, never for an I/O thread.
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
    private let isStopped = Atomic<Bool>(false)

    /// Binds `host`, a name or an address of either family, and `port`, and serves from then on.
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
            let gate = ConnectionGate(configuration.limits.connectionsMax, metrics)
            let channel = try Self.bind(host, port, group, loops, gate, configuration.limits)
            guard let local = channel.localAddress, let port = local.port else {
                throw NetworkError(description: "the bound socket has no address")
            }
            self.address = Address(host: local.ipAddress ?? host, port: port)
            self.group = group
            self.channel = channel
            self.loops = Array(loops.values)
        } catch {
            try? group.syncShutdownGracefully()
            throw NetworkError(
                description: "cannot listen on \(host) port \(port): \(error); is the address "
                    + "this machine's, and the port free and not below 1024?")
        }
    }

    deinit { stop() }

    /// Stops accepting, lets what was begun be answered, and closes each connection after its last
    /// answer. Answers how many connections had to be cut off with work unfinished when the time was over.
    package func drain(within limit: Duration) -> Int {
        guard !isStopped.load(ordering: .acquiring) else { return 0 }
        try? channel.close().wait()
        let drained = loops.map { bound in
            bound.eventLoop.flatSubmit { bound.value.drain() }
        }
        let loop = group.next()
        let everyone = loop.makePromise(of: Void.self)
        EventLoopFuture.andAllComplete(drained, on: loop).cascade(to: everyone)
        let timer = loop.scheduleTask(in: TimeAmount(limit)) { everyone.succeed() }
        try? everyone.futureResult.wait()
        timer.cancel()
        return cutAll()
    }

    /// Closes everything now. Further calls do nothing.
    package func stop() {
        let (isFirst, _) = isStopped.compareExchange(
            expected: false, desired: true, ordering: .acquiringAndReleasing)
        guard isFirst else { return }
        try? channel.close().wait()
        _ = cutAll()
        try? group.syncShutdownGracefully()
    }

    private func cutAll() -> Int {
        loops.reduce(0) { count, bound in
            count + ((try? bound.eventLoop.submit { bound.value.cutAll() }.wait()) ?? 0)
        }
    }

    private static func makeLoops(
        _ group: MultiThreadedEventLoopGroup, _ threads: Int, _ handler: any RequestHandler,
        _ configuration: NetworkConfiguration, _ metrics: NetworkMetrics
    ) throws -> [ObjectIdentifier: NIOLoopBound<LoopContext>] {
        var loops: [ObjectIdentifier: NIOLoopBound<LoopContext>] = [:]
        var share = configuration
        share.limits.bodiesBytesMax /= threads
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
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            // A peer that is gone without a word is noticed within two minutes.
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(.tcpOption(.init(rawValue: TCP_KEEPIDLE)), value: 60)
            .childChannelOption(.tcpOption(.init(rawValue: TCP_KEEPINTVL)), value: 10)
            .childChannelOption(.tcpOption(.init(rawValue: TCP_KEEPCNT)), value: 6)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let loop = loops[ObjectIdentifier(channel.eventLoop)]?.value else {
                        throw NetworkError(description: "a connection came on a strange loop")
                    }
                    let operations = channel.pipeline.syncOperations
                    if gate.enter() {
                        channel.closeFuture.whenComplete { _ in gate.leave() }
                        try operations.addHandler(ProtocolDetector(loop))
                    } else {
                        try operations.addHandler(RefusingHandler(loop))
                    }
                }
            }
            .bind(host: host, port: port).wait()
    }
}

/// Counts the open connections of all loops.
private final class ConnectionGate: Sendable {
    private let open = Atomic<Int>(0)
    private let max: Int
    private let metrics: NetworkMetrics

    init(_ max: Int, _ metrics: NetworkMetrics) {
        self.max = max
        self.metrics = metrics
    }

    /// Whether there was room for one more.
    func enter() -> Bool {
        // Relaxed: only the number itself is shared.
        let (_, count) = open.wrappingAdd(1, ordering: .relaxed)
        guard count <= max else {
            open.wrappingSubtract(1, ordering: .relaxed)
            metrics.refused.add()
            return false
        }
        metrics.accepted.add()
        metrics.connectionsOpen.add(1)
        return true
    }

    func leave() {
        open.wrappingSubtract(1, ordering: .relaxed)
        metrics.connectionsOpen.add(-1)
    }
}

/// Says 503 to a connection for which there is no room.
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
        let (type, body) = loop.configuration.errorBody(error)
        var bytes: [UInt8] = []
        HTTP1Writer.appendHead(
            status: error.status, headers: ["content-type": type, "retry-after": "1"],
            framing: .length(body.count), persistence: .close,
            stamp: loop.stamp(loop.requestID(nil)), to: &bytes)
        bytes.append(contentsOf: body)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
        context.close(promise: nil)
    }
}
