/// One stream's state on our side: what it is receiving and what waits to be sent.
final class HTTP2StreamState {
    // The field section being received.
    var method = ""
    var scheme = ""
    var authority = ""
    var path = ""
    var status = 0
    var fields = HTTPHeaders()
    var fieldBytes = 0
    var fieldsTooLarge = false

    /// Whether the message's opening field section (a final one) has been received.
    var hasHead = false
    /// Whether the peer has ended its half.
    var remoteEnded = false
    var resetByPeer = false
    /// Whether the stream was answered before its body was complete, which is thrown away.
    var isDiscarding = false
    var discardedBytes = 0
    /// Bytes received and not yet reported as consumed.
    var unconsumed = 0
    var priority = HTTP2Priority()

    // The body being sent.
    private var pending: [UInt8] = []
    private var pendingStart = 0
    var hasHeadSent = false
    var isFinished = false
    var trailers: HTTPHeaders?
    /// Whether the library waits for `nghttp2_session_resume_data`.
    var isDeferred = false
    /// Whether `bufferedBytes` has passed the high-water mark since it was last zero.
    var passedHighWater = false

    var bufferedBytes: Int { pending.count - pendingStart }

    func beginFields() {
        fields = HTTPHeaders()
        fieldBytes = 0
        fieldsTooLarge = false
    }

    func append(_ bytes: [UInt8], highWater: Int) {
        if bufferedBytes == 0 {
            pending = bytes
            pendingStart = 0
        } else {
            if pendingStart > pending.count / 2 {
                pending.removeFirst(pendingStart)
                pendingStart = 0
            }
            pending.append(contentsOf: bytes)
        }
        if bufferedBytes > highWater { passedHighWater = true }
    }

    /// Copies out as much as fits and answers how much that was.
    func take(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(buffer.count, bufferedBytes)
        guard count > 0 else { return 0 }
        unsafe pending.withUnsafeBytes { bytes in
            // SAFETY: `count` is within both buffers, by the `min` above.
            let part = unsafe UnsafeRawBufferPointer(
                rebasing: bytes[pendingStart..<pendingStart + count])
            unsafe buffer.copyMemory(from: part)
        }
        pendingStart += count
        if bufferedBytes == 0 {
            pending = []
            pendingStart = 0
        }
        return count
    }
}

/// Where the C callbacks leave what happened. Belongs to one session and its thread.
final class HTTP2Inbox {
    let isServer: Bool
    let limits: HTTP2Limits
    var events: [HTTP2Event] = []
    var streams: [Int32: HTTP2StreamState] = [:]
    var judge: HTTP2FrameJudge
    /// The first rule broken or limit passed; the session turns it into GOAWAY.
    var fault: HTTP2Error?
    /// The time of the latest `receive`.
    var now: ContinuousClock.Instant?
    var isEstablished = false
    var hasReportedFailure = false

    init(isServer: Bool, limits: HTTP2Limits) {
        self.isServer = isServer
        self.limits = limits
        judge = HTTP2FrameJudge(isServer: isServer, limits: limits)
    }

    func takeEvents() -> [HTTP2Event] {
        guard !events.isEmpty else { return [] }
        let taken = events
        events = []
        return taken
    }

    func fail(_ error: HTTP2Error) {
        guard !hasReportedFailure else { return }
        hasReportedFailure = true
        events.append(.failed(error))
    }

    /// Adds a field to the section a stream is receiving, within the limits.
    func field(
        _ state: HTTP2StreamState, name: UnsafeBufferPointer<UInt8>,
        value: UnsafeBufferPointer<UInt8>
    ) {
        state.fieldBytes += name.count + value.count + 32
        if state.fieldBytes > limits.headerListBytesMax
            || state.fields.count >= limits.headerFieldsMax
        {
            state.fieldsTooLarge = true
            return
        }
        let text = unsafe String(decoding: value, as: UTF8.self)
        guard unsafe name.first == UInt8(ascii: ":") else {
            state.fields.append(unsafe String(decoding: name, as: UTF8.self), text)
            return
        }
        switch unsafe String(decoding: name, as: UTF8.self) {
        case ":method": state.method = text
        case ":scheme": state.scheme = text
        case ":authority": state.authority = text
        case ":path": state.path = text
        case ":status": state.status = Int(text) ?? 0
        default: break
        }
    }

    /// A request's field section is complete and within the limits.
    func request(_ stream: Int32, _ state: HTTP2StreamState, end: Bool) {
        state.hasHead = true
        state.remoteEnded = end
        if let field = state.fields.first("priority") {
            state.priority = HTTP2Priority(field: field)
        }
        let authority =
            state.authority.isEmpty ? state.fields.first("host") ?? "" : state.authority
        let head = HTTP2RequestHead(
            method: state.method, scheme: state.scheme, authority: authority, path: state.path,
            headers: state.fields)
        state.fields = HTTPHeaders()
        events.append(.request(HTTP2StreamID(rawValue: stream), head, end: end))
    }

    /// A response's field section, final or informational.
    func response(_ stream: Int32, _ state: HTTP2StreamState, end: Bool) {
        state.hasHead = state.status >= 200
        state.remoteEnded = end
        let head = HTTP2ResponseHead(status: state.status, headers: state.fields)
        state.fields = HTTPHeaders()
        events.append(.response(HTTP2StreamID(rawValue: stream), head, end: end))
    }

    func trailers(_ stream: Int32, _ state: HTTP2StreamState) {
        state.remoteEnded = true
        events.append(.trailers(HTTP2StreamID(rawValue: stream), state.fields))
        state.fields = HTTPHeaders()
        events.append(.end(HTTP2StreamID(rawValue: stream)))
    }

    /// The library forgot a stream; answers the bytes it was still owed credit for.
    func close(_ stream: Int32, code: UInt32) -> Int {
        guard let state = streams.removeValue(forKey: stream) else { return 0 }
        if state.remoteEnded || state.resetByPeer { judge.endedByPeer(stream) }
        events.append(
            .closed(
                HTTP2StreamID(rawValue: stream), HTTP2ErrorCode(rawValue: code),
                byPeer: state.resetByPeer))
        return state.unconsumed
    }
}
