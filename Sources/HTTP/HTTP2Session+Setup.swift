import CNghttp2

extension HTTP2Session {
    /// Makes the library's session with our options and callbacks.
    static func make(
        _ role: HTTP2Role, _ limits: HTTP2Limits, _ inbox: HTTP2Inbox
    ) throws(HTTP2Error) -> OpaquePointer {
        let outOfMemory = HTTP2Error(.internalError, "no memory for an HTTP/2 session")
        var callbacks: OpaquePointer?
        var option: OpaquePointer?
        defer {
            unsafe nghttp2_session_callbacks_del(callbacks)
            unsafe nghttp2_option_del(option)
        }
        guard unsafe nghttp2_session_callbacks_new(&callbacks) == 0,
            let callbacks = unsafe callbacks,
            unsafe nghttp2_option_new(&option) == 0, let option = unsafe option
        else { throw outOfMemory }
        unsafe HTTP2Callbacks.install(on: callbacks)
        unsafe nghttp2_option_set_no_auto_window_update(option, 1)
        unsafe nghttp2_option_set_max_outbound_ack(option, limits.outboundAcknowledgementsMax)
        unsafe nghttp2_option_set_max_settings(option, limits.settingsEntriesMax)
        unsafe nghttp2_option_set_max_reserved_remote_streams(option, 0)
        // `HTTP2FrameJudge` counts resets, by the caller's time, and CONTINUATION frames. nghttp2
        // 1.52 counts a CONTINUATION frame once for each piece in which its header arrives.
        unsafe nghttp2_option_set_max_continuations(option, 1 << 30)
        unsafe nghttp2_option_set_stream_reset_rate_limit(option, 1 << 40, 1 << 20)
        if role == .server {
            unsafe nghttp2_option_set_builtin_recv_extension_type(
                option, UInt8(NGHTTP2_PRIORITY_UPDATE.rawValue))
        }
        var raw: OpaquePointer?
        // SAFETY: the session struct keeps `inbox` as long as the handle.
        let context = unsafe Unmanaged.passUnretained(inbox).toOpaque()
        let result =
            role == .server
            ? unsafe nghttp2_session_server_new2(&raw, callbacks, context, option)
            : unsafe nghttp2_session_client_new2(&raw, callbacks, context, option)
        guard result == 0, let raw = unsafe raw else { throw outOfMemory }
        return unsafe raw
    }

    /// Queues a PING with eight bytes, the most significant first.
    static func submitPing(_ session: OpaquePointer?, _ opaque: UInt64) -> Int32 {
        let bytes = stride(from: 56, through: 0, by: -8).map {
            UInt8(truncatingIfNeeded: opaque >> UInt64($0))
        }
        // SAFETY: the library copies the eight bytes.
        return unsafe bytes.withUnsafeBufferPointer {
            unsafe nghttp2_submit_ping(session, 0, $0.baseAddress)
        }
    }

    /// Queues the SETTINGS that open our side, and the connection's window.
    static func submitSettings(
        _ role: HTTP2Role, _ limits: HTTP2Limits, _ session: OpaquePointer
    ) throws(HTTP2Error) {
        var entries: [(nghttp2_settings_id, Int)] = [
            (NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, limits.streamWindowBytes),
            (NGHTTP2_SETTINGS_MAX_FRAME_SIZE, limits.frameBytesMax),
            (NGHTTP2_SETTINGS_HEADER_TABLE_SIZE, limits.headerTableBytes),
            (NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, limits.headerListBytesMax),
        ]
        if role == .server {
            entries.append((NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.streamsMax))
            entries.append((NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1))
        } else {
            entries.append((NGHTTP2_SETTINGS_ENABLE_PUSH, 0))
        }
        let settings = entries.map {
            nghttp2_settings_entry(
                settings_id: Int32($0.rawValue), value: UInt32(clamping: $1))
        }
        let result = unsafe settings.withUnsafeBufferPointer {
            unsafe nghttp2_submit_settings(session, 0, $0.baseAddress, $0.count)
        }
        let windowResult = unsafe nghttp2_session_set_local_window_size(
            session, 0, 0, Int32(clamping: limits.connectionWindowBytes))
        guard result == 0, windowResult == 0 else {
            throw HTTP2Error(.internalError, "SETTINGS could not be submitted")
        }
    }
}
