/// An event that received bytes or sending caused. Events are in the order in which they happened.
package enum HTTP2Event: Sendable {
    /// A client opened a stream. `end` is true when no body follows.
    case request(HTTP2StreamID, HTTP2RequestHead, end: Bool)
    /// A server's response. A status below 200 is informational, and another one follows.
    case response(HTTP2StreamID, HTTP2ResponseHead, end: Bool)
    /// Body bytes. They count against the windows until they are passed to `HTTP2Session.consume`.
    case data(HTTP2StreamID, [UInt8])
    /// The field section after the body. `end` follows.
    case trailers(HTTP2StreamID, HTTPHeaders)
    /// The peer's half of the stream is complete.
    case end(HTTP2StreamID)
    /// The fields of a request, or its trailers, were too large. There will be no request, and its
    /// body is dropped. On a server the caller responds with 431; a client's session has reset the
    /// stream. The method is as sent.
    case headersRefused(HTTP2StreamID, method: String)
    /// The stream is over and forgotten. `byPeer` is true if the peer reset it.
    case closed(HTTP2StreamID, HTTP2ErrorCode, byPeer: Bool)
    /// A stream's unsent bytes had been above the high-water mark, and now all of them are framed.
    case drained(HTTP2StreamID)
    /// The peer changed a stream's priority with PRIORITY_UPDATE.
    case priority(HTTP2StreamID, HTTP2Priority)
    /// The peer's settings arrived (the first of them completes the connection preface).
    case settings
    /// The peer applied our settings.
    case settingsAcknowledged
    /// The peer answered our PING.
    case pong(UInt64)
    /// The peer wants to end the connection. Streams above `last` were not and will not be
    /// processed.
    case goaway(last: HTTP2StreamID, HTTP2ErrorCode)
    /// The peer broke a rule or exceeded a limit. GOAWAY is ready to be sent. No event follows.
    case failed(HTTP2Error)
}
