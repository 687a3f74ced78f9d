/// Writes the heads and chunks of HTTP/1.1 responses (RFC 9112). Pure functions.
///
/// Whatever a handler puts into its headers cannot end a line or a message: fields whose names are
/// not tokens are left out, control characters in values become spaces, and only this type writes
/// framing fields.
package enum HTTP1Writer {
    /// How the response's body ends.
    package enum Framing: Sendable, Equatable {
        /// No body and no length: 1xx, 204 and 304.
        case none
        case length(Int)
        case chunked
        /// The end of the connection is the end of the body: HTTP/1.0 has no chunks.
        case untilClose
    }

    /// What the response says about keeping the connection.
    package enum Persistence: Sendable, Equatable {
        /// Nothing: the version's default applies.
        case unsaid
        case close
        /// `keep-alive`, for HTTP/1.0 clients that asked for it.
        case keepAlive
    }

    /// The fields that the transport adds to every response.
    package struct Stamp: Sendable, Equatable {
        /// An IMF-fixdate.
        package var date: String
        package var server: String
        package var requestID: String

        package init(date: String, server: String, requestID: String) {
            self.date = date
            self.server = server
            self.requestID = requestID
        }
    }

    /// The end of a chunk: CR LF.
    package static let chunkEnd: [UInt8] = [0x0D, 0x0A]

    /// The interim response for a client that waits before it sends its body.
    package static let continueHead = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

    /// Whether responses of this status have no body (RFC 9110 §6.4.1).
    package static func isBodyless(_ status: Int) -> Bool {
        status < 200 || status == 204 || status == 304
    }

    /// A status line, the stamp, the handler's fields, the framing and the empty line.
    package static func appendHead(
        status: Int, headers: HTTPHeaders, framing: Framing, persistence: Persistence,
        stamp: Stamp, to output: inout [UInt8]
    ) {
        let status = (100...999).contains(status) ? status : 500
        output.append(contentsOf: "HTTP/1.1 ".utf8)
        appendDecimal(status, to: &output)
        output.append(0x20)
        output.append(contentsOf: reason(status).utf8)
        output.append(contentsOf: "\r\ndate: ".utf8)
        output.append(contentsOf: stamp.date.utf8)
        if !stamp.server.isEmpty { appendField("server", stamp.server, to: &output) }
        appendField("x-request-id", stamp.requestID, to: &output)
        for field in headers where !isOurs(field.name) {
            appendField(field.name, field.value, to: &output)
        }
        switch framing {
        case .none, .untilClose: break
        case .length(let length):
            output.append(contentsOf: "\r\ncontent-length: ".utf8)
            appendDecimal(length, to: &output)
        case .chunked:
            output.append(contentsOf: "\r\ntransfer-encoding: chunked".utf8)
        }
        switch persistence {
        case .unsaid: break
        case .close: output.append(contentsOf: "\r\nconnection: close".utf8)
        case .keepAlive: output.append(contentsOf: "\r\nconnection: keep-alive".utf8)
        }
        output.append(contentsOf: "\r\n\r\n".utf8)
    }

    /// A chunk's size line. The data and CR LF follow.
    package static func appendChunkSize(_ size: Int, to output: inout [UInt8]) {
        output.append(contentsOf: String(size, radix: 16).utf8)
        output.append(contentsOf: "\r\n".utf8)
    }

    /// The last chunk and the trailers.
    package static func appendLastChunk(_ trailers: HTTPHeaders?, to output: inout [UInt8]) {
        output.append(contentsOf: "0".utf8)
        for field in trailers ?? [:] where !isOurs(field.name) {
            appendField(field.name, field.value, to: &output)
        }
        output.append(contentsOf: "\r\n\r\n".utf8)
    }

    /// Whether a field's name is a token and its value has nothing that must be replaced.
    package static func isSafe(name: String) -> Bool {
        let token = ByteSet.token
        return !name.isEmpty && name.utf8.allSatisfy { token.contains($0) }
    }

    private static func isOurs(_ name: String) -> Bool {
        switch name {
        case "connection", "content-length", "date", "keep-alive", "server", "trailer",
            "transfer-encoding", "upgrade", "x-request-id":
            true
        default: false
        }
    }

    /// Appends CR LF, then the field. It ends the previous line first, so that an empty line cannot
    /// arise.
    private static func appendField(_ name: String, _ value: String, to output: inout [UInt8]) {
        guard isSafe(name: name) else { return }
        output.append(contentsOf: "\r\n".utf8)
        output.append(contentsOf: name.utf8)
        output.append(contentsOf: ": ".utf8)
        let start = output.count
        output.append(contentsOf: value.utf8)
        for index in start..<output.count where output[index] < 0x20 || output[index] == 0x7F {
            if output[index] != 0x09 { output[index] = 0x20 }
        }
    }

    private static func appendDecimal(_ number: Int, to output: inout [UInt8]) {
        output.append(contentsOf: String(number).utf8)
    }

    /// The reason phrase of a status (RFC 9110 §15).
    package static func reason(_ status: Int) -> String {
        switch status {
        case 100: "Continue"
        case 101: "Switching Protocols"
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 304: "Not Modified"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 411: "Length Required"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 417: "Expectation Failed"
        case 422: "Unprocessable Content"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 499: "Client Closed Request"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        default: "Unknown"
        }
    }
}
