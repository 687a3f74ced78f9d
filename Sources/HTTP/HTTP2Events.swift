/// Names a stream of one connection (RFC 9113 §5.1.1): odd when the client opened it.
package struct HTTP2StreamID: Hashable, Sendable, CustomStringConvertible {
    package let rawValue: Int32

    package init(rawValue: Int32) { self.rawValue = rawValue }

    package var description: String { "\(rawValue)" }
}

/// An HTTP/2 error code (RFC 9113 §7). Unknown codes are kept as they came.
package struct HTTP2ErrorCode: Hashable, Sendable, CustomStringConvertible {
    package let rawValue: UInt32

    package init(rawValue: UInt32) { self.rawValue = rawValue }

    package static let noError = HTTP2ErrorCode(rawValue: 0)
    package static let protocolError = HTTP2ErrorCode(rawValue: 1)
    package static let internalError = HTTP2ErrorCode(rawValue: 2)
    package static let flowControlError = HTTP2ErrorCode(rawValue: 3)
    package static let settingsTimeout = HTTP2ErrorCode(rawValue: 4)
    package static let streamClosed = HTTP2ErrorCode(rawValue: 5)
    package static let frameSizeError = HTTP2ErrorCode(rawValue: 6)
    package static let refusedStream = HTTP2ErrorCode(rawValue: 7)
    package static let cancel = HTTP2ErrorCode(rawValue: 8)
    package static let compressionError = HTTP2ErrorCode(rawValue: 9)
    package static let connectError = HTTP2ErrorCode(rawValue: 10)
    package static let enhanceYourCalm = HTTP2ErrorCode(rawValue: 11)
    package static let inadequateSecurity = HTTP2ErrorCode(rawValue: 12)
    package static let http11Required = HTTP2ErrorCode(rawValue: 13)

    private static let names = [
        "NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT",
        "STREAM_CLOSED", "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR",
        "CONNECT_ERROR", "ENHANCE_YOUR_CALM", "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED",
    ]

    package var description: String {
        rawValue < UInt32(Self.names.count) ? Self.names[Int(rawValue)] : "error \(rawValue)"
    }
}

/// Why a connection was given up, or why a call on a session was refused.
package struct HTTP2Error: Error, Equatable, CustomStringConvertible {
    /// What the peer is told, in GOAWAY.
    package let code: HTTP2ErrorCode
    /// What happened, and which limit it passed, for a log line.
    package let message: String

    package init(_ code: HTTP2ErrorCode, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { "HTTP/2 \(code): \(message)" }
}

/// How urgent a response is (RFC 9218 §4).
package struct HTTP2Priority: Sendable, Equatable {
    /// 0 (first) to 7 (last).
    package var urgency: Int
    /// Whether the response is of use piece by piece, so that it shares the connection.
    package var incremental: Bool

    package init(urgency: Int = 3, incremental: Bool = false) {
        self.urgency = min(max(urgency, 0), 7)
        self.incremental = incremental
    }

    /// Reads a `priority` field: a structured dictionary of which only `u` and `i` matter. Members
    /// that are unknown or out of range are ignored, as RFC 9218 §4 asks.
    package init(field: some StringProtocol) {
        self.init()
        for member in field.split(separator: ",") {
            let text = String(member.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" })
            if text.hasPrefix("u="), let value = Int(text.dropFirst(2)), (0...7).contains(value) {
                urgency = value
            } else if text == "i" || text == "i=?1" {
                incremental = true
            } else if text == "i=?0" {
                incremental = false
            }
        }
    }
}

/// The field section that opens a request, pseudo-header fields apart (RFC 9113 §8.3.1).
package struct HTTP2RequestHead: Sendable {
    package var method: String
    package var scheme: String
    /// `:authority`, or `Host` where that alone was sent; empty if neither was.
    package var authority: String
    /// `:path` as it was sent: target and query, percent-encoded. Empty for CONNECT.
    package var path: String
    package var headers: HTTPHeaders

    package init(
        method: String, scheme: String = "http", authority: String, path: String,
        headers: HTTPHeaders = HTTPHeaders()
    ) {
        self.method = method
        self.scheme = scheme
        self.authority = authority
        self.path = path
        self.headers = headers
    }
}

/// The field section that opens a response (RFC 9113 §8.3.2), as a client sees it.
package struct HTTP2ResponseHead: Sendable {
    package var status: Int
    package var headers: HTTPHeaders

    package init(status: Int, headers: HTTPHeaders) {
        self.status = status
        self.headers = headers
    }
}

/// What received bytes meant, or what sending brought about, in the order it happened.
package enum HTTP2Event: Sendable {
    /// A client opened a stream. `end` is true when no body follows.
    case request(HTTP2StreamID, HTTP2RequestHead, end: Bool)
    /// A server answered; a status under 200 is informational and another follows.
    case response(HTTP2StreamID, HTTP2ResponseHead, end: Bool)
    /// Body bytes. They count against the windows until `HTTP2Session.consume` is told of them.
    case data(HTTP2StreamID, [UInt8])
    /// The field section after the body. `end` follows.
    case trailers(HTTP2StreamID, HTTPHeaders)
    /// The peer's half of the stream is complete.
    case end(HTTP2StreamID)
    /// A field section was too large, of a request or of its trailers: no request is coming, and
    /// its body is dropped. The server's caller answers with 431; a client has reset the stream.
    /// The method is as it was sent.
    case headersRefused(HTTP2StreamID, method: String)
    /// The stream is over and forgotten. `byPeer` when the peer reset it.
    case closed(HTTP2StreamID, HTTP2ErrorCode, byPeer: Bool)
    /// All that was written to a stream has been framed after it had passed the high-water mark.
    case drained(HTTP2StreamID)
    /// The peer changed a stream's priority by PRIORITY_UPDATE.
    case priority(HTTP2StreamID, HTTP2Priority)
    /// The peer's settings arrived (the first of them completes the connection preface).
    case settings
    /// The peer applied our settings.
    case settingsAcknowledged
    /// The peer answered our PING.
    case pong(UInt64)
    /// The peer wants to stop; streams above `last` were not and will not be processed.
    case goaway(last: HTTP2StreamID, HTTP2ErrorCode)
    /// The connection broke a rule or passed a limit. GOAWAY waits to be sent; nothing follows.
    case failed(HTTP2Error)
}
