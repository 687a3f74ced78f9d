import HTTP
import NIOCore
import NIOPosix

/// HTTP/2 with prior knowledge: requests share connections up to the server's stream limit.
final class HTTP2Client: Transport {
    let loop: any EventLoop
    let address: ServerAddress
    fileprivate var connections: [HTTP2Connection] = []
    /// How many connections are being opened, and the calls that wait for one.
    private var opening = 0
    private var waiting: [Call] = []
    private(set) var reconnects = 0

    /// The streams assumed on a connection whose server has not sent its limit yet (RFC 9113
    /// §6.5.2).
    static let streamsAssumed = 100

    init(loop: any EventLoop, address: ServerAddress) {
        self.loop = loop
        self.address = address
    }

    func send(_ call: Call) {
        if let connection = connections.first(where: \.hasRoom) {
            connection.begin(call)
            return
        }
        waiting.append(call)
        call.cancel = { [weak self, weak call] in self?.waiting.removeAll { $0 === call } }
        if waiting.count > opening * Self.streamsAssumed { connect() }
    }

    func closeAll() {
        for connection in connections { connection.close() }
    }

    /// The server did not process the request (RFC 9113 §8.7). Sends it again, on another
    /// connection if this one is being closed.
    fileprivate func retry(_ call: Call) {
        reconnects += 1
        send(call)
    }

    private func connect() {
        opening += 1
        let connecting = ClientBootstrap(group: loop)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connect(host: address.host, port: address.port)
        connecting.assumeIsolated().whenComplete { [self] result in
            opening -= 1
            do {
                let channel = try result.get()
                let connection = HTTP2Connection(
                    self, session: try HTTP2Session(role: .client, limits: Self.limits))
                try channel.pipeline.syncOperations.addHandler(connection)
                connections.append(connection)
            } catch {
                let failed = waiting
                waiting = []
                for call in failed { call.receiver?.failed("connect: \(error)") }
                return
            }
            let calls = waiting
            waiting = []
            for call in calls { send(call) }
        }
    }

    /// Windows so large that they never limit what is measured.
    private static var limits: HTTP2Limits {
        var limits = HTTP2Limits()
        limits.streamWindowBytes = 4 * 1024 * 1024
        limits.connectionWindowBytes = 64 * 1024 * 1024
        limits.controlFramesBurst = 1_000_000
        limits.resetsBurst = 1_000_000
        return limits
    }
}

/// One connection of HTTP/2.
private final class HTTP2Connection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private unowned let client: HTTP2Client
    private var session: HTTP2Session
    private var context: ChannelHandlerContext?
    private var calls: [HTTP2StreamID: Call] = [:]
    private var isFlushDue = false
    private var isGoingAway = false
    /// The error code of the server's GOAWAY; nil if there was none.
    private var goawayCode: HTTP2ErrorCode?

    init(_ client: HTTP2Client, session: consuming HTTP2Session) {
        self.client = client
        self.session = session
    }

    var hasRoom: Bool {
        guard !isGoingAway, context != nil else { return false }
        let streamsMax =
            session.isEstablished ? session.peerStreamsMax : HTTP2Client.streamsAssumed
        return session.openStreams < streamsMax
    }

    func begin(_ call: Call) {
        let head = HTTP2RequestHead(
            method: "POST", authority: client.address.authority, path: call.path,
            headers: call.headers)
        do {
            let stream = try session.request(head, end: false)
            calls[stream] = call
            call.cancel = { [weak self] in self?.cancel(stream) }
            session.write(stream, call.body)
            session.finish(stream)
            flushSoon()
        } catch {
            call.receiver?.failed("\(error)")
        }
    }

    func close() {
        calls = [:]
        context?.close(promise: nil)
    }

    private func cancel(_ stream: HTTP2StreamID) {
        calls[stream] = nil
        session.reset(stream, .cancel)
        flushSoon()
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        flushSoon()
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        take(session.receive(buffer.readableBytesSpan, now: .now))
        flushSoon()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) { flush() }

    func channelInactive(context: ChannelHandlerContext) {
        self.context = nil
        let reason = goawayCode.map { ", after GOAWAY with \($0)" } ?? ""
        end("the connection was closed before the answer's end\(reason)")
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        end("\(error)")
        context.close(promise: nil)
    }

    private func end(_ reason: String) {
        client.connections.removeAll { $0 === self }
        let lost = calls
        calls = [:]
        for call in lost.values { call.receiver?.failed(reason) }
    }

    private func take(_ events: [HTTP2Event]) {
        for event in events {
            switch event {
            case .response(let stream, let head, let end):
                guard head.status >= 200 else { break }
                calls[stream]?.receiver?.received(status: head.status)
                if end { ended(stream) }
            case .data(let stream, let bytes):
                session.consume(stream, bytes.count)
                calls[stream]?.receiver?.received(body: bytes)
            case .end(let stream): ended(stream)
            case .closed(let stream, let code, _):
                guard let call = calls.removeValue(forKey: stream) else { break }
                call.attempts += 1
                if code == .refusedStream && call.attempts < Call.attemptsMax {
                    client.retry(call)
                } else {
                    call.receiver?.failed("stream reset: \(code)")
                }
            case .goaway(_, let code):
                isGoingAway = true
                goawayCode = code
            case .failed(let error):
                end("\(error)")
            case .request, .trailers, .headersRefused, .drained, .priority, .settings,
                .settingsAcknowledged, .pong:
                break
            }
        }
    }

    private func ended(_ stream: HTTP2StreamID) {
        guard let call = calls.removeValue(forKey: stream) else { return }
        // The response came before the whole request was sent.
        if session.bufferedBytes(stream) > 0 { session.reset(stream, .noError) }
        call.receiver?.ended()
    }

    /// Sends, at the end of this turn of the loop, all requests begun in it.
    private func flushSoon() {
        guard !isFlushDue else { return }
        isFlushDue = true
        client.loop.assumeIsolated().execute { [weak self] in self?.flush() }
    }

    private func flush() {
        isFlushDue = false
        guard let context else { return }
        while context.channel.isWritable {
            var buffer = context.channel.allocator.buffer(capacity: 0)
            guard session.send({ buffer.writeBytes($0) }) > 0 else { break }
            context.write(wrapOutboundOut(buffer), promise: nil)
        }
        context.flush()
        take(session.takeEvents())
        if session.isFinished { context.close(promise: nil) }
    }
}
