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
