package import HTTP
import Metrics
package import NIOCore

/// One HTTP/2 connection. Passes bytes between the channel and its session, makes an exchange for
/// every stream, and keeps the connection's timers. Belongs to its event loop.
package final class HTTP2Handler: ChannelInboundHandler, RemovableChannelHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    private enum Phase {
        case serving
        /// GOAWAY is being sent.
        case closing
        /// The output is closed. What still comes is dropped.
        case lingering
        case closed
    }

    /// What the connection's timer waits for.
    private enum Awaited: Equatable {
        case nothing
        case preface
        /// The end of the field section of this number.
        case fieldSection(Int)
        /// The next request, while there are no streams.
        case nextRequest
        case clientsEnd
    }

    /// How many bytes of frames are passed to the socket at once.
    private static let burstBytes = 64 * 1024
    /// The largest step, in bytes, in which a client is assumed to open a window: the window of a
    /// client without settings (RFC 9113 §6.9.2).
    private static let windowStepMax = 65_535
    /// How many bytes of frame headers and control frames may come in addition to the body bytes
    /// that the client was allowed to send when it learned that the connection ends.
    private static let lingerSlackBytes = 64 * 1024

    let loop: LoopContext
    var session: HTTP2Session
    private let upgrade: HTTP2Upgrade?
    private let bodiesBytesMax: Int
    private var context: ChannelHandlerContext?
    private var lastReadAt: NIODeadline
    private var outbound: OutboundQueue?
    private var exchanges: [HTTP2StreamID: HTTP2Exchange] = [:]
    private var bodiesBytes = 0
    /// The bytes of waiting responses that were last reported to the loop.
    private var answerBytes = 0
    private var phase = Phase.serving
    private var awaited = Awaited.nothing
    private var timer: DeadlineTimer?
    private var drainTimer: DeadlineTimer?
    private var streamTimer: DeadlineTimer?
    private var isStreamTimerSet = false
    /// Bytes that came after reading had ended.
    private var droppedBytes = 0
    private var scratch: [UInt8] = []
    /// Bytes received and not yet passed to the session.
    private var inbound = ByteBuffer()
    /// Whether these bytes wait for a turn. Nothing is read meanwhile.
    private var isQueued = false
    private var isPumping = false
    private(set) lazy var client: String = context?.remoteAddress?.ipAddress ?? "-"

    init(_ loop: LoopContext, session: consuming HTTP2Session, upgrade: HTTP2Upgrade?) {
        self.loop = loop
        self.upgrade = upgrade
        lastReadAt = loop.loop.now
        bodiesBytesMax = session.limits.bodiesBytesMax
        self.session = session
    }

    /// A factory for handlers of HTTP/2 connections. Limits on fields and unsent bytes are taken
    /// from the network's, so that they are the same for both protocols; and a connection may hold
    /// at least the largest request there may be.
    package static func factory(limits: HTTP2Limits = HTTP2Limits()) -> HTTP2HandlerFactory {
        { loop, upgrade in
            var limits = limits
            limits.headerListBytesMax = loop.limits.message.headerBytesMax
            limits.headerFieldsMax = loop.limits.message.headerCountMax
            limits.streamHighWaterBytes = loop.limits.highWaterBytes
            limits.bodiesBytesMax = max(limits.bodiesBytesMax, loop.limits.message.bytesMax)
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
        outbound.onFlush = { [weak self] in self?.pump() }
        outbound.onEmpty = { [weak self] in self?.pump() }
        outbound.onStall = { [weak self] in self?.readerStalled() }
        self.outbound = outbound
        timer = DeadlineTimer(on: loop.loop) { [weak self] in self?.timedOut() }
        drainTimer = DeadlineTimer(on: loop.loop) { [weak self] in self?.finishDrain() }
        streamTimer = DeadlineTimer(on: loop.loop) { [weak self] in self?.lookAtStreams() }
        loop.attach(self, ObjectIdentifier(context.channel))
        wait(for: .preface, loop.limits.headerTimeout)
        if let upgrade { begin(upgrade) }
        if loop.isDraining { beginDrain() }
        flushSoon()
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
        var buffer = unwrapInboundIn(data)
        loop.metrics.received.add(UInt64(buffer.readableBytes))
        guard case .serving = phase, !session.isTerminating else {
            drop(buffer.readableBytes)
            return
        }
        outbound?.hold()
        lastReadAt = loop.loop.now
        inbound.writeBuffer(&buffer)
        guard !isQueued else { return }
        if loop.turns.isTurnFree { receive() } else { queue(hasBegun: false) }
    }

    /// Passes received bytes to the session, one request at a time, until the turn is over.
    private func receive() {
        let end = loop.turns.turnEnd
        while case .serving = phase, inbound.readableBytes > 0 {
            let bytes = inbound
            var taken = 0
            take(session.receive(bytes.readableBytesSpan, from: &taken, now: .now))
            // A session that has failed takes no bytes.
            if taken == 0 { break }
            inbound.moveReaderIndex(forwardBy: taken)
            if inbound.readableBytes > 0, loop.loop.now >= end {
                queue(hasBegun: true)
                break
            }
        }
        if !isQueued { inbound = ByteBuffer() }
        flushSoon()
    }

    /// Leaves received bytes to a later turn.
    private func queue(hasBegun: Bool) {
        isQueued = true
        pauseReading(true)
        loop.turns.add(self, hasBegun: hasBegun)
    }

    private func pauseReading(_ pauses: Bool) {
        // Fails only if the channel is closed, and then nothing is read anyway.
        try? context?.channel.syncOptions?.setOption(.autoRead, value: !pauses)
    }

    /// Drops bytes that a client had on their way when it learned of the end. If it sends more than
    /// that, the connection is cut.
    private func drop(_ count: Int) {
        droppedBytes += count
        if droppedBytes > session.limits.connectionWindowBytes + Self.lingerSlackBytes { cut() }
    }

    package func channelReadComplete(context: ChannelHandlerContext) {
        outbound?.release()
        context.fireChannelReadComplete()
    }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        outbound?.flush()
        context.fireChannelWritabilityChanged()
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Without input from the client its windows never open again, so a half-close means that it
        // has left.
        if let event = event as? ChannelEvent, event == .inputClosed { cut() }
        context.fireUserInboundEventTriggered(event)
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func letGo() {
        noteAnswers(0)
        timer?.cancel()
        drainTimer?.cancel()
        streamTimer?.cancel()
        outbound?.close()
        // Breaks a cycle: the queue holds the context, which holds this handler.
        outbound = nil
    }

    private func cancelAll() {
        let open = exchanges
        exchanges = [:]
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
            case .headersRefused(let stream, let method): refuseFields(stream, method)
            case .failed(let error): failed(error)
            case .response, .trailers, .priority, .settings, .settingsAcknowledged, .pong, .goaway:
                break
            }
        }
    }

    private func accept(_ stream: HTTP2StreamID, _ head: HTTP2RequestHead, end: Bool) {
        let (request, violation) = read(head, end: end)
        let exchange = open(stream, request)
        if let violation, violation != .bodyTooLong {
            exchange.refuse(TransportError(violation))
            return
        }
        let admission = loop.limited(loop.handler.admit(request), on: context?.channel)
        if case .whole(let policy) = admission { exchange.adopt(policy) }
        guard hasRoomForAnswers() else {
            exchange.refuse(.answersUnread)
            return
        }
        switch admission {
        case .refused(let response):
            exchange.refuse(response)
        case .whole(let policy):
            exchange.policy = policy
            if let violation {
                let bytesMax = loop.limits.message.bodyBytesMax
                exchange.refuse(TransportError(violation, bodyBytesMax: bytesMax))
            } else if end {
                serve(exchange)
            } else if !exchange.hold(Self.byteCount(request)) {
                exchange.refuse(.bodiesExhausted)
            } else if request.headers.contains("expect") {
                session.inform(stream, status: 100)
            }
        }
    }

    /// Whether the client reads its responses, so that it may send another request.
    private func hasRoomForAnswers() -> Bool {
        noteAnswers(session.bufferedBytes)
        return answerBytes <= Self.windowStepMax
            || answerBytes <= loop.limits.connectionUnsentBytesMax
                && loop.answerBytesHeld <= loop.limits.answersBytesMax
    }

    /// Tells the loop how many bytes of this connection's responses wait now.
    private func noteAnswers(_ count: Int) {
        loop.answerBytesHeld += count - answerBytes
        answerBytes = count
    }

    /// The memory of a head, which is held while its body comes. It is counted since one byte of
    /// HPACK may decode to thousands.
    private static func byteCount(_ head: RequestHead) -> Int {
        head.headers.reduce((head.query ?? "").utf8.count) { sum, field in
            sum + field.name.utf8.count + field.value.utf8.count + 32
        }
    }

    /// Makes the exchange for a new stream and starts watching it. Every stream has one from its
    /// head on.
    private func open(_ stream: HTTP2StreamID, _ head: RequestHead) -> HTTP2Exchange {
        let exchange = HTTP2Exchange(stream, head, on: self)
        exchanges[stream] = exchange
        watchStreams()
        return exchange
    }

    private func append(_ bytes: [UInt8], _ stream: HTTP2StreamID) {
        session.consume(stream, bytes.count)
        guard let exchange = exchanges[stream], exchange.isReceiving else { return }
        let bytesMax = min(exchange.policy?.bytesMax ?? 0, loop.limits.message.bodyBytesMax)
        guard exchange.body.count + bytes.count <= bytesMax else {
            exchange.refuse(TransportError(.bodyTooLong, bodyBytesMax: bytesMax))
            return
        }
        guard exchange.hold(bytes.count) else {
            exchange.refuse(.bodiesExhausted)
            return
        }
        exchange.append(bytes, now: loop.loop.now)
    }

    /// Counts bytes of a request that is being received. If there is no room it returns false and
    /// counts nothing.
    func hold(_ count: Int) -> Bool {
        guard bodiesBytes + count <= bodiesBytesMax, loop.holdBody(count) else { return false }
        bodiesBytes += count
        return true
    }

    func release(_ count: Int) {
        bodiesBytes -= count
        loop.releaseBody(count)
    }

    private func serve(_ exchange: HTTP2Exchange) {
        guard let (request, policy) = exchange.complete() else { return }
        policy.serve(request, exchange)
    }

    /// Refuses a request whose fields or trailers are too large.
    private func refuseFields(_ stream: HTTP2StreamID, _ method: String) {
        if let exchange = exchanges[stream] {
            if exchange.isReceiving { exchange.refuse(TransportError(.trailersTooLarge)) }
            return
        }
        let head = RequestHead(
            method: RequestRules.isMethod(method) ? method : "-", path: "-", bodyLength: nil,
            requestID: loop.requestID(nil), receivedAt: .now, httpVersion: .http2)
        open(stream, head).refuse(TransportError(.headersTooLarge))
    }

    private func closed(_ stream: HTTP2StreamID) {
        exchanges.removeValue(forKey: stream)?.cancel()
    }

    private func failed(_ error: HTTP2Error) {
        let isFlood = error.code == .enhanceYourCalm
        loop.metrics.countReject(isFlood ? "http2_flood" : "http2_protocol_error")
    }

    /// Serves the request that asked for the upgrade; it is stream 1.
    private func begin(_ upgrade: HTTP2Upgrade) {
        let request = upgrade.request
        do {
            let stream = try session.upgrade(
                settings: upgrade.settings, isHead: request.method == "HEAD")
            let exchange = open(stream, request.head)
            exchange.adopt(upgrade.policy)
            exchange.complete(with: request)
            upgrade.policy.serve(request, exchange)
        } catch {
            failed(error)
            session.terminate(error.code)
        }
    }

    // MARK: - Sending

    /// Schedules sending for the end of this turn of the loop.
    func flushSoon() { outbound?.flushSoon() }

    /// Resets a stream that its client does not read.
    func cutOff(_ exchange: HTTP2Exchange) {
        session.reset(exchange.stream, .cancel)
        exchange.cancel()
        flushSoon()
    }

    /// Passes frames to the socket while it has room. It makes no frames while there is none.
    private func pump() {
        guard !isPumping, let outbound else { return }
        switch phase {
        case .serving, .closing: break
        case .lingering, .closed: return
        }
        isPumping = true
        let end = loop.turns.turnEnd
        while outbound.bufferedBytes < Self.burstBytes {
            // Without a limit this would go on as long as the socket takes frames.
            if loop.loop.now > end {
                if !isQueued { queue(hasBegun: true) }
                break
            }
            scratch.removeAll(keepingCapacity: true)
            let count = session.send(max: Self.burstBytes) { frame in
                unsafe frame.withUnsafeBytes { unsafe scratch.append(contentsOf: $0) }
            }
            take(session.takeEvents())
            guard count > 0 else { break }
            outbound.append(scratch)
            outbound.passOn()
        }
        isPumping = false
        noteAnswers(session.bufferedBytes)
        settle()
    }

    // MARK: - Timers and the end

    /// Brings the timer and the end of the connection in line with the session's state.
    private func settle() {
        switch phase {
        case .serving:
            if session.isFinished {
                phase = .closing
                cancelAll()
                settle()
            } else if !session.isEstablished {
                wait(for: .preface, loop.limits.headerTimeout)
            } else if let section = session.fieldSection {
                wait(for: .fieldSection(section), loop.limits.headerTimeout)
            } else if session.openStreams == 0, !session.isDraining {
                wait(for: .nextRequest, loop.limits.idleTimeout)
            } else {
                wait(for: .nothing)
            }
        case .closing:
            if outbound?.bufferedBytes == 0 { beginLingering() }
        case .lingering, .closed:
            break
        }
    }

    /// Closes the output and waits for the client to close. Closing at once, with bytes unread,
    /// would cause a reset, and the client might never read GOAWAY.
    private func beginLingering() {
        phase = .lingering
        wait(
            for: .clientsEnd,
            loop.isDraining ? loop.limits.drainGraceTime : loop.limits.lingerTimeout)
        context?.close(mode: .output, promise: nil)
    }

    /// Sets the timer, unless it already waits for the same.
    private func wait(for awaited: Awaited, _ duration: Duration? = nil) {
        guard awaited != self.awaited else { return }
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
            beginDrain()
        case .clientsEnd:
            cut()
            return
        }
        awaited = .nothing
        flushSoon()
    }

    /// Announces the end of the connection to the client. When the client has read that, or after a
    /// time, it sends the last stream taken. The connection ends when the streams taken are
    /// answered.
    private func beginDrain() {
        session.beginDrain()
        drainTimer?.set(after: loop.limits.drainNoticeTimeout)
        flushSoon()
    }

    private func finishDrain() {
        session.finishDrain()
        flushSoon()
    }

    private func readerStalled() {
        loop.metrics.countTimeout("reader")
        cut()
    }

    /// Schedules a regular check of the streams while there are any.
    private func watchStreams() {
        guard !isStreamTimerSet, !exchanges.isEmpty else { return }
        isStreamTimerSet = true
        let limits = loop.limits
        streamTimer?.set(
            after: min(
                limits.bodyStallTimeout, limits.readerStallTimeout, limits.lingerTimeout * 4) / 4)
    }

    private func lookAtStreams() {
        isStreamTimerSet = false
        let now = loop.loop.now
        for exchange in Array(exchanges.values) { look(at: exchange, now) }
        watchStreams()
    }

    /// Ends a stream whose body does not come, whose response is not read, or whose client keeps
    /// sending a body that nobody reads.
    private func look(at exchange: HTTP2Exchange, _ now: NIODeadline) {
        if exchange.isReceiving {
            guard isBodyLate(exchange, now) else { return }
            loop.metrics.countTimeout("body")
            exchange.refuse(.bodyTimeout)
        } else if session.isSending(exchange.stream) {
            guard isReaderStalled(exchange, now) else { return }
            loop.metrics.countTimeout("reader")
            cutOff(exchange)
        } else if exchange.isOpen {
            exchange.waitsSince = nil
        } else {
            let since = exchange.lingersSince ?? now
            exchange.lingersSince = since
            guard Duration(now - since) >= loop.limits.lingerTimeout else { return }
            session.reset(exchange.stream, .noError)
            flushSoon()
        }
    }

    private func isBodyLate(_ exchange: HTTP2Exchange, _ now: NIODeadline) -> Bool {
        let limits = loop.limits
        let allowed =
            limits.bodyStallTimeout + .seconds(exchange.body.count / max(1, limits.bodyRateMin))
        return Duration(now - exchange.bodyGrewAt) >= limits.bodyStallTimeout
            || Duration(now - exchange.bodyStartedAt) >= allowed
    }

    /// Whether a response has waited too long for its client to open the windows.
    private func isReaderStalled(_ exchange: HTTP2Exchange, _ now: NIODeadline) -> Bool {
        // The client cannot have read what the socket has not taken. The queue watches that case.
        guard outbound?.bufferedBytes == 0 else {
            exchange.waitsSince = nil
            return false
        }
        let progress = session.progress(exchange.stream)
        guard let since = exchange.waitsSince, progress == exchange.progress else {
            exchange.progress = progress
            exchange.waitsSince = now
            return false
        }
        let unread = min(session.unacknowledgedBytes(exchange.stream), Self.windowStepMax)
        let allowed =
            loop.limits.readerStallTimeout
            + .seconds(1) * unread / max(1, loop.limits.readerRateMin)
        return Duration(now - since) >= allowed
    }
}

// MARK: - Called by the loop

extension HTTP2Handler: ServedConnection {
    package func drain() {
        guard case .serving = phase else { return }
        beginDrain()
    }

    package func cut() {
        context?.close(promise: nil)
    }

    package func takeTurn() {
        isQueued = false
        outbound?.hold()
        receive()
        outbound?.release()
        if !isQueued { pauseReading(false) }
    }

    package var isBusy: Bool {
        !exchanges.isEmpty || outbound?.bufferedBytes ?? 0 > 0 || isQueued
    }

    package var idleSince: NIODeadline? { isBusy ? nil : lastReadAt }
}

/// Closes a connection for which there is no memory.
private final class ClosingHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    func handlerAdded(context: ChannelHandlerContext) {
        context.close(promise: nil)
    }
}
