import CNghttp2

// The only functions that the library calls. They record and submit; none of them calls
// `nghttp2_session_mem_recv` or `nghttp2_session_mem_send`.
//
// SAFETY, for all: `context` is the `HTTP2Inbox` given to the session, which the owner of the
// session keeps alive longer than it; frames and byte ranges are valid for the call and are copied.

private func inbox(_ context: UnsafeMutableRawPointer?) -> HTTP2Inbox? {
    guard let context = unsafe context else { return nil }
    return unsafe Unmanaged<HTTP2Inbox>.fromOpaque(context).takeUnretainedValue()
}

extension UnsafePointer<nghttp2_frame> {
    /// The frame as the member that its type selects. `nghttp2_frame` is a union. Swift's accessors
    /// copy it member by member, and optimized builds lost the bytes that the first member does not
    /// have.
    fileprivate func read<Member>(as type: Member.Type) -> Member {
        // SAFETY: every member begins at the union's start; the caller has looked at the type.
        unsafe UnsafeRawPointer(self).assumingMemoryBound(to: type).pointee
    }

    fileprivate var header: nghttp2_frame_hd { unsafe read(as: nghttp2_frame_hd.self) }
}

/// Eight bytes, the most significant first.
private func number(
    _ bytes: (UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8, UInt8)
) -> UInt64 {
    let high = [bytes.0, bytes.1, bytes.2, bytes.3]
    let low = [bytes.4, bytes.5, bytes.6, bytes.7]
    return (high + low).reduce(0) { $0 << 8 | UInt64($1) }
}

private let failed = NGHTTP2_ERR_CALLBACK_FAILURE.rawValue

private func hasFlag(_ frame: nghttp2_frame_hd, _ flag: nghttp2_flag) -> Bool {
    UInt32(frame.flags) & UInt32(flag.rawValue) != 0
}

/// Called when a field section begins.
private func onBeginHeaders(
    _ session: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?,
    _ context: UnsafeMutableRawPointer?
) -> Int32 {
    guard let inbox = unsafe inbox(context), let frame = unsafe frame else { return failed }
    let headers = unsafe frame.read(as: nghttp2_headers.self)
    let stream = unsafe headers.hd.stream_id
    let state: HTTP2StreamState
    if let known = inbox.streams[stream] {
        state = known
    } else {
        state = HTTP2StreamState()
        inbox.streams[stream] = state
    }
    state.beginFields()
    return 0
}

/// Called for one field of a section. The library has checked its characters and its place.
private func onHeader(
    _ session: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?,
    _ name: UnsafePointer<UInt8>?, _ nameCount: Int, _ value: UnsafePointer<UInt8>?,
    _ valueCount: Int, _ flags: UInt8, _ context: UnsafeMutableRawPointer?
) -> Int32 {
    guard let inbox = unsafe inbox(context), let frame = unsafe frame else { return failed }
    guard let state = unsafe inbox.streams[frame.header.stream_id] else { return 0 }
    let name = unsafe UnsafeBufferPointer(start: name, count: nameCount)
    let value = unsafe UnsafeBufferPointer(start: value, count: valueCount)
    switch unsafe inbox.field(state, name: name, value: value) {
    case .taken: return 0
    case .malformed: return unsafe malformed(session, frame.header.stream_id)
    case .tooLarge: return failed
    }
}

/// Resets a stream whose message is malformed (RFC 9113 §8.1.1).
private func malformed(_ session: OpaquePointer?, _ stream: Int32) -> Int32 {
    let result = unsafe nghttp2_submit_rst_stream(
        session, 0, stream, HTTP2ErrorCode.protocolError.rawValue)
    return result == 0 ? NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue : failed
}

/// Called for a field with characters that are not allowed: its message is malformed (RFC 9113
/// §8.2.1).
private func onInvalidHeader(
    _ session: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?,
    _ name: UnsafePointer<UInt8>?, _ nameCount: Int, _ value: UnsafePointer<UInt8>?,
    _ valueCount: Int, _ flags: UInt8, _ context: UnsafeMutableRawPointer?
) -> Int32 {
    NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue
}

/// Called when a frame is complete.
private func onFrameReceived(
    _ session: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?,
    _ context: UnsafeMutableRawPointer?
) -> Int32 {
    guard let inbox = unsafe inbox(context), let frame = unsafe frame else { return failed }
    let header = unsafe frame.header
    switch UInt32(header.type) {
    case UInt32(NGHTTP2_HEADERS.rawValue):
        unsafe headersReceived(session, frame.read(as: nghttp2_headers.self), inbox)
    case UInt32(NGHTTP2_DATA.rawValue):
        guard hasFlag(header, NGHTTP2_FLAG_END_STREAM) else { break }
        guard let state = inbox.streams[header.stream_id] else { break }
        state.remoteEnded = true
        if !state.isDiscarding { inbox.end(header.stream_id) }
    case UInt32(NGHTTP2_RST_STREAM.rawValue):
        inbox.streams[header.stream_id]?.resetByPeer = true
    case UInt32(NGHTTP2_SETTINGS.rawValue):
        let isAcknowledgement = hasFlag(header, NGHTTP2_FLAG_ACK)
        if !isAcknowledgement { inbox.isEstablished = true }
        inbox.events.append(isAcknowledgement ? .settingsAcknowledged : .settings)
    case UInt32(NGHTTP2_PING.rawValue):
        guard hasFlag(header, NGHTTP2_FLAG_ACK) else { break }
        let ping = unsafe frame.read(as: nghttp2_ping.self)
        inbox.events.append(.pong(number(ping.opaque_data)))
    case UInt32(NGHTTP2_GOAWAY.rawValue):
        let goaway = unsafe frame.read(as: nghttp2_goaway.self)
        inbox.peerIsLeaving = true
        inbox.events.append(
            .goaway(
                last: HTTP2StreamID(rawValue: unsafe goaway.last_stream_id),
                HTTP2ErrorCode(rawValue: unsafe goaway.error_code)))
    case UInt32(NGHTTP2_WINDOW_UPDATE.rawValue):
        let update = unsafe frame.read(as: nghttp2_window_update.self)
        let granted = Int(update.window_size_increment)
        if header.stream_id == 0 {
            inbox.grantedBytes += granted
        } else {
            inbox.streams[header.stream_id]?.grantedBytes += granted
        }
    case UInt32(NGHTTP2_PRIORITY_UPDATE.rawValue):
        unsafe priorityUpdated(frame.read(as: nghttp2_extension.self), inbox)
    default:
        break
    }
    return 0
}

private func headersReceived(
    _ session: OpaquePointer?, _ headers: nghttp2_headers, _ inbox: HTTP2Inbox
) {
    let stream = unsafe headers.hd.stream_id
    guard let state = inbox.streams[stream] else { return }
    let end = unsafe hasFlag(headers.hd, NGHTTP2_FLAG_END_STREAM)
    if state.isDiscarding {
        state.remoteEnded = state.remoteEnded || end
    } else if state.fieldsTooLarge {
        inbox.refuseFields(stream, state, end: end)
        if inbox.isServer {
            // A client can cause it as cheaply as a reset, so it counts as one.
            if let now = inbox.now, let error = inbox.judge.sentReset(now: now) {
                inbox.fault = inbox.fault ?? error
            }
        } else {
            unsafe nghttp2_submit_rst_stream(
                session, 0, stream, HTTP2ErrorCode.enhanceYourCalm.rawValue)
        }
    } else if state.hasHead {
        inbox.trailers(stream, state)
    } else if inbox.isServer {
        inbox.request(stream, state, end: end)
    } else {
        inbox.response(stream, state, end: end)
    }
}

private func priorityUpdated(_ frame: nghttp2_extension, _ inbox: HTTP2Inbox) {
    guard let payload = unsafe frame.payload else { return }
    let update = unsafe payload.assumingMemoryBound(to: nghttp2_ext_priority_update.self).pointee
    let field = unsafe String(
        decoding: UnsafeBufferPointer(start: update.field_value, count: update.field_value_len),
        as: UTF8.self)
    inbox.prioritize(unsafe update.stream_id, by: HTTP2Priority(field: field))
}

/// Called for body bytes.
private func onData(
    _ session: OpaquePointer?, _ flags: UInt8, _ stream: Int32, _ bytes: UnsafePointer<UInt8>?,
    _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int32 {
    guard let inbox = unsafe inbox(context) else { return failed }
    guard let state = inbox.streams[stream], !state.isDiscarding else {
        if let state = inbox.streams[stream] {
            state.discardedBytes += count
            if state.discardedBytes > inbox.limits.discardedBytesMax {
                unsafe nghttp2_submit_rst_stream(
                    session, 0, stream, HTTP2ErrorCode.noError.rawValue)
            }
        }
        return unsafe nghttp2_session_consume(session, stream, count) == 0 ? 0 : failed
    }
    state.unconsumed += count
    let copy = unsafe [UInt8](UnsafeBufferPointer(start: bytes, count: count))
    inbox.events.append(.data(HTTP2StreamID(rawValue: stream), copy))
    return 0
}

/// Called when a stream is over. Bytes that nobody will read are returned to the connection's
/// window.
private func onStreamClose(
    _ session: OpaquePointer?, _ stream: Int32, _ code: UInt32,
    _ context: UnsafeMutableRawPointer?
) -> Int32 {
    guard let inbox = unsafe inbox(context) else { return failed }
    let unread = inbox.close(stream, code: code)
    if unread > 0 {
        return unsafe nghttp2_session_consume_connection(session, unread) == 0 ? 0 : failed
    }
    return 0
}

/// Called when one of our frames was sent.
private func onFrameSent(
    _ session: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?,
    _ context: UnsafeMutableRawPointer?
) -> Int32 {
    guard let inbox = unsafe inbox(context), let frame = unsafe frame else { return failed }
    let header = unsafe frame.header
    switch UInt32(header.type) {
    case UInt32(NGHTTP2_HEADERS.rawValue), UInt32(NGHTTP2_DATA.rawValue):
        inbox.judge.sentFrame()
        guard inbox.isServer, hasFlag(header, NGHTTP2_FLAG_END_STREAM) else { break }
        guard let state = inbox.streams[header.stream_id] else { break }
        state.hasSentEnd = true
        guard !state.remoteEnded else { break }
        // The response is complete, so the rest of the request is of no use (RFC 9113 §8.1).
        state.isDiscarding = true
        let unread = state.unconsumed
        state.unconsumed = 0
        if unread > 0 { return unsafe nghttp2_session_consume(session, header.stream_id, unread) }
    case UInt32(NGHTTP2_RST_STREAM.rawValue):
        let code = HTTP2ErrorCode(
            rawValue: unsafe frame.read(as: nghttp2_rst_stream.self).error_code)
        guard code != .noError, code != .cancel, let now = inbox.now else { break }
        if let error = inbox.judge.sentReset(now: now) { inbox.fault = inbox.fault ?? error }
    case UInt32(NGHTTP2_GOAWAY.rawValue):
        let goaway = unsafe frame.read(as: nghttp2_goaway.self)
        let code = HTTP2ErrorCode(rawValue: unsafe goaway.error_code)
        guard code != .noError else {
            // The drain's first GOAWAY was sent. The answer to the PING after it shows that the
            // peer has read it.
            guard unsafe goaway.last_stream_id == Int32.max else { break }
            return unsafe HTTP2Session.submitPing(session, HTTP2Session.drainPing)
        }
        let text = unsafe String(
            decoding: UnsafeBufferPointer(
                start: goaway.opaque_data, count: goaway.opaque_data_len), as: UTF8.self)
        inbox.fail(HTTP2Error(code, text.isEmpty ? "the peer broke the protocol" : text))
    default:
        break
    }
    return 0
}

/// Called when one of our frames could not be sent. If it is a request, its stream never existed.
private func onFrameNotSent(
    _ session: OpaquePointer?, _ frame: UnsafePointer<nghttp2_frame>?, _ error: Int32,
    _ context: UnsafeMutableRawPointer?
) -> Int32 {
    guard let inbox = unsafe inbox(context), let frame = unsafe frame else { return failed }
    let header = unsafe frame.header
    guard !inbox.isServer, UInt32(header.type) == UInt32(NGHTTP2_HEADERS.rawValue) else {
        return 0
    }
    _ = inbox.close(header.stream_id, code: HTTP2ErrorCode.refusedStream.rawValue)
    return 0
}

/// Called to fill a DATA frame.
private func readBody(
    _ session: OpaquePointer?, _ stream: Int32, _ buffer: UnsafeMutablePointer<UInt8>?,
    _ count: Int, _ flags: UnsafeMutablePointer<UInt32>?,
    _ source: UnsafeMutablePointer<nghttp2_data_source>?, _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let inbox = unsafe inbox(context), let state = inbox.streams[stream],
        let flags = unsafe flags
    else { return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue) }
    let taken = unsafe state.take(into: UnsafeMutableRawBufferPointer(start: buffer, count: count))
    inbox.bufferedBytes -= taken
    if state.bufferedBytes == 0, state.passedHighWater {
        state.passedHighWater = false
        inbox.events.append(.drained(HTTP2StreamID(rawValue: stream)))
    }
    guard state.bufferedBytes == 0, state.isFinished else {
        guard taken > 0 else {
            state.isDeferred = true
            return Int(NGHTTP2_ERR_DEFERRED.rawValue)
        }
        return taken
    }
    unsafe flags.pointee |= UInt32(NGHTTP2_DATA_FLAG_EOF.rawValue)
    if let trailers = state.trailers, !trailers.isEmpty {
        unsafe flags.pointee |= UInt32(NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue)
        _ = unsafe HTTP2Fields.submitTrailers(session, stream, trailers)
    }
    return taken
}

/// Gives the session this file's callbacks.
enum HTTP2Callbacks {
    /// Sets every callback on a callbacks object of the library.
    static func install(on callbacks: OpaquePointer) {
        unsafe nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, onBeginHeaders)
        unsafe nghttp2_session_callbacks_set_on_header_callback(callbacks, onHeader)
        unsafe nghttp2_session_callbacks_set_on_invalid_header_callback(callbacks, onInvalidHeader)
        unsafe nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, onFrameReceived)
        unsafe nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, onData)
        unsafe nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, onStreamClose)
        unsafe nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, onFrameSent)
        unsafe nghttp2_session_callbacks_set_on_frame_not_send_callback(callbacks, onFrameNotSent)
    }

    /// A data provider that reads a stream's pending body.
    static var provider: nghttp2_data_provider {
        unsafe nghttp2_data_provider(source: nghttp2_data_source(), read_callback: readBody)
    }
}
