package import HTTP
import Metrics
package import NIOCore

/// One HTTP/2 connection: carries bytes between the channel and its session, gives every stream
/// an exchange, and keeps the connection's timers. Belongs to its event loop.
package final class HTTP2Handler: ChannelInboundHandler, RemovableChannelHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    private enum Phase {
        case serving
        /// GOAWAY is on its way out.
        case closing
        /// The output is closed; what still comes is dropped.
        case lingering
        case closed
    }

    /// What the connection's timer waits for.
    private enum Awaited {
        case nothing
        case preface
        case fieldSection
        /// Without streams.
        case nextRequest
        /// The answer to the drain's PING.
        case drainAnswer
        case clientsEnd
    }

    /// Frames handed to the socket at once, in bytes.
    private static let burstBytes = 64 * 1024

    let loop: LoopContext
    var session: HTTP2Session
    private let upgrade: HTTP2Upgrade?
    private let bodiesBytesMax: Int
    private var context: ChannelHandlerContext?
    private var outbound: OutboundQueue?
    private var exchanges: [HTTP2StreamID: HTTP2Exchange] = [:]
    private var bodiesBytes = 0
    private var phase = Phase.serving
    private var awaited = Awaited.nothing
    private var timer: DeadlineTimer?
    private var streamTimer: DeadlineTimer?
    private var isStreamTimerSet = false
    private var scratch: [UInt8] = []
    private var isInRead = false
    private var isFlushDue = false
    private var isPumping = false
    private(set) lazy var client: String = context?.remoteAddress?.ipAddress ?? "-"

    init(_ loop: LoopContext, session: consuming HTTP2Session, upgrade: HTTP2Upgrade?) {
        self.loop = loop
        self.upgrade = upgrade
        bodiesBytesMax = session.limits.bodiesBytesMax
        self.session = session
    }

    /// What makes handlers of HTTP/2 connections. The limits on fields and unsent bytes are the
    /// network's, so that both protocols take the same.
    package static func factory(limits: HTTP2Limits = HTTP2Limits()) -> HTTP2HandlerFactory {
        { loop, upgrade in
            var limits = limits
            limits.headerListBytesMax = loop.limits.http1.headerBytesMax
            limits.headerFieldsMax = loop.limits.http1.headerCountMax
            limits.streamHighWaterBytes = loop.limits.highWaterBytes
            do {
                let session = try HTTP2Session(role: .server, limits: limits)
                return HTTP2Handler(loop, session: session, upgrade: upgrade)
            } catch {
                return ClosingHandler()
            }
        }
    }

    // MARK: - Events of the channel

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let outbound = OutboundQueue(context, loop)
        outbound.onEmpty = { [weak self] in self?.pump() }
        outbound.onStall = { [weak self] in self?.readerStalled() }
        self.outbound = outbound
        timer = DeadlineTimer(on: loop.loop) { [weak self] in self?.timedOut() }
        streamTimer = DeadlineTimer(on: loop.loop) { [weak self] in self?.lookAtStreams() }
        loop.attach(self, ObjectIdentifier(context.channel))
        wait(for: .preface, loop.limits.headerTimeout)
        if let upgrade { begin(upgrade) }
        if loop.isDraining { session.beginDrain() }
        flushSoon(hasBody: false)
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        letGo()
        self.context = nil
    }

    package func channelInactive(context: ChannelHandlerContext) {
        phase = .closed
        letGo()
        loop.detach(ObjectIdentifier(context.channel))
        cancelAll()
        context.fireChannelInactive()
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        loop.metrics.received.add(UInt64(buffer.readableBytes))
        guard case .serving = phase else { return }
        isInRead = true
        take(session.receive(buffer.readableBytesSpan, now: .now))
        flushSoon(hasBody: false)
    }

    package func channelReadComplete(context: ChannelHandlerContext) {
        isInRead = false
        if isFlushDue { flushPending() }
        context.fireChannelReadComplete()
    }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        outbound?.flush()
        pump()
        context.fireChannelWritabilityChanged()
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Without its input a connection has no windows to go on with: the client has left.
        if let event = event as? ChannelEvent, event == .inputClosed { cut() }
        context.fireUserInboundEventTriggered(event)
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func letGo() {
        timer?.cancel()
        streamTimer?.cancel()
        outbound?.close()
        // It holds the context, which holds this handler.
        outbound = nil
    }

    private func cancelAll() {
        let open = exchanges
        exchanges = [:]
        release(bodiesBytes)
        for exchange in open.values { exchange.cancel() }
    }

    // MARK: - Events of the session

    private func take(_ events: [HTTP2Event]) {
        for event in events {
            switch event {
            case .request(let stream, let head, let end): accept(stream, head, end: end)
            case .data(let stream, let bytes): append(bytes, stream)
            case .end(let stream):
                if let exchange = exchanges[stream] { serve(exchange) }
            case .closed(let stream, _, _): closed(stream)
            case .drained(let stream): exchanges[stream]?.caughtUp()
            case .headersRefused(let stream): refusedUnread(stream)
            case .failed(let error): failed(error)
            case .response, .trailers, .priority, .settings, .settingsAcknowledged, .pong, .goaway:
                break
            }
        }
    }

    private func accept(_ stream: HTTP2StreamID, _ head: HTTP2RequestHead, end: Bool) {
        var headers = head.headers
        headers.set("host", head.authority)
        let requestID = loop.requestID(headers.first("x-request-id"))
        let target: (path: String, query: String?, length: Int?)
        var violation: HTTP1Violation?
        do throws(HTTP1Violation) {
            target = try check(head, headers)
        } catch {
            violation = error
            target = (head.path.split(separator: "?").first.map(String.init) ?? "-", nil, nil)
        }
        let request = RequestHead(
            method: head.method, path: target.path, query: target.query, headers: headers,
            bodyLength: end ? 0 : target.length, requestID: requestID, receivedAt: .now,
            httpVersion: .http2)
        let exchange = HTTP2Exchange(stream, request, on: self)
        exchanges[stream] = exchange
        if let violation {
            refuse(exchange, TransportError(violation))
            return
        }
        switch loop.handler.admit(request) {
        case .refused(let response):
            exchange.refuse(response)
            watchStreams()
        case .whole(let policy):
            exchange.policy = policy
            if end {
                serve(exchange)
            } else {
                if headers.contains("expect") { session.inform(stream, status: 100) }
                watchStreams()
            }
        }
    }

    /// What the session does not check: the target, the host and the body's length.
    private func check(
        _ head: HTTP2RequestHead, _ headers: HTTPHeaders
    ) throws(HTTP1Violation) -> (path: String, query: String?, length: Int?) {
        let limits = loop.limits.http1
        guard head.path.utf8.count <= limits.targetBytesMax else { throw .targetTooLong }
        let (path, query, _) = try HTTP1Rules.split(head.path, method: head.method)
        guard !head.authority.isEmpty else { throw .hostMissing }
        guard HTTP1Rules.isHost(head.authority) else { throw .hostMalformed }
        if let expect = headers.first("expect"),
            HTTPHeaders.lowercased(expect) != "100-continue"
        {
            throw .expectationUnknown
        }
        var length: Int?
        if let text = headers.first("content-length") {
            let declared = try HTTP1Rules.length(text)
            guard declared <= limits.bodyBytesMax else { throw .bodyTooLong }
            length = declared
        }
        return (path, query, length)
    }

    private func append(_ bytes: [UInt8], _ stream: HTTP2StreamID) {
        session.consume(stream, bytes.count)
        guard let exchange = exchanges[stream], exchange.isReceiving else { return }
        let bytesMax = min(exchange.policy?.bytesMax ?? 0, loop.limits.http1.bodyBytesMax)
        guard exchange.body.count + bytes.count <= bytesMax else {
            refuse(exchange, TransportError(.bodyTooLong))
            return
        }
        guard bodiesBytes + bytes.count <= bodiesBytesMax, loop.holdBody(bytes.count) else {
            refuse(exchange, .bodiesExhausted)
            return
        }
        bodiesBytes += bytes.count
        exchange.append(bytes, now: loop.loop.now)
    }

    private func release(_ count: Int) {
        bodiesBytes -= count
        loop.releaseBody(count)
    }

    private func serve(_ exchange: HTTP2Exchange) {
        release(exchange.body.count)
        guard let (request, policy) = exchange.complete() else { return }
        policy.serve(request, exchange)
    }

    private func refuse(_ exchange: HTTP2Exchange, _ error: TransportError) {
        release(exchange.body.count)
        exchange.refuse(error)
        watchStreams()
    }

    /// The session answered 431 itself, or reset the stream for its trailers.
    private func refusedUnread(_ stream: HTTP2StreamID) {
        loop.metrics.countReject("headers_too_large")
        if let exchange = exchanges[stream] {
            exchange.cancel()
            return
        }
        loop.ended(
            AccessRecord(
                requestID: loop.requestID(nil), client: client, method: "-", path: "-",
                version: .http2, status: 431, requestBytes: 0, responseBytes: 0, duration: .zero,
                isComplete: true))
    }

    private func closed(_ stream: HTTP2StreamID) {
        guard let exchange = exchanges.removeValue(forKey: stream) else { return }
        release(exchange.body.count)
        exchange.cancel()
    }

    private func failed(_ error: HTTP2Error) {
        let isFlood = error.code == .enhanceYourCalm
        loop.metrics.countReject(isFlood ? "http2_flood" : "http2_protocol_error")
    }

    /// Serves the request that asked for the upgrade, on stream 1.
    private func begin(_ upgrade: HTTP2Upgrade) {
        let request = upgrade.request
        do {
            let stream = try session.upgrade(
                settings: upgrade.settings, isHead: request.method == "HEAD")
            let exchange = HTTP2Exchange(stream, request.head, on: self)
            exchange.complete(with: request)
            exchanges[stream] = exchange
            upgrade.policy.serve(request, exchange)
        } catch {
            failed(error)
            session.terminate(error.code)
        }
    }

    // MARK: - Sending

    /// Sends what is ready at the end of this tick.
    func flushSoon(hasBody: Bool) {
        if hasBody { watchStreams() }
        guard !isFlushDue else { return }
        isFlushDue = true
        if !isInRead { loop.flushLater(self) }
    }

    /// Gives a stream up whose client does not read it.
    func cutOff(_ exchange: HTTP2Exchange) {
        session.reset(exchange.stream, .cancel)
        exchange.cancel()
        flushSoon(hasBody: false)
    }

    /// Moves frames to the socket while it has room, and never makes any while it has not.
    private func pump() {
        guard !isPumping, let outbound else { return }
        switch phase {
        case .serving, .closing: break
        case .lingering, .closed: return
        }
        isPumping = true
        while outbound.bufferedBytes < Self.burstBytes {
            scratch.removeAll(keepingCapacity: true)
            let count = session.send(max: Self.burstBytes) { frame in
                unsafe frame.withUnsafeBytes { unsafe scratch.append(contentsOf: $0) }
            }
            take(session.takeEvents())
            guard count > 0 else { break }
            outbound.append(scratch)
            outbound.flush()
        }
        isPumping = false
        settle()
    }

    // MARK: - Timers and the end

    /// Sets the timer and the end as the session wants them.
    private func settle() {
        switch phase {
        case .serving:
            if session.isFinished {
                phase = .closing
                cancelAll()
                settle()
            } else if !session.isEstablished {
                if awaited != .preface { wait(for: .preface, loop.limits.headerTimeout) }
            } else if session.isInHeaderBlock {
                if awaited != .fieldSection { wait(for: .fieldSection, loop.limits.headerTimeout) }
            } else if session.isDraining, session.openStreams == 0 {
                if awaited != .drainAnswer { wait(for: .drainAnswer, loop.limits.lingerTimeout) }
            } else if session.openStreams == 0 {
                if awaited != .nextRequest { wait(for: .nextRequest, loop.limits.idleTimeout) }
            } else if awaited != .nothing {
                wait(for: .nothing)
            }
        case .closing:
            if outbound?.bufferedBytes == 0 { beginLingering() }
        case .lingering, .closed:
            break
        }
    }

    /// Closes the output and waits for the client's end: closing at once, with bytes unread, would
    /// tear GOAWAY away from the client.
    private func beginLingering() {
        phase = .lingering
        wait(for: .clientsEnd, loop.limits.lingerTimeout)
        context?.close(mode: .output, promise: nil)
    }

    private func wait(for awaited: Awaited, _ duration: Duration? = nil) {
        self.awaited = awaited
        if let duration { timer?.set(after: duration) } else { timer?.clear() }
    }

    private func timedOut() {
        switch awaited {
        case .nothing: break
        case .preface, .fieldSection:
            loop.metrics.countTimeout("header")
            session.terminate(session.isEstablished ? .enhanceYourCalm : .settingsTimeout)
        case .nextRequest:
            loop.metrics.countTimeout("idle")
            session.beginDrain()
        case .drainAnswer:
            session.finishDrain()
            session.terminate(.noError)
        case .clientsEnd:
            cut()
            return
        }
        awaited = .nothing
        flushSoon(hasBody: false)
    }

    private func readerStalled() {
        loop.metrics.countTimeout("reader")
        cut()
    }

    /// Makes sure that streams are looked at while there is something to look for.
    private func watchStreams() {
        guard !isStreamTimerSet else { return }
        isStreamTimerSet = true
        let limits = loop.limits
        streamTimer?.set(
            after: min(
                limits.bodyStallTimeout, limits.readerStallTimeout, limits.lingerTimeout * 4) / 4)
    }

    /// Finds bodies that do not come and answers that are not read.
    private func lookAtStreams() {
        isStreamTimerSet = false
        let now = loop.loop.now
        var isBusy = false
        for exchange in Array(exchanges.values) {
            if exchange.isReceiving {
                isBusy = true
                guard isBodyLate(exchange, now) else { continue }
                loop.metrics.countTimeout("body")
                refuse(exchange, .bodyTimeout)
                flushSoon(hasBody: false)
            } else if session.bufferedBytes(exchange.stream) > 0 {
                isBusy = true
                guard isReaderStalled(exchange, now) else { continue }
                loop.metrics.countTimeout("reader")
                cutOff(exchange)
            } else if let endedAt = exchange.endedAt {
                // The client still sends a body that nobody reads.
                isBusy = true
                guard Duration(now - endedAt) >= loop.limits.lingerTimeout else { continue }
                session.reset(exchange.stream, .noError)
                flushSoon(hasBody: false)
            }
        }
        if isBusy { watchStreams() }
    }

    private func isBodyLate(_ exchange: HTTP2Exchange, _ now: NIODeadline) -> Bool {
        let limits = loop.limits
        let allowed =
            limits.bodyStallTimeout + .seconds(exchange.body.count / max(1, limits.bodyRateMin))
        return Duration(now - exchange.bodyGrewAt) >= limits.bodyStallTimeout
            || Duration(now - exchange.bodyStartedAt) >= allowed
    }

    private func isReaderStalled(_ exchange: HTTP2Exchange, _ now: NIODeadline) -> Bool {
        let framed = exchange.writtenBytes - session.bufferedBytes(exchange.stream)
        if framed != exchange.framedBytes {
            exchange.framedBytes = framed
            exchange.framedSince = now
        }
        return Duration(now - exchange.framedSince) >= loop.limits.readerStallTimeout
    }
}

// MARK: - What the loop asks for

extension HTTP2Handler: ServedConnection {
    package func flushPending() {
        isFlushDue = false
        outbound?.flush()
        pump()
    }

    package func drain() {
        guard case .serving = phase else { return }
        session.beginDrain()
        flushSoon(hasBody: false)
    }

    package func cut() {
        context?.close(promise: nil)
    }

    package var isBusy: Bool { !exchanges.isEmpty || outbound?.bufferedBytes ?? 0 > 0 }
}

/// Ends a connection for which there is no memory.
private final class ClosingHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    func handlerAdded(context: ChannelHandlerContext) {
        context.close(promise: nil)
    }
}
