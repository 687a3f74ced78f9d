import CNghttp2

/// Converts field sections to the library's form. The library copies them.
enum HTTP2Fields {
    /// Whether a field belongs to one HTTP/1.1 connection and must not be sent (RFC 9113 §8.2.2).
    private static func isConnectionSpecific(_ name: String) -> Bool {
        switch name {
        case "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade",
            "http2-settings":
            true
        default: false
        }
    }

    /// The lengths of a field's name and value in the buffer that holds all of them.
    private struct Length {
        var name: Int
        var value: Int
        var flags: UInt8
    }

    static func submitResponse(
        _ session: OpaquePointer?, _ stream: Int32, status: Int, _ headers: HTTPHeaders,
        provider: UnsafePointer<nghttp2_data_provider>?
    ) -> Int32 {
        unsafe with([(":status", String(status))], headers) { fields, count in
            unsafe nghttp2_submit_response(session, stream, fields, count, provider)
        }
    }

    static func submitInformational(
        _ session: OpaquePointer?, _ stream: Int32, status: Int, _ headers: HTTPHeaders
    ) -> Int32 {
        unsafe with([(":status", String(status))], headers) { fields, count in
            unsafe nghttp2_submit_headers(session, 0, stream, nil, fields, count, nil)
        }
    }

    static func submitTrailers(
        _ session: OpaquePointer?, _ stream: Int32, _ trailers: HTTPHeaders
    ) -> Int32 {
        unsafe with([], trailers) { fields, count in
            unsafe nghttp2_submit_trailer(session, stream, fields, count)
        }
    }

    static func submitRequest(
        _ session: OpaquePointer?, _ head: HTTP2RequestHead,
        provider: UnsafePointer<nghttp2_data_provider>?
    ) -> Int32 {
        var pseudo = [(":method", head.method), (":scheme", head.scheme)]
        if !head.authority.isEmpty { pseudo.append((":authority", head.authority)) }
        pseudo.append((":path", head.path))
        return unsafe with(pseudo, head.headers) { fields, count in
            unsafe nghttp2_submit_request(session, nil, fields, count, provider, nil)
        }
    }

    /// Writes names and values to one buffer and calls `body` with fields that point into it.
    private static func with(
        _ pseudo: [(String, String)], _ headers: HTTPHeaders,
        _ body: (UnsafePointer<nghttp2_nv>?, Int) -> Int32
    ) -> Int32 {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(64 * (pseudo.count + headers.count))
        var lengths: [Length] = []
        lengths.reserveCapacity(pseudo.count + headers.count)
        for (name, value) in pseudo { append(name, value, &bytes, &lengths) }
        for field in headers where !isConnectionSpecific(field.name) {
            append(field.name, field.value, &bytes, &lengths)
        }
        return unsafe bytes.withUnsafeMutableBufferPointer { buffer in
            // SAFETY: the lengths add up to `buffer.count`; the library copies before it returns.
            guard var cursor = buffer.baseAddress else { return body(nil, 0) }
            var fields: [nghttp2_nv] = unsafe []
            unsafe fields.reserveCapacity(lengths.count)
            for length in lengths {
                unsafe fields.append(
                    nghttp2_nv(
                        name: cursor, value: cursor + length.name, namelen: length.name,
                        valuelen: length.value, flags: length.flags))
                unsafe cursor += length.name + length.value
            }
            return unsafe fields.withUnsafeBufferPointer { unsafe body($0.baseAddress, $0.count) }
        }
    }

    /// Control characters become spaces, since they could split a message for a careless reader.
    private static func append(
        _ name: String, _ value: String, _ bytes: inout [UInt8],
        _ lengths: inout [Length]
    ) {
        let start = bytes.count
        bytes.append(contentsOf: name.utf8)
        let middle = bytes.count
        bytes.append(contentsOf: value.utf8)
        for index in middle..<bytes.count where bytes[index] < 0x20 && bytes[index] != 0x09 {
            bytes[index] = 0x20
        }
        // A value that is never repeated would only displace useful ones from the HPACK table.
        let flags = name == "x-request-id" ? NGHTTP2_NV_FLAG_NO_INDEX : NGHTTP2_NV_FLAG_NONE
        lengths.append(
            Length(
                name: middle - start, value: bytes.count - middle, flags: UInt8(flags.rawValue)))
    }
}
