/// Checks the meaning of an HTTP/1.1 head, beyond its syntax. Everything that two readers could
/// understand differently is refused, since request smuggling relies on such differences. Pure
/// functions; the sections are those of RFC 9112 unless said otherwise.
package enum HTTP1Rules {
    /// Checks a head whose names, values and method are well-formed.
    package static func check(
        method: String, target: String, version: HTTPVersion, headers: HTTPHeaders,
        limits: MessageLimits
    ) throws(RequestViolation) -> HTTP1Head {
        guard target.utf8.count <= limits.targetBytesMax else { throw .targetTooLong }
        guard headers.count <= limits.headerCountMax else { throw .headersTooMany }
        var found = Found()
        for field in headers { try found.note(field, version) }

        let (path, query, authority) = try RequestRules.split(target, method: method)
        if found.host == nil && version == .http1_1 { throw .hostMissing }
        if let host = found.host {
            guard RequestRules.isHost(host) else { throw .hostMalformed }
        }
        var headers = headers
        // The authority of an absolute-form target replaces Host (§3.2.2).
        if let authority { headers.set("host", authority) }

        let framing = try found.framing(limits)
        return HTTP1Head(
            method: method, path: path, query: query, version: version, headers: headers,
            framing: framing,
            isPersistent: version == .http1_1 ? !found.close : found.keepAlive && !found.close,
            expectsContinue: found.expectsContinue && version == .http1_1
                && framing != .none && framing != .length(0))
    }

    /// The values of the fields that control the connection and the body's framing.
    private struct Found {
        var host: String?
        var contentLength: String?
        var transferEncoding: String?
        var expectsContinue = false
        var close = false
        var keepAlive = false

        mutating func note(
            _ field: HTTPHeaders.Field, _ version: HTTPVersion
        ) throws(RequestViolation) {
            switch field.name {
            case "host":
                guard host == nil else { throw .hostRepeated }
                host = field.value
            case "content-length":
                guard contentLength == nil else { throw .contentLengthRepeated }
                contentLength = field.value
            case "transfer-encoding":
                guard version == .http1_1 else { throw .transferEncodingOnHTTP10 }
                guard transferEncoding == nil else { throw .transferEncodingMalformed }
                transferEncoding = HTTPHeaders.lowercased(field.value)
            case "expect":
                // RFC 9110 §10.1.1: HTTP/1.0 clients cannot wait, so their 100-continue is ignored.
                guard HTTPHeaders.lowercased(field.value) == "100-continue" else {
                    throw .expectationUnknown
                }
                expectsContinue = true
            case "connection":
                let options: HTTPHeaders = ["connection": field.value]
                close = close || options.list("connection", has: "close")
                keepAlive = keepAlive || options.list("connection", has: "keep-alive")
            default:
                break
            }
        }

        func framing(_ limits: MessageLimits) throws(RequestViolation) -> HTTP1Framing {
            if let transferEncoding {
                guard contentLength == nil else { throw .transferEncodingWithContentLength }
                if transferEncoding == "chunked" { return .chunked }
                // A list that ends in chunked is legal but not supported. With others the body's
                // end would be unknown.
                guard transferEncoding.hasSuffix("chunked"), transferEncoding.contains(",")
                else { throw .transferEncodingMalformed }
                throw .transferEncodingUnsupported
            }
            guard let contentLength else { return .none }
            let length = try RequestRules.length(contentLength)
            guard length <= limits.bodyBytesMax else { throw .bodyTooLong }
            return .length(length)
        }
    }
}
