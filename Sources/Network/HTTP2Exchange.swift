import HTTP
import NIOCore

/// One HTTP/2 request and its response: collects the request's body, then writes the response as
/// frames of its stream. Belongs to the connection's event loop.
final class HTTP2Exchange: Exchange {
    private enum State {
        /// The request is being received.
        case receiving
        case waiting
        case streaming(isBodyless: Bool)
        case ended
    }

    let stream: HTTP2StreamID
    let port: any LoopPort
    private(set) var head: RequestHead
    /// Set when the head was admitted, and nil again when the request is complete.
    var policy: BodyPolicy?
    private var state = State.receiving
    private(set) var body: [UInt8] = []
    /// Bytes of the request, fields and body, that count against the pools while it is received.
    private(set) var heldBytes = 0
    private var requestBytes = 0
    private var status = 499
    private var responseBytes = 0
    /// Set to nil at the end, which breaks the reference cycle.
    private var connection: HTTP2Handler?

    /// When the request's body began, and when bytes of it last came.
    let bodyStartedAt: NIODeadline
    var bodyGrewAt: NIODeadline
    /// The session's `progress` for this stream at the last check.
    var progress = 0
    /// Since when the response has waited for the client without progress; nil while it does not
    /// wait.
    var waitsSince: NIODeadline?
    /// Since when the whole response has been sent although the request is not complete.
    var lingersSince: NIODeadline?

    var addedHeaders = HTTPHeaders()
    var notes = AnswerNotes()
    var onCancel: (() -> Void)?
    var onDrain: (() -> Void)?

    init(
        _ stream: HTTP2StreamID, _ head: RequestHead, on connection: HTTP2Handler
    ) {
        self.stream = stream
        self.head = head
        self.connection = connection
        port = connection.loop.port
        bodyStartedAt = connection.loop.loop.now
        bodyGrewAt = bodyStartedAt
    }

    var isOpen: Bool {
        if case .ended = state { false } else { true }
    }

    var isReceiving: Bool {
        if case .receiving = state { true } else { false }
    }

    /// Bytes not framed yet, since the windows or the socket have no room for them.
    var bufferedBytes: Int { connection?.session.bufferedBytes(stream) ?? 0 }

    // MARK: - The request

    /// Counts bytes that will be kept. If there is no room it returns false and counts nothing.
    func hold(_ count: Int) -> Bool {
        guard connection?.hold(count) ?? false else { return false }
        heldBytes += count
        return true
    }

    /// Adds bytes of the body. They have been counted by `hold`.
    func append(_ bytes: [UInt8], now: NIODeadline) {
        if body.isEmpty { body = bytes } else { body.append(contentsOf: bytes) }
        bodyGrewAt = now
    }

    /// Called when the request is complete. Returns it, or nil if it was answered already.
    func complete() -> (request: HTTPRequest, policy: BodyPolicy)? {
        guard case .receiving = state, let policy else { return nil }
        let request = HTTPRequest(head, body: body)
        endReceiving()
        return (request, policy)
    }

    private func endReceiving() {
        state = .waiting
        requestBytes = body.count
        dropRequest()
        policy = nil
    }

    /// Returns the request's bytes to the pools. Nothing else does.
    private func dropRequest() {
        connection?.release(heldBytes)
        heldBytes = 0
        body = []
        head.headers = HTTPHeaders()
        head.query = nil
    }

    /// Takes the HTTP/1.1 request that asked for an upgrade. It is complete.
    func complete(with request: HTTPRequest) {
        state = .waiting
        requestBytes = request.body.count
    }

    /// Responds before the request is complete.
    func refuse(_ response: HTTPResponse) {
        if case .receiving = state { endReceiving() }
        respond(response)
    }

    /// Responds with the transport's own error instead of the front end's response.
    func refuse(_ error: TransportError) {
        guard let connection else { return }
        connection.loop.metrics.countReject(error.code)
        refuse(connection.loop.response(error))
    }

    // MARK: - The answer

    func respond(_ response: HTTPResponse) {
        guard case .waiting = state, let connection else { return }
        let status = Self.finalStatus(response.status)
        self.status = status
        let isBodyless = HTTP1Writer.isBodyless(status)
        notes.add(response.notes)
        var headers = stamped(response.headers, connection)
        if !isBodyless { headers.append("content-length", String(response.body.count)) }
        let sendsBody = !isBodyless && head.method != "HEAD" && !response.body.isEmpty
        connection.session.respond(stream, status: status, headers: headers, end: !sendsBody)
        if sendsBody {
            responseBytes = response.body.count
            connection.session.write(stream, response.body)
            connection.session.finish(stream)
        }
        connection.flushSoon()
        end(isComplete: true)
    }

    func start(status: Int, headers: HTTPHeaders) {
        guard case .waiting = state, let connection else { return }
        let status = Self.finalStatus(status)
        self.status = status
        let isBodyless = HTTP1Writer.isBodyless(status) || head.method == "HEAD"
        // Parts of a streamed response are useful before its end (RFC 9218 §4.2), whatever priority
        // the client sent.
        var priority = connection.session.priority(stream)
        priority.incremental = true
        connection.session.setPriority(stream, priority)
        connection.session.respond(
            stream, status: status, headers: stamped(headers, connection), end: isBodyless)
        state = .streaming(isBodyless: isBodyless)
        connection.flushSoon()
    }

    func write(_ bytes: [UInt8]) {
        guard case .streaming(isBodyless: false) = state, !bytes.isEmpty, let connection else {
            return
        }
        guard bufferedBytes <= connection.loop.limits.unsentBytesMax else {
            connection.loop.metrics.countReject("unsent_bytes_max")
            connection.cutOff(self)
            return
        }
        responseBytes += bytes.count
        connection.session.write(stream, bytes)
        connection.flushSoon()
    }

    func finish(trailers: HTTPHeaders?) {
        guard case .streaming(let isBodyless) = state, let connection else { return }
        if !isBodyless {
            connection.session.finish(stream, trailers: trailers)
            connection.flushSoon()
        }
        end(isComplete: true)
    }

    /// Called when everything written has been framed after it had been above the high-water mark.
    func caughtUp() {
        if isOpen { onDrain?() }
    }

    /// Called when the client left, reset the stream, or was cut off.
    func cancel() {
        guard isOpen else { return }
        end(isComplete: false)
    }

    /// An interim status is not a response. A handler that uses one is wrong, and the status
    /// becomes 500.
    private static func finalStatus(_ status: Int) -> Int {
        (200...599).contains(status) ? status : 500
    }

    /// The transport's fields, then the front end's without those that only the transport may set.
    private func stamped(_ headers: HTTPHeaders, _ connection: HTTP2Handler) -> HTTPHeaders {
        let stamp = connection.loop.stamp(head.requestID)
        var stamped = HTTPHeaders()
        stamped.reserveCapacity(headers.count + addedHeaders.count + 4)
        stamped.append("date", stamp.date)
        if !stamp.server.isEmpty { stamped.append("server", stamp.server) }
        stamped.append("x-request-id", stamp.requestID)
        var headers = headers
        headers.append(addedHeaders)
        for field in headers where HTTP1Writer.isSafe(name: field.name) {
            switch field.name {
            case "connection", "content-length", "date", "keep-alive", "server", "trailer",
                "transfer-encoding", "upgrade", "x-request-id":
                break
            default: stamped.append(field.name, field.value)
            }
        }
        return stamped
    }

    private func end(isComplete: Bool) {
        state = .ended
        let cancelled = isComplete ? nil : onCancel
        onCancel = nil
        onDrain = nil
        // Before the log tells of the request: whoever works on it knows how far it came.
        cancelled?()
        dropRequest()
        guard let connection else { return }
        self.connection = nil
        connection.loop.ended(
            AccessRecord(
                requestID: head.requestID, client: connection.client, method: head.method,
                path: head.path, version: .http2, status: status, requestBytes: requestBytes,
                responseBytes: responseBytes, duration: head.receivedAt.duration(to: .now),
                isComplete: isComplete, notes: notes))
        // A client may keep many streams open for a while, so memory that is no longer needed is
        // freed.
        head.path = ""
    }
}
