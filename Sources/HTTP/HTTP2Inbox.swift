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
    /// Bytes of it that were framed.
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

    /// Copies out as much as fits and returns how much that was.
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

/// Where the C callbacks leave what happened. Belongs to one session and its thread.
final class HTTP2Inbox {
    let isServer: Bool
    let limits: HTTP2Limits
    var events: [HTTP2Event] = []
    /// Whether the caller has something to do: a request came, or its end.
    var hasWork = false
    var streams: [Int32: HTTP2StreamState] = [:]
    var judge: HTTP2FrameJudge
    /// The first rule broken or limit passed; the session turns it into GOAWAY.
    var fault: HTTP2Error?
    /// The time of the latest `receive`.
    var now: ContinuousClock.Instant?
    var isEstablished = false
    var hasReportedFailure = false
    /// The last stream that the caller was told of.
    var lastTaken: Int32 = 0
    /// Body bytes that were written to the streams and not framed.
    var bufferedBytes = 0
    /// Bytes by which the peer has opened the connection's window.
    var grantedBytes = 0
    /// Whether the peer said that it opens no more streams.
    var peerIsLeaving = false
    /// Priorities of streams that are not open yet (RFC 9218 §7.1), by stream.
    private var earlyPriorities: [Int32: HTTP2Priority] = [:]
    /// Early priorities of streams that have opened, which the library is to hear of.
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

    /// What became of a field.
    enum FieldResult {
        /// Kept, or left out of a section that will be refused.
        case taken
        /// Its message is malformed.
        case malformed
        /// The section is so far over the limits that the connection ends: a byte of HPACK may
        /// stand for thousands, so decoding on would only serve an attacker.
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
        // As HTTP/1.1's parser: two readers of other bytes could understand them differently.
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

    /// A client takes what servers send; what is not UTF-8 is replaced.
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

    /// The peer says how urgent a stream is. For one that is not open yet the word is kept, for as
    /// many streams as may be open at once.
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

    /// Gives a stream that opens the priority of its request, or the one sent ahead of it, which
    /// is the later word although it came first.
    private func prioritize(_ stream: Int32, _ state: HTTP2StreamState) {
        if let field = state.fields.first("priority") {
            state.priority = HTTP2Priority(field: field)
        }
        guard !earlyPriorities.isEmpty else { return }
        if let early = earlyPriorities[stream] {
            state.priority = early
            duePriorities.append(HTTP2StreamID(rawValue: stream))
        }
        // Opening a stream has closed those before it that were never opened.
        earlyPriorities = earlyPriorities.filter { $0.key > stream }
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
        end(stream)
    }

    /// A message is complete.
    func end(_ stream: Int32) {
        events.append(.end(HTTP2StreamID(rawValue: stream)))
        hasWork = true
    }

    /// The library forgot a stream; returns the bytes it was still owed credit for.
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
