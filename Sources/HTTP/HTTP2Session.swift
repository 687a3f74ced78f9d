import CNghttp2

/// Owns the library's session object and frees it.
@safe struct HTTP2SessionHandle: ~Copyable {
    let raw: OpaquePointer

    deinit { unsafe nghttp2_session_del(raw) }
}

/// One HTTP/2 connection without its socket (RFC 9113). The caller passes received bytes and gets
/// events; it passes messages and gets bytes to send. A session never blocks, sleeps or reads a
/// clock.
///
/// If the peer breaks a rule or exceeds a limit, no call throws: the last event is `failed`, GOAWAY
/// is ready to be sent, and `isFinished` becomes true when it was sent. Not `Sendable`: a session
/// belongs to the I/O thread that accepted its connection.
package struct HTTP2Session: ~Copyable {
    package let role: HTTP2Role
    package let limits: HTTP2Limits
    private let inbox: HTTP2Inbox  // where the callbacks record events; outlives the handle
    private let handle: HTTP2SessionHandle
    private var scanner: HTTP2FrameScanner
    private var isTerminated = false
    private var isDead = false
    private var drainPhase = DrainPhase.none

    private enum DrainPhase {
        case none
        case noticed  // sent: GOAWAY with the highest stream id possible, then PING
        case final  // sent: GOAWAY with the last stream we took
    }

    /// How many received bytes are processed at once if they hold no request.
    private static let partBytes = 8 * 1024
    /// The payload of the drain's PING.
    static let drainPing: UInt64 = 0x6472_6169_6e00_0001

    /// Makes a session and submits its SETTINGS. A server session expects the client's preface
    /// first; a client session sends it. Throws if there is no memory.
    package init(role: HTTP2Role, limits: HTTP2Limits = HTTP2Limits()) throws(HTTP2Error) {
        let limits = limits.clamped
        let inbox = HTTP2Inbox(isServer: role == .server, limits: limits)
        let handle = unsafe HTTP2SessionHandle(raw: try unsafe Self.make(role, limits, inbox))
        try unsafe Self.submitSettings(role, limits, handle.raw)
        self.role = role
        self.limits = limits
        self.inbox = inbox
        self.handle = handle
        scanner = HTTP2FrameScanner(prefaceBytes: role == .server ? 24 : 0)
    }

    // MARK: - Receiving

    /// Takes received bytes, however they are cut, and returns their events, in order.
    package mutating func receive(
        _ bytes: RawSpan, now: ContinuousClock.Instant
    ) -> [HTTP2Event] {
        var position = 0
        var events: [HTTP2Event] = []
        repeat {
            events += receive(bytes, from: &position, now: now)
        } while position < bytes.byteCount && !isTerminated && !isDead
        return events
    }

    /// Takes received bytes up to the next request or the end of one; if there is none, up to a
    /// bounded number. `position` moves past them, and stays if the session takes no more bytes.
    package mutating func receive(
        _ bytes: RawSpan, from position: inout Int, now: ContinuousClock.Instant
    ) -> [HTTP2Event] {
        inbox.now = now
        inbox.hasWork = false
        let end = min(bytes.byteCount, position + Self.partBytes)
        while position < end, !inbox.hasWork, !isTerminated, !isDead {
            let step = scanner.step(bytes, from: position)
            if let header = step.header {
                let isOpen = inbox.streams[header.stream] != nil
                if let error = inbox.judge.judge(header, isOpen: isOpen, now: now) {
                    inbox.fault = error
                }
            }
            if let dependency = step.dependency, inbox.fault == nil {
                inbox.fault = inbox.judge.judge(dependency: dependency)
            }
            if inbox.fault == nil { feed(bytes, position..<step.end) }
            position = step.end
            settle()
        }
        if !isTerminated,
            unsafe nghttp2_session_get_outbound_queue_size(handle.raw) > limits.outboundFramesMax
        {
            inbox.fault = HTTP2Error(
                .enhanceYourCalm,
                "more than \(limits.outboundFramesMax) frames wait to be sent (outboundFramesMax)")
            settle()
        }
        return takeEvents()
    }

    /// Events caused by sending: streams closed and buffers drained.
    package mutating func takeEvents() -> [HTTP2Event] {
        let events = inbox.takeEvents()
        guard drainPhase == .noticed else { return events }
        for case .pong(Self.drainPing) in events { finishDrain() }
        if inbox.peerIsLeaving { finishDrain() }
        return events
    }

    /// Reports body bytes as consumed, so that the peer may send as many more. Must be called for
    /// every `HTTP2Event.data`. Too large a count, or a closed stream, is harmless.
    package mutating func consume(_ stream: HTTP2StreamID, _ count: Int) {
        guard let state = inbox.streams[stream.rawValue] else { return }
        let count = min(max(count, 0), state.unconsumed)
        guard count > 0 else { return }
        state.unconsumed -= count
        unsafe check(nghttp2_session_consume(handle.raw, stream.rawValue, count))
    }

    private mutating func feed(_ bytes: RawSpan, _ range: Range<Int>) {
        let raw = unsafe handle.raw
        let count = unsafe bytes.withUnsafeBytes { bytes in
            // SAFETY: the scanner's steps stay within the bytes it was given.
            let part = unsafe UnsafeRawBufferPointer(rebasing: bytes[range])
            return unsafe part.withMemoryRebound(to: UInt8.self) {
                unsafe nghttp2_session_mem_recv(raw, $0.baseAddress, $0.count)
            }
        }
        if count < 0 { check(Int32(truncatingIfNeeded: count)) }
        guard !inbox.duePriorities.isEmpty else { return }
        // Only now, since the library reads the request's own priority field after its callbacks.
        for stream in inbox.duePriorities { setPriority(stream, priority(stream)) }
        inbox.duePriorities = []
    }

    // MARK: - Sending

    /// Passes whole frames that are ready to `take`, until there are about `max` bytes or nothing
    /// more can be sent. Returns the number of bytes. Call `takeEvents` afterwards.
    package mutating func send(max: Int = 65536, _ take: (RawSpan) -> Void) -> Int {
        var sent = 0
        while !isDead, sent == 0 || sent + limits.frameBytesMax + 9 <= max {
            var start: UnsafePointer<UInt8>?
            let count = unsafe nghttp2_session_mem_send(handle.raw, &start)
            guard count > 0, let start = unsafe start else {
                if count < 0 { check(Int32(truncatingIfNeeded: count)) }
                guard inbox.fault != nil, !isTerminated else { break }
                settle()
                continue
            }
            // SAFETY: the library's buffer stays as it is until the next call on the session.
            unsafe take(RawSpan(_unsafeStart: start, byteCount: count))
            sent += count
        }
        settle()
        return sent
    }

    // MARK: - Messages

    /// Opens a stream for a request (client). Without `end`, `write` and `finish` follow.
    package mutating func request(
        _ head: HTTP2RequestHead, end: Bool
    ) throws(HTTP2Error) -> HTTP2StreamID {
        precondition(role == .client, "only a client sends requests")
        guard !isTerminated, !isDead else {
            throw HTTP2Error(.internalError, "the connection is closing; open another")
        }
        var provider = unsafe HTTP2Callbacks.provider
        let id =
            end
            ? unsafe HTTP2Fields.submitRequest(handle.raw, head, provider: nil)
            : unsafe HTTP2Fields.submitRequest(handle.raw, head, provider: &provider)
        guard id > 0 else {
            throw HTTP2Error(
                .internalError, "no stream for a request (\(Self.text(id))); open a connection")
        }
        let state = HTTP2StreamState()
        state.hasHeadSent = true
        state.isFinished = end
        inbox.streams[id] = state
        return HTTP2StreamID(rawValue: id)
    }

    /// Sends an informational (1xx) field section before the final one (server).
    package mutating func inform(
        _ stream: HTTP2StreamID, status: Int, headers: HTTPHeaders = HTTPHeaders()
    ) {
        guard let state = sendable(stream), !state.hasHeadSent else { return }
        unsafe check(
            HTTP2Fields.submitInformational(handle.raw, stream.rawValue, status: status, headers))
    }

    /// Sends a response's field section (server). Without `end`, `write` and `finish` follow.
    package mutating func respond(
        _ stream: HTTP2StreamID, status: Int, headers: HTTPHeaders, end: Bool
    ) {
        guard let state = sendable(stream), !state.hasHeadSent else { return }
        state.hasHeadSent = true
        state.isFinished = end
        var provider = unsafe HTTP2Callbacks.provider
        let result =
            end
            ? unsafe HTTP2Fields.submitResponse(
                handle.raw, stream.rawValue, status: status, headers, provider: nil)
            : unsafe HTTP2Fields.submitResponse(
                handle.raw, stream.rawValue, status: status, headers, provider: &provider)
        check(result)
    }

    /// Adds to a message's body. It is never refused; the writer must watch `bufferedBytes`.
    package mutating func write(_ stream: HTTP2StreamID, _ bytes: [UInt8]) {
        guard let state = sendable(stream), state.hasHeadSent, !state.isFinished, !bytes.isEmpty
        else { return }
        state.append(bytes, highWater: limits.streamHighWaterBytes)
        inbox.bufferedBytes += bytes.count
        resume(stream, state)
    }

    /// Ends a message, with trailers if there are any.
    package mutating func finish(_ stream: HTTP2StreamID, trailers: HTTPHeaders? = nil) {
        guard let state = sendable(stream), state.hasHeadSent, !state.isFinished else { return }
        state.isFinished = true
        state.trailers = trailers
        resume(stream, state)
    }

    /// Resets a stream. Bytes written and not yet sent are dropped.
    package mutating func reset(_ stream: HTTP2StreamID, _ code: HTTP2ErrorCode) {
        guard inbox.streams[stream.rawValue] != nil, !isDead else { return }
        unsafe check(nghttp2_submit_rst_stream(handle.raw, 0, stream.rawValue, code.rawValue))
    }

    /// Sets a response's priority (RFC 9218). It overrides what the client asked for.
    package mutating func setPriority(_ stream: HTTP2StreamID, _ priority: HTTP2Priority) {
        guard role == .server, let state = inbox.streams[stream.rawValue], !isDead else { return }
        state.priority = priority
        var value = nghttp2_extpri(
            urgency: UInt32(priority.urgency), inc: priority.incremental ? 1 : 0)
        check(
            unsafe nghttp2_session_change_extpri_stream_priority(
                handle.raw, stream.rawValue, &value, 0))
    }

    private func sendable(_ stream: HTTP2StreamID) -> HTTP2StreamState? {
        isDead || isTerminated ? nil : inbox.streams[stream.rawValue]
    }

    private mutating func resume(_ stream: HTTP2StreamID, _ state: HTTP2StreamState) {
        guard state.isDeferred else { return }
        state.isDeferred = false
        unsafe check(nghttp2_session_resume_data(handle.raw, stream.rawValue))
    }

    // MARK: - The stream table

    package func isOpen(_ stream: HTTP2StreamID) -> Bool {
        inbox.streams[stream.rawValue] != nil
    }

    /// Body bytes of all streams that were written and not yet framed.
    package var bufferedBytes: Int { inbox.bufferedBytes }

    /// Body bytes of a stream that were written and not yet framed.
    package func bufferedBytes(_ stream: HTTP2StreamID) -> Int {
        inbox.streams[stream.rawValue]?.bufferedBytes ?? 0
    }

    /// Whether any part of the message we send on a stream, its end included, is not yet framed.
    package func isSending(_ stream: HTTP2StreamID) -> Bool {
        guard let state = inbox.streams[stream.rawValue] else { return false }
        return state.bufferedBytes > 0 || state.isFinished && !state.hasSentEnd
    }

    /// A number that grows with a stream's progress: when bytes are framed, when the peer opens the
    /// stream's window, and, while only the connection's window blocks the stream, when the peer
    /// opens that one.
    package func progress(_ stream: HTTP2StreamID) -> Int {
        guard let state = inbox.streams[stream.rawValue] else { return 0 }
        let window = unsafe nghttp2_session_get_stream_remote_window_size(
            handle.raw, stream.rawValue)
        return state.framedBytes + state.grantedBytes + (window > 0 ? inbox.grantedBytes : 0)
    }

    /// Body bytes that were framed and for which the peer has not yet reopened the window.
    package func unacknowledgedBytes(_ stream: HTTP2StreamID) -> Int {
        guard let state = inbox.streams[stream.rawValue] else { return 0 }
        return max(0, state.framedBytes - state.grantedBytes)
    }

    /// The priority that the client asked for, or that `setPriority` set.
    package func priority(_ stream: HTTP2StreamID) -> HTTP2Priority {
        inbox.streams[stream.rawValue]?.priority ?? HTTP2Priority()
    }

    /// Streams that are not over yet.
    package var openStreams: Int { inbox.streams.count }

    /// How many streams the peer lets us open at once (client). Unlimited is `Int32.max`.
    package var peerStreamsMax: Int {
        let value = unsafe nghttp2_session_get_remote_settings(
            handle.raw, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS)
        return Int(min(value, UInt32(Int32.max)))
    }

    // MARK: - The connection

    /// Whether the peer's first SETTINGS have come, which complete its preface.
    package var isEstablished: Bool { inbox.isEstablished }

    /// The number of the field section whose beginning has come and whose end has not; nil if there
    /// is none.
    package var fieldSection: Int? {
        inbox.judge.awaitsContinuation || scanner.isInsideFields ? inbox.judge.fieldSections : nil
    }

    /// Whether the connection is being ended by GOAWAY; what the peer sends is then dropped unread.
    package var isTerminating: Bool { isTerminated || isDead }

    package var isDraining: Bool { drainPhase != .none }

    /// Whether nothing more will be sent, and nothing more is worth reading: close the socket.
    package var isFinished: Bool {
        unsafe isDead
            || nghttp2_session_want_read(handle.raw) == 0
                && nghttp2_session_want_write(handle.raw) == 0
    }

    /// Makes stream 1 of the request that asked for an upgrade to h2c (server; RFC 7540 §3.2).
    /// `settings` is its HTTP2-Settings field, decoded: six bytes for each setting. The caller
    /// handles the request itself.
    package mutating func upgrade(
        settings: [UInt8], isHead: Bool
    ) throws(HTTP2Error) -> HTTP2StreamID {
        precondition(role == .server, "only a server is upgraded")
        let raw = unsafe handle.raw
        let result = unsafe settings.withUnsafeBufferPointer {
            unsafe nghttp2_session_upgrade2(raw, $0.baseAddress, $0.count, isHead ? 1 : 0, nil)
        }
        guard result == 0 else {
            throw HTTP2Error(.protocolError, "HTTP2-Settings is malformed: \(Self.text(result))")
        }
        let state = HTTP2StreamState()
        state.hasHead = true
        state.remoteEnded = true
        inbox.streams[1] = state
        inbox.lastTaken = 1
        inbox.judge.upgraded()
        return HTTP2StreamID(rawValue: 1)
    }

    package mutating func ping(_ opaque: UInt64) {
        guard !isDead else { return }
        unsafe check(Self.submitPing(handle.raw, opaque))
    }

    /// Begins to end the connection (server). Announces it by a GOAWAY that refuses nothing that is
    /// on its way, followed by a PING (RFC 9113 §6.8). When the peer answers the PING,
    /// `finishDrain` is done automatically; the caller must call it after a time if the peer does
    /// not answer.
    package mutating func beginDrain() {
        guard drainPhase == .none, !isTerminated, !isDead else { return }
        drainPhase = .noticed
        guard role == .server, !inbox.peerIsLeaving else { return finishDrain() }
        unsafe check(nghttp2_submit_shutdown_notice(handle.raw))
    }

    /// Sends the GOAWAY with the last stream taken. The session is finished when the streams up to
    /// it are done. A request whose head is not complete is not among them.
    package mutating func finishDrain() {
        guard drainPhase != .final, !isTerminated, !isDead else { return }
        drainPhase = .final
        let last = role == .server ? inbox.lastTaken : 0
        check(unsafe nghttp2_submit_goaway(handle.raw, 0, last, 0, nil, 0))
    }

    /// Ends the connection by a GOAWAY with `code`. Streams that are open are lost.
    package mutating func terminate(_ code: HTTP2ErrorCode) {
        guard !isTerminated, !isDead else { return }
        isTerminated = true
        if unsafe nghttp2_session_terminate_session(handle.raw, code.rawValue) != 0 {
            isDead = true
        }
    }

    // MARK: - Faults

    /// Turns a fault found by a callback or by `HTTP2FrameJudge` into GOAWAY.
    private mutating func settle() {
        guard let fault = inbox.fault, !isTerminated, !isDead else { return }
        inbox.fail(fault)
        terminate(fault.code)
    }

    /// Checks a result of the library. A fatal error is the peer's fault, or memory is exhausted.
    private mutating func check(_ result: Int32) {
        guard result < 0, inbox.fault == nil else { return }
        switch result {
        case NGHTTP2_ERR_BAD_CLIENT_MAGIC.rawValue:
            inbox.fault = HTTP2Error(.protocolError, "the connection preface is not HTTP/2's")
        case NGHTTP2_ERR_FLOODED.rawValue:
            inbox.fault = HTTP2Error(
                .enhanceYourCalm,
                "acknowledgements pile up unread (outboundAcknowledgementsMax)")
        case NGHTTP2_ERR_NOMEM.rawValue:
            inbox.fail(HTTP2Error(.internalError, "out of memory"))
            isDead = true
        case _ where nghttp2_is_fatal(result) != 0:
            inbox.fault = HTTP2Error(.internalError, Self.text(result))
        default:
            break  // The stream was closed meanwhile.
        }
        settle()
    }

    private static func text(_ result: Int32) -> String {
        guard let text = unsafe nghttp2_strerror(result) else { return "error \(result)" }
        return unsafe String(cString: text)
    }
}
