/// One stream's state: the message being received and the one being sent.
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
    /// Whether the peer has ended its half of the stream.
    var remoteEnded = false
    var resetByPeer = false
    /// Whether the request was answered before its body was complete; the rest of the body is
    /// dropped.
    var isDiscarding = false
    var discardedBytes = 0
    /// Body bytes received and not yet reported as consumed.
    var unconsumed = 0
    var priority = HTTP2Priority()

    // The body being sent.
    /// Bytes of it that have been put into frames.
    private(set) var framedBytes = 0
    /// Bytes by which the peer has opened the stream's window.
    var grantedBytes = 0
    /// Whether END_STREAM was sent.
    var hasSentEnd = false
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
        method = ""
        scheme = ""
        authority = ""
        path = ""
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

    /// Copies as much as fits into `buffer` and returns how much that was.
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
        framedBytes += count
        if bufferedBytes == 0 {
            pending = []
            pendingStart = 0
        }
        return count
    }
}

/// Where the C callbacks record what happened. Belongs to one session and its thread.
final class HTTP2Inbox {
    let isServer: Bool
    let limits: HTTP2Limits
    var events: [HTTP2Event] = []
    /// Whether the caller has something to do: a request or the end of one came.
    var hasWork = false
    var streams: [Int32: HTTP2StreamState] = [:]
    var judge: HTTP2FrameJudge
    /// The first rule broken or limit exceeded. The session turns it into GOAWAY.
    var fault: HTTP2Error?
    /// The time of the latest `receive`.
    var now: ContinuousClock.Instant?
    var isEstablished = false
    var hasReportedFailure = false
    /// The last stream for which the caller got a request.
    var lastTaken: Int32 = 0
    /// Body bytes written to all streams and not yet framed.
    var bufferedBytes = 0
    /// Bytes by which the peer has opened the connection's window.
    var grantedBytes = 0
    /// Whether the peer announced that it opens no more streams.
    var peerIsLeaving = false
    /// Priorities of streams that are not open yet (RFC 9218 §7.1), by stream.
    private var earlyPriorities: [Int32: HTTP2Priority] = [:]
    /// Streams that opened with an early priority, which must still be passed to the library.
    var duePriorities: [HTTP2StreamID] = []

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

    /// The result of adding a field.
    enum FieldResult {
        /// Kept, or left out of a section that will be refused.
        case taken
        /// The field makes its message malformed.
        case malformed
        /// The section exceeds the limits by so much that the connection ends. One byte of HPACK
        /// may decode to thousands, so decoding the rest would only serve an attacker.
        case tooLarge
    }

    /// Adds a field to the section a stream is receiving, within the limits.
    func field(
        _ state: HTTP2StreamState, name: UnsafeBufferPointer<UInt8>,
        value: UnsafeBufferPointer<UInt8>
    ) -> FieldResult {
        state.fieldBytes += name.count + value.count + 32
        guard state.fieldBytes <= limits.fieldBlockBytesMax else {
            fault =
                fault
                ?? HTTP2Error(
                    .enhanceYourCalm,
                    "a field section of more than \(limits.fieldBlockBytesMax) bytes decoded "
                        + "(headerListBytesMax)")
            return .tooLarge
        }
        if state.fieldBytes > limits.headerListBytesMax
            || state.fields.count >= limits.headerFieldsMax
        {
            state.fieldsTooLarge = true
        }
        guard !state.fieldsTooLarge, !state.isDiscarding else { return .taken }
        // As in the HTTP/1.1 parser: two readers could understand bytes that are not UTF-8
        // differently.
        guard let text = unsafe String(validating: value, as: UTF8.self) ?? replaced(value) else {
            return .malformed
        }
        guard unsafe name.first == UInt8(ascii: ":") else {
            state.fields.append(unsafe String(decoding: name, as: UTF8.self), text)
            return .taken
        }
        switch unsafe String(decoding: name, as: UTF8.self) {
        case ":method": state.method = text
        case ":scheme": state.scheme = text
        case ":authority": state.authority = text
        case ":path": state.path = text
        case ":status": state.status = Int(text) ?? 0
        default: break
        }
        return .taken
    }

    /// A client accepts what servers send: bytes that are not UTF-8 are replaced.
    private func replaced(_ value: UnsafeBufferPointer<UInt8>) -> String? {
        unsafe isServer ? nil : String(decoding: value, as: UTF8.self)
    }

    /// A request's field section is complete and within the limits.
    func request(_ stream: Int32, _ state: HTTP2StreamState, end: Bool) {
        state.hasHead = true
        state.remoteEnded = end
        lastTaken = stream
        prioritize(stream, state)
        let authority =
            state.authority.isEmpty ? state.fields.first("host") ?? "" : state.authority
        let head = HTTP2RequestHead(
            method: state.method, scheme: state.scheme, authority: authority, path: state.path,
            headers: state.fields)
        state.beginFields()
        events.append(.request(HTTP2StreamID(rawValue: stream), head, end: end))
        hasWork = true
    }

    /// A request's field section was too large; the caller refuses it.
    func refuseFields(_ stream: Int32, _ state: HTTP2StreamState, end: Bool) {
        state.isDiscarding = true
        state.remoteEnded = end
        if !state.hasHead {
            state.hasHead = true
            lastTaken = stream
        }
        events.append(
            .headersRefused(HTTP2StreamID(rawValue: stream), method: state.method))
        state.beginFields()
        hasWork = true
    }

    /// Takes in the priority that the peer gives to a stream. If the stream is not open yet it is
    /// kept for later, for at most as many streams as may be open at once.
    func prioritize(_ stream: Int32, by priority: HTTP2Priority) {
        if let state = streams[stream] {
            state.priority = priority
            events.append(.priority(HTTP2StreamID(rawValue: stream), priority))
        } else if stream > judge.lastStream, stream & 1 == 1,
            earlyPriorities[stream] != nil || earlyPriorities.count < limits.streamsMax
        {
            earlyPriorities[stream] = priority
        }
    }

    /// Gives a stream that opens its priority: the one that PRIORITY_UPDATE sent in advance if
    /// there is one, although it came earlier, else that of its request.
    private func prioritize(_ stream: Int32, _ state: HTTP2StreamState) {
        if let field = state.fields.first("priority") {
            state.priority = HTTP2Priority(field: field)
        }
        guard !earlyPriorities.isEmpty else { return }
        if let early = earlyPriorities[stream] {
            state.priority = early
            duePriorities.append(HTTP2StreamID(rawValue: stream))
        }
        // Opening a stream closes all lower ones that were never opened.
        earlyPriorities = earlyPriorities.filter { $0.key > stream }
    }

    /// A response's field section is complete; it is final or informational.
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
        end(stream)
    }

    /// A message is complete.
    func end(_ stream: Int32) {
        events.append(.end(HTTP2StreamID(rawValue: stream)))
        hasWork = true
    }

    /// The library forgot a stream. Returns the bytes received on it that were not yet returned to
    /// the window.
    func close(_ stream: Int32, code: UInt32) -> Int {
        guard let state = streams.removeValue(forKey: stream) else { return 0 }
        bufferedBytes -= state.bufferedBytes
        if state.remoteEnded || state.resetByPeer { judge.endedByPeer(stream) }
        events.append(
            .closed(
                HTTP2StreamID(rawValue: stream), HTTP2ErrorCode(rawValue: code),
                byPeer: state.resetByPeer))
        return state.unconsumed
    }
}
