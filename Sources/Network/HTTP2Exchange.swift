import HTTP
import NIOCore

/// One HTTP/2 request and its way back: gathers the request's body, then turns the answer into
/// frames of its stream. Belongs to the connection's event loop.
final class HTTP2Exchange: Exchange {
    private enum State {
        /// The request is still coming in.
        case receiving
        case waiting
        case streaming(isBodyless: Bool)
        case ended
    }

    let stream: HTTP2StreamID
    let port: any LoopPort
    private(set) var head: RequestHead
    /// Set once the head was admitted; let go of when the request is complete.
    var policy: BodyPolicy?
    private var state = State.receiving
    private(set) var body: [UInt8] = []
    /// What of the request counts against the pools while it is received: fields and body.
    private(set) var heldBytes = 0
    private var requestBytes = 0
    private var status = 499
    private var responseBytes = 0
    /// Let go of at the end, which breaks the cycle.
    private var connection: HTTP2Handler?

    /// When the request's body began, and when it last grew.
    let bodyStartedAt: NIODeadline
    var bodyGrewAt: NIODeadline
    /// How far the client had let the answer come when it was last looked at.
    var progress = 0
    /// Since when the answer waits for the client without any progress; nil while it does not.
    var waitsSince: NIODeadline?
    /// Since when the whole answer has been sent and the request is not at its end.
    var lingersSince: NIODeadline?

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

    /// Bytes that were not framed yet: the windows or the socket have no room for them.
    var bufferedBytes: Int { connection?.session.bufferedBytes(stream) ?? 0 }

    // MARK: - The request

    /// Counts bytes that are to be kept; false, and nothing counted, when there is no room.
    func hold(_ count: Int) -> Bool {
        guard connection?.hold(count) ?? false else { return false }
        heldBytes += count
        return true
    }

    /// Takes bytes of the body, which are held.
    func append(_ bytes: [UInt8], now: NIODeadline) {
        if body.isEmpty { body = bytes } else { body.append(contentsOf: bytes) }
        bodyGrewAt = now
    }

    /// The request is complete; nil if it was answered already.
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

    /// The one place where the request's bytes go back to the pools.
    private func dropRequest() {
        connection?.release(heldBytes)
        heldBytes = 0
        body = []
        head.headers = HTTPHeaders()
        head.query = nil
    }

    /// Takes an upgraded HTTP/1.1 request, which is complete.
    func complete(with request: HTTPRequest) {
        state = .waiting
        requestBytes = request.body.count
    }

    /// Answers before the request is complete.
    func refuse(_ response: HTTPResponse) {
        if case .receiving = state { endReceiving() }
        respond(response)
    }

    /// The transport's own answer, instead of the front end's.
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
        // A stream of pieces is of use piece by piece (RFC 9218 §4.2), whatever the client said.
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

    /// Everything written was framed after it had been over the high-water mark.
    func caughtUp() {
        if isOpen { onDrain?() }
    }

    /// The client went away, reset the stream or was cut off.
    func cancel() {
        guard isOpen else { return }
        let onCancel = onCancel
        end(isComplete: false)
        onCancel?()
    }

    /// An interim status is not an answer; a handler that gives one is at fault.
    private static func finalStatus(_ status: Int) -> Int {
        (200...599).contains(status) ? status : 500
    }

    /// The transport's fields and the front end's, without those that are the transport's to say.
    private func stamped(_ headers: HTTPHeaders, _ connection: HTTP2Handler) -> HTTPHeaders {
        let stamp = connection.loop.stamp(head.requestID)
        var stamped = HTTPHeaders()
        stamped.reserveCapacity(headers.count + 4)
        stamped.append("date", stamp.date)
        if !stamp.server.isEmpty { stamped.append("server", stamp.server) }
        stamped.append("x-request-id", stamp.requestID)
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
        onCancel = nil
        onDrain = nil
        dropRequest()
        guard let connection else { return }
        self.connection = nil
        connection.loop.ended(
            AccessRecord(
                requestID: head.requestID, client: connection.client, method: head.method,
                path: head.path, version: .http2, status: status, requestBytes: requestBytes,
                responseBytes: responseBytes, duration: head.receivedAt.duration(to: .now),
                isComplete: isComplete))
        // A client may keep its stream open for a while, and have many of them.
        head.path = ""
    }
}
