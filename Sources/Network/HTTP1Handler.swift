import HTTP
import Metrics
package import NIOCore

/// One HTTP/1.1 connection (RFC 9112). Feeds the parser, collects bounded requests, serves them
/// strictly in order, one at a time, and keeps the connection's timers.
///
/// While a request is served, the following ones wait as bytes: here up to a limit, beyond it in
/// the socket.
package final class HTTP1Handler: ChannelInboundHandler, RemovableChannelHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    private enum Phase {
        /// Reading a request, or waiting for one.
        case reading
        /// The front end is serving a request.
        case serving
        /// The last response is being sent.
        case closing(lingers: Bool)
        /// The response was sent and the output closed. What still comes is dropped.
        case lingering
        case closed
    }

    /// An admitted request whose body is being received.
    private struct Reception {
        let head: RequestHead
        let policy: BodyPolicy
        /// Whether the client wants the connection kept after the response.
        let isPersistent: Bool
    }

    /// What the read timer waits for.
    private enum Awaited {
        case nothing
        case firstByte
        case nextRequest
        case head
        case body
        case clientsEnd
        /// During a drain: a request that may be on its way, or the rest of its head.
        case lastRequest
        case lastHead
    }

    let loop: LoopContext
    private var context: ChannelHandlerContext?
    /// When the last response ended, or the connection began.
    private var lastUsedAt: NIODeadline
    private(set) var outbound: OutboundQueue?
    private var parser: HTTP1Parser
    private var inbound = ByteBuffer()
    private var phase = Phase.reading
    private var awaited = Awaited.nothing
    private var readTimer: DeadlineTimer?
    private var exchange: HTTP1Exchange?
    /// The request whose body is being read; nil while the body of a refused one is dropped.
    private var reception: Reception?
    /// Bytes of the current body that were dropped.
    private var droppedBytes = 0
    private var body: [UInt8] = []
    private var bodyStartedAt: NIODeadline?
    private var receivedAt: ContinuousClock.Instant?
    private var scratch: [UInt8] = []
    private var inputIsClosed = false
    private var isAdvancing = false
    /// Whether the received bytes wait for a turn in the `TurnQueue`.
    private var isQueued = false
    private var isReadingPaused = false
    /// The client's address, for the log.
    private(set) var client = "-"

    package init(_ loop: LoopContext) {
        self.loop = loop
        lastUsedAt = loop.loop.now
        parser = HTTP1Parser(limits: loop.limits.message)
    }

    // MARK: - Events of the channel

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        client = context.remoteAddress?.ipAddress ?? "-"
        let outbound = OutboundQueue(context, loop)
        outbound.onEmpty = { [weak self] in self?.outboundIsEmpty() }
        outbound.onStall = { [weak self] in self?.readerStalled() }
        self.outbound = outbound
        readTimer = DeadlineTimer(on: loop.loop) { [weak self] in self?.readTimedOut() }
        loop.attach(self, ObjectIdentifier(context.channel))
        expect(.firstByte, loop.limits.headerTimeout)
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        readTimer?.cancel()
        outbound?.close()
        // Breaks a cycle: the queue holds the channel's context, which holds this handler.
        outbound = nil
        self.context = nil
    }

    package func channelInactive(context: ChannelHandlerContext) {
        phase = .closed
        readTimer?.cancel()
        outbound?.close()
        dropBody()
        loop.detach(ObjectIdentifier(context.channel))
        let exchange = exchange
        self.exchange = nil
        exchange?.cancel()
        context.fireChannelInactive()
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        loop.metrics.received.add(UInt64(buffer.readableBytes))
        switch phase {
        case .reading, .serving: break
        case .closing, .lingering, .closed: return
        }
        if inbound.readableBytes == 0 {
            inbound = buffer
        } else {
            inbound.writeBuffer(&buffer)
        }
        outbound?.hold()
        if case .reading = phase, !loop.turns.isTurnFree {
            queue(hasBegun: false)
            settle()
        } else {
            advance()
        }
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
        if let event = event as? ChannelEvent, event == .inputClosed {
            inputClosed()
        }
        context.fireUserInboundEventTriggered(event)
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The socket failed, so nothing more can be sent to the client.
        context.close(promise: nil)
    }

    // MARK: - Reading

    /// Reads requests and serves them until the bytes run out, the turn is over, or the connection
    /// must wait.
    private func advance() {
        guard !isAdvancing, !isQueued else { return }
        isAdvancing = true
        let end = loop.turns.turnEnd
        // If a client does not read its responses, its next requests wait in the socket.
        while case .reading = phase, !isBehind, step() {
            guard loop.loop.now >= end else { continue }
            if case .reading = phase { queue(hasBegun: true) }
            break
        }
        isAdvancing = false
        if inbound.readableBytes == 0 {
            inbound = ByteBuffer()
        } else if inbound.readerIndex > 16 * 1024 {
            inbound.discardReadBytes()
        }
        settle()
    }

    /// Leaves the rest of the received bytes to a later turn.
    private func queue(hasBegun: Bool) {
        guard !isQueued else { return }
        isQueued = true
        loop.turns.add(self, hasBegun: hasBegun)
    }

    /// Handles the parser's next event; returns false if it needs more bytes.
    private func step() -> Bool {
        if parser.isBetweenRequests && inbound.readableBytes > 0 { receivedAt = .now }
        let bytes = inbound
        do throws(RequestViolation) {
            let (event, consumed) = try parser.next(bytes.readableBytesUInt8Span)
            inbound.moveReaderIndex(forwardBy: consumed)
            switch event {
            case .head(let head): accept(head)
            case .body(let range):
                return take(
                    bytes.viewBytes(
                        at: bytes.readerIndex + range.lowerBound, length: range.count))
            case .end: serve()
            case nil: return false
            }
            return true
        } catch {
            refuse(TransportError(error, bodyBytesMax: loop.limits.message.bodyBytesMax))
            return false
        }
    }

    private func accept(_ head: HTTP1Head) {
        awaited = .body
        bodyStartedAt = nil
        droppedBytes = 0
        let request = RequestHead(
            method: head.method, path: head.path, query: head.query, headers: head.headers,
            bodyLength: head.framing.length,
            requestID: loop.requestID(head.headers.first("x-request-id")),
            receivedAt: receivedAt ?? .now, httpVersion: head.version)
        switch loop.limited(loop.handler.admit(request), on: context?.channel) {
        case .refused(let response):
            refuse(request, response, head)
        case .whole(let policy):
            reception = Reception(head: request, policy: policy, isPersistent: head.isPersistent)
            // Reserves no more than one read may bring: declaring a length costs the client
            // nothing.
            body.reserveCapacity(min(request.bodyLength ?? 0, 64 * 1024))
            if head.expectsContinue && inbound.readableBytes == 0 {
                send(HTTP1Writer.continueHead)
            }
        }
    }

    /// Refuses a request because of its head. A short body is dropped as it comes, and the
    /// connection continues. Otherwise the response is the connection's last.
    private func refuse(_ request: RequestHead, _ response: HTTPResponse, _ head: HTTP1Head) {
        let isShort = (request.bodyLength ?? .max) <= loop.limits.droppedBodyBytesMax
        let goesOn = isShort && !head.expectsContinue
        exchange(
            HTTP1Exchange.Subject(
                method: request.method, path: request.path, version: request.httpVersion,
                requestID: request.requestID, receivedAt: request.receivedAt,
                isPersistent: head.isPersistent && goesOn, isRefused: request.bodyLength != 0)
        ).respond(response)
    }

    /// Begins a response.
    private func exchange(_ subject: HTTP1Exchange.Subject) -> HTTP1Exchange {
        let exchange = HTTP1Exchange(subject, on: self, port: loop.port)
        phase = .serving
        expect(.nothing)
        self.exchange = exchange
        return exchange
    }

    /// Adds to the body; returns false if there was no room for it.
    private func take(_ bytes: ByteBufferView?) -> Bool {
        guard let bytes else { return true }
        guard let reception else {
            droppedBytes += bytes.count
            bodyProgressed()
            return true
        }
        guard bytes.count <= reception.policy.bytesMax - body.count else {
            refuse(TransportError(.bodyTooLong, bodyBytesMax: reception.policy.bytesMax))
            return false
        }
        guard loop.holdBody(bytes.count) else {
            refuse(.bodiesExhausted)
            return false
        }
        body.append(contentsOf: bytes)
        bodyProgressed()
        return true
    }

    private func dropBody() {
        loop.releaseBody(body.count)
        body = []
    }

    private func bodyProgressed() {
        let limits = loop.limits
        let started = bodyStartedAt ?? loop.loop.now
        bodyStartedAt = started
        let spent = Duration(loop.loop.now - started)
        let allowed =
            limits.bodyStallTimeout
            + .seconds((body.count + droppedBytes) / max(1, limits.bodyRateMin))
        expect(.body, min(limits.bodyStallTimeout, allowed - spent))
    }

    /// Passes the complete request to the front end.
    private func serve() {
        guard let reception else { return }
        let request = HTTPRequest(reception.head, body: body)
        self.reception = nil
        dropBody()
        if let make = loop.configuration.http2,
            let upgrade = HTTP2Upgrade(request, reception.policy)
        {
            phase = .serving
            expect(.nothing)
            self.upgrade(upgrade, make)
            return
        }
        let exchange = exchange(
            HTTP1Exchange.Subject(
                method: request.method, path: request.path, version: request.httpVersion,
                requestID: request.requestID, receivedAt: request.receivedAt,
                bodyBytes: request.body.count, isPersistent: reception.isPersistent,
                takesTrailers: request.headers.list("te", has: "trailers")))
        exchange.adopt(reception.policy)
        reception.policy.serve(request, exchange)
        if inputIsClosed { probe() }
    }

    /// Responds with an error to a request that cannot be served, and ends the connection.
    private func refuse(_ error: TransportError) {
        loop.metrics.countReject(error.code)
        let head = reception?.head ?? attempted()
        var (policy, answer) = (reception?.policy, loop.response(error))
        if reception == nil, error.code == RequestViolation.bodyTooLong.code {
            // The front end can judge such a head: only the declared length is wrong with it.
            switch loop.handler.admit(head) {
            case .whole(let admitted): policy = admitted
            case .refused(let response): answer = response
            }
        }
        let subject = HTTP1Exchange.Subject(
            method: head.method, path: head.path, version: head.httpVersion,
            requestID: head.requestID, receivedAt: receivedAt ?? .now, bodyBytes: body.count,
            isRefused: true)
        reception = nil
        dropBody()
        let exchange = exchange(subject)
        if let policy { exchange.adopt(policy) }
        exchange.respond(answer)
    }

    /// The head that the parser has refused, as far as it was read.
    private func attempted() -> RequestHead {
        let attempt = parser.attempt
        let target = attempt?.target.split(separator: "?", maxSplits: 1).first
        return RequestHead(
            method: attempt?.method ?? "-", path: target.map(String.init) ?? "-",
            headers: attempt?.headers ?? [:], bodyLength: nil,
            requestID: loop.requestID(attempt?.headers.first("x-request-id")),
            receivedAt: receivedAt ?? .now, httpVersion: attempt?.version ?? .http1_1)
    }

    // MARK: - Timers, pauses and the end

    /// Brings timers, reading, and the end of the connection in line with the phase.
    private func settle() {
        switch phase {
        case .reading:
            pauseReading(isBehind || isQueued)
            if isBehind || isQueued {
                expect(.nothing)
            } else if inputIsClosed {
                // The bytes read are not a whole request and never will be.
                beginClose(lingers: false)
            } else if parser.isBetweenRequests && inbound.readableBytes == 0 {
                awaitRequest()
            } else if parser.isReadingHead {
                awaitHead()
            } else if awaited != .body || bodyStartedAt == nil {
                bodyProgressed()
            }
        case .serving:
            pauseReading(inbound.readableBytes > loop.limits.pipelinedBytesMax)
        case .closing, .lingering, .closed:
            break
        }
    }

    private func awaitRequest() {
        if loop.isDraining {
            let limits = loop.limits
            let isInUse = Duration(loop.loop.now - lastUsedAt) < .seconds(1)
            if awaited != .lastRequest {
                expect(.lastRequest, isInUse ? limits.drainGraceTime : limits.drainIdleTime)
            }
        } else if awaited != .firstByte, awaited != .nextRequest {
            expect(.nextRequest, loop.limits.idleTimeout)
        }
    }

    private func awaitHead() {
        if loop.isDraining {
            if awaited != .lastHead { expect(.lastHead, loop.limits.drainHeadTimeout) }
        } else if awaited != .head {
            expect(.head, loop.limits.headerTimeout)
        }
    }

    private func expect(_ awaited: Awaited, _ duration: Duration? = nil) {
        self.awaited = awaited
        if let duration {
            readTimer?.set(after: max(duration, .zero))
        } else {
            readTimer?.clear()
        }
    }

    private func readTimedOut() {
        switch awaited {
        case .nothing: break
        case .firstByte:
            loop.metrics.countTimeout("header")
            cut()
        case .nextRequest:
            loop.metrics.countTimeout("idle")
            beginClose(lingers: false)
        case .lastRequest: beginClose(lingers: false)
        case .head, .lastHead:
            loop.metrics.countTimeout("header")
            refuse(.headerTimeout)
        case .body:
            loop.metrics.countTimeout("body")
            // If the body is being dropped, its request has its response already.
            if reception == nil { cut() } else { refuse(.bodyTimeout) }
        case .clientsEnd:
            cut()
        }
    }

    private func readerStalled() {
        loop.metrics.countTimeout("reader")
        cut()
    }

    /// Whether too many bytes of responses wait for the client to read them.
    private var isBehind: Bool { bufferedBytes > loop.limits.highWaterBytes }

    private func pauseReading(_ pauses: Bool) {
        guard pauses != isReadingPaused else { return }
        isReadingPaused = pauses
        // Fails only if the channel is closed, and then nothing is read anyway.
        try? context?.channel.syncOptions?.setOption(.autoRead, value: !pauses)
    }

    /// The client will send no more.
    private func inputClosed() {
        inputIsClosed = true
        switch phase {
        case .reading: advance()
        case .serving: probe()
        case .lingering: cut()
        case .closing, .closed: break
        }
    }

    /// A client that sends no more has either closed only its output and still wants the response,
    /// or closed the connection, and the work is for nothing. The two cases can be told apart only
    /// by sending something, so this sends an interim 100, which every client must ignore (RFC 9110
    /// §15.2). In the second case the client's kernel answers with a reset, which cancels the
    /// exchange.
    private func probe() {
        guard let exchange, exchange.isUnanswered, exchange.subject.version == .http1_1
        else { return }
        send(HTTP1Writer.continueHead)
    }

    private func beginClose(lingers: Bool) {
        phase = .closing(lingers: lingers)
        expect(.nothing)
        outbound?.flush()
        if case .closing = phase, bufferedBytes == 0 { finishClose(lingers: lingers) }
    }

    private func finishClose(lingers: Bool) {
        guard lingers && !inputIsClosed else {
            cut()
            return
        }
        phase = .lingering
        inbound = ByteBuffer()
        pauseReading(false)
        expect(
            .clientsEnd, loop.isDraining ? loop.limits.drainGraceTime : loop.limits.lingerTimeout)
        context?.close(mode: .output, promise: nil)
    }

    private func outboundIsEmpty() {
        if case .closing(let lingers) = phase {
            finishClose(lingers: lingers)
        } else if exchange?.isBehind ?? isReadingPaused {
            // Not at once: the socket may take what is written now immediately, and this would go
            // on without end.
            queue(hasBegun: false)
        } else {
            advance()
        }
    }

    // MARK: - HTTP/2

    /// Passes the connection to HTTP/2 (RFC 7540 §3.2).
    private func upgrade(_ upgrade: HTTP2Upgrade, _ make: HTTP2HandlerFactory) {
        guard let context else { return }
        send(HTTP2Upgrade.head)
        outbound?.handOver()
        let rest = inbound
        inbound = ByteBuffer()
        phase = .closed
        pauseReading(false)
        let operations = context.pipeline.syncOperations
        do {
            try operations.addHandler(make(loop, upgrade), position: .after(self))
        } catch {
            context.close(promise: nil)
            return
        }
        if rest.readableBytes > 0 {
            context.fireChannelRead(NIOAny(rest))
            // The channel reports the end of a read only if it is reading now.
            context.fireChannelReadComplete()
        }
        operations.removeHandler(self, promise: nil)
    }
}

// MARK: - Called by the loop

extension HTTP1Handler: ServedConnection {
    package func drain() {
        settle()
    }

    package func takeTurn() {
        isQueued = false
        outbound?.hold()
        if bufferedBytes == 0 { exchange?.caughtUp() }
        advance()
        outbound?.release()
    }

    package var isBusy: Bool {
        switch phase {
        case .reading: !parser.isBetweenRequests || inbound.readableBytes > 0
        case .serving, .closing: true
        case .lingering, .closed: false
        }
    }

    package var idleSince: NIODeadline? {
        switch phase {
        case .reading:
            reception == nil && bufferedBytes == 0 && !isQueued ? lastUsedAt : nil
        case .lingering: lastUsedAt
        case .serving, .closing, .closed: nil
        }
    }

    package func cut() {
        context?.close(promise: nil)
    }
}

// MARK: - Called by the exchange

extension HTTP1Handler {
    var bufferedBytes: Int { outbound?.bufferedBytes ?? 0 }

    /// Whether another request could follow on this connection.
    var mayStayOpen: Bool {
        inbound.readableBytes > 0 || !loop.isDraining && !inputIsClosed
    }

    func sendHead(
        status: Int, headers: HTTPHeaders, framing: HTTP1Writer.Framing,
        persistence: HTTP1Writer.Persistence, requestID: String
    ) {
        scratch.removeAll(keepingCapacity: true)
        HTTP1Writer.appendHead(
            status: status, headers: headers, framing: framing, persistence: persistence,
            stamp: loop.stamp(requestID), to: &scratch)
        send(scratch)
    }

    func sendLastChunk(_ trailers: HTTPHeaders?) {
        scratch.removeAll(keepingCapacity: true)
        HTTP1Writer.appendLastChunk(trailers, to: &scratch)
        send(scratch)
    }

    /// Appends bytes, which are flushed at the end of this turn of the loop.
    func send(_ bytes: [UInt8]) { outbound?.send(bytes) }

    /// The exchange has written its whole response. `mayBeSentMore`: the client did not say that
    /// this was its last request. If more requests come after the close, a reset could destroy the
    /// response before the client reads it, so the connection lingers.
    func ended(staysOpen: Bool, mayBeSentMore: Bool) {
        exchange = nil
        lastUsedAt = loop.loop.now
        guard case .serving = phase else { return }
        if staysOpen {
            phase = .reading
            advance()
        } else {
            beginClose(lingers: mayBeSentMore || inbound.readableBytes > 0)
        }
    }
}
