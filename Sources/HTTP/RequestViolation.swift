/// Why a request is refused before anything serves it. An HTTP/1.1 connection cannot continue after
/// any of these, since it is not certain where its next request begins. On an HTTP/2 connection
/// only the stream ends.
package enum RequestViolation: Error, Sendable, Equatable, CaseIterable {
    case requestLineMalformed
    case tlsOnPlainPort
    case methodMalformed
    case connectRefused
    case targetMalformed
    case targetTooLong
    case versionUnsupported
    case headerNameMalformed
    case headerValueMalformed
    case headerFolded
    case lineEndMalformed
    case headersTooLarge
    case headersTooMany
    case hostMissing
    case hostRepeated
    case hostMalformed
    case transferEncodingOnHTTP10
    case transferEncodingWithContentLength
    case transferEncodingMalformed
    case transferEncodingUnsupported
    case contentLengthRepeated
    case contentLengthMalformed
    case bodyTooLong
    case expectationUnknown
    case chunkSizeMalformed
    case chunkExtensionTooLong
    case chunkUnterminated
    case trailersTooLarge

    /// The status of the response.
    package var status: Int {
        switch self {
        case .bodyTooLong: 413
        case .targetTooLong: 414
        case .expectationUnknown: 417
        case .headersTooLarge, .headersTooMany, .trailersTooLarge: 431
        case .connectRefused, .transferEncodingUnsupported: 501
        case .versionUnsupported: 505
        default: 400
        }
    }

    /// A stable name in snake_case, for programs and metrics.
    package var code: String {
        switch self {
        case .requestLineMalformed: "request_line_malformed"
        case .tlsOnPlainPort: "tls_on_plain_port"
        case .methodMalformed: "method_malformed"
        case .connectRefused: "connect_refused"
        case .targetMalformed: "target_malformed"
        case .targetTooLong: "target_too_long"
        case .versionUnsupported: "http_version_unsupported"
        case .headerNameMalformed: "header_name_malformed"
        case .headerValueMalformed: "header_value_malformed"
        case .headerFolded: "header_folded"
        case .lineEndMalformed: "line_end_malformed"
        case .headersTooLarge: "headers_too_large"
        case .headersTooMany: "headers_too_many"
        case .hostMissing: "host_missing"
        case .hostRepeated: "host_repeated"
        case .hostMalformed: "host_malformed"
        case .transferEncodingOnHTTP10: "transfer_encoding_on_http10"
        case .transferEncodingWithContentLength: "transfer_encoding_with_content_length"
        case .transferEncodingMalformed: "transfer_encoding_malformed"
        case .transferEncodingUnsupported: "transfer_encoding_unsupported"
        case .contentLengthRepeated: "content_length_repeated"
        case .contentLengthMalformed: "content_length_malformed"
        case .bodyTooLong: "body_too_large"
        case .expectationUnknown: "expectation_unknown"
        case .chunkSizeMalformed: "chunk_size_malformed"
        case .chunkExtensionTooLong: "chunk_extension_too_long"
        case .chunkUnterminated: "chunk_unterminated"
        case .trailersTooLarge: "trailers_too_large"
        }
    }

    /// What was wrong and what to send instead. The text is fixed and repeats nothing of the
    /// request.
    package var message: String {
        switch self {
        case .requestLineMalformed:
            "The request line is not 'METHOD target HTTP/1.1' with single spaces."
        case .tlsOnPlainPort:
            "TLS was begun, and this port speaks plain HTTP; use http:// in the URL."
        case .methodMalformed:
            "The method is not a token of at most 32 characters."
        case .connectRefused:
            "CONNECT is for proxies, and this server is none."
        case .targetMalformed:
            "The request target is not a path, an http URL, or * with OPTIONS; "
                + "percent-encode what a path may not hold."
        case .targetTooLong:
            "The request target is too long; send the data in the body."
        case .versionUnsupported:
            "This HTTP version is not spoken here; use HTTP/1.1."
        case .headerNameMalformed:
            "A header name is empty, or holds a character that names may not hold."
        case .headerValueMalformed:
            "A header value holds a control character, or is not UTF-8."
        case .headerFolded:
            "A header value goes on over a second line, which RFC 9112 forbids."
        case .lineEndMalformed:
            "A line ends without CR LF, or the request does not begin with a method."
        case .headersTooLarge:
            "The headers are too large together; send fewer or shorter ones."
        case .headersTooMany:
            "There are too many header lines; send fewer."
        case .hostMissing:
            "The Host header is missing; HTTP/1.1 requires it."
        case .hostRepeated:
            "There is more than one Host header; send one."
        case .hostMalformed:
            "The Host header is not a host name or address with an optional port."
        case .transferEncodingOnHTTP10:
            "Transfer-Encoding came with HTTP/1.0, which does not have it; use HTTP/1.1."
        case .transferEncodingWithContentLength:
            "Both Transfer-Encoding and Content-Length came; send one of them."
        case .transferEncodingMalformed:
            "Transfer-Encoding must be given once and be 'chunked'."
        case .transferEncodingUnsupported:
            "Transfer-Encoding has a coding other than 'chunked'; send only that."
        case .contentLengthRepeated:
            "There is more than one Content-Length header; send one."
        case .contentLengthMalformed:
            "Content-Length is not a decimal number."
        case .bodyTooLong:
            "The body is longer than this server accepts."
        case .expectationUnknown:
            "The Expect header asks for something other than 100-continue."
        case .chunkSizeMalformed:
            "A chunk does not begin with its size in hexadecimal."
        case .chunkExtensionTooLong:
            "The chunk extensions are too long; leave them out."
        case .chunkUnterminated:
            "A chunk is not followed by CR LF; check its size."
        case .trailersTooLarge:
            "The trailers are too large; send fewer or shorter ones."
        }
    }
}
