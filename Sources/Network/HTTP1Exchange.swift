import HTTP

/// Sends the response to one HTTP/1.1 request: writes its head, its body or chunks, and its end to
/// the connection. Belongs to the connection's event loop.
final class HTTP1Exchange: Exchange {
    /// What the exchange needs to know about the request.
    struct Subject {
        var method = "-"
        var path = "-"
        var version = HTTPVersion.http1_1
        var requestID: String
        var receivedAt: ContinuousClock.Instant
        var bodyBytes = 0
        /// Whether the client wants the connection kept.
        var isPersistent = false
        /// Whether the request was refused before it was read to its end.
        var isRefused = false
        /// Whether the client can read trailers (RFC 9110 §6.5.1).
        var takesTrailers = false
    }

    private enum State {
        case waiting
        case streaming(HTTP1Writer.Framing)
        case ended
    }

    let subject: Subject
    let port: any LoopPort
    /// Set to nil at the end, which breaks the reference cycle.
    private var connection: HTTP1Handler?
    private var state = State.waiting
    private var status = 499
    private var bodyBytes = 0
    private var staysOpen = false
    private var chunkSize: [UInt8] = []
    private(set) var isBehind = false
    var addedHeaders = HTTPHeaders()
    var notes = AnswerNotes()
    var onCancel: (() -> Void)?
    var onDrain: (() -> Void)?

    init(_ subject: Subject, on connection: HTTP1Handler, port: any LoopPort) {
        self.subject = subject
        self.connection = connection
        self.port = port
    }

    var isOpen: Bool {
        if case .ended = state { false } else { true }
    }

    /// Whether nothing of the response has been sent yet.
    var isUnanswered: Bool {
        if case .waiting = state { true } else { false }
    }

    var bufferedBytes: Int { connection?.bufferedBytes ?? 0 }

    func respond(_ response: HTTPResponse) {
        guard case .waiting = state, let connection else { return }
        let status = Self.finalStatus(response.status)
        let isBodyless = HTTP1Writer.isBodyless(status)
        notes.add(response.notes)
        sendHead(
            status, response.headers, isBodyless ? .none : .length(response.body.count),
            connection)
        if !isBodyless && subject.method != "HEAD" {
            connection.send(response.body)
            bodyBytes = response.body.count
        }
        end(isComplete: true)
    }

    func start(status: Int, headers: HTTPHeaders) {
        guard case .waiting = state, let connection else { return }
        let status = Self.finalStatus(status)
        let framing: HTTP1Writer.Framing =
            if HTTP1Writer.isBodyless(status) {
                .none
            } else if subject.version == .http1_0 {
                .untilClose
            } else {
                .chunked
            }
        sendHead(status, headers, framing, connection)
        state = .streaming(subject.method == "HEAD" ? .none : framing)
    }

    func write(_ bytes: [UInt8]) {
        guard case .streaming(let framing) = state, framing != .none, !bytes.isEmpty,
            let connection, let outbound = connection.outbound
        else { return }
        let limits = connection.loop.limits
        guard outbound.bufferedBytes <= limits.unsentBytesMax else {
            connection.loop.metrics.countReject("unsent_bytes_max")
            connection.cut()
            return
        }
        bodyBytes += bytes.count
        if framing == .chunked {
            chunkSize.removeAll(keepingCapacity: true)
            HTTP1Writer.appendChunkSize(bytes.count, to: &chunkSize)
            outbound.append(chunkSize)
            outbound.append(bytes)
            outbound.send(HTTP1Writer.chunkEnd)
        } else {
            outbound.send(bytes)
        }
        if outbound.bufferedBytes > limits.highWaterBytes { isBehind = true }
    }

    func finish(trailers: HTTPHeaders?) {
        guard case .streaming(let framing) = state, let connection else { return }
        if framing == .chunked {
            connection.sendLastChunk(subject.takesTrailers ? trailers : nil)
        }
        end(isComplete: true)
    }

    /// Called when the socket has taken everything.
    func caughtUp() {
        guard isBehind, isOpen else { return }
        isBehind = false
        onDrain?()
    }

    /// Called when the client left or was cut off.
    func cancel() {
        guard isOpen else { return }
        end(isComplete: false)
    }

    /// An interim status is not a response. A handler that uses one is wrong, and the status
    /// becomes 500.
    private static func finalStatus(_ status: Int) -> Int {
        (200...599).contains(status) ? status : 500
    }

    private func sendHead(
        _ status: Int, _ headers: HTTPHeaders, _ framing: HTTP1Writer.Framing,
        _ connection: HTTP1Handler
    ) {
        self.status = status
        var headers = headers
        headers.append(addedHeaders)
        staysOpen =
            subject.isPersistent && framing != .untilClose && connection.mayStayOpen
            && !headers.list("connection", has: "close")
        let persistence: HTTP1Writer.Persistence =
            if !staysOpen {
                .close
            } else if subject.version == .http1_0 {
                .keepAlive
            } else {
                .unsaid
            }
        connection.sendHead(
            status: status, headers: headers, framing: framing, persistence: persistence,
            requestID: subject.requestID)
    }

    private func end(isComplete: Bool) {
        state = .ended
        let cancelled = isComplete ? nil : onCancel
        onCancel = nil
        onDrain = nil
        // Before the log tells of the request: whoever works on it knows how far it came.
        cancelled?()
        guard let connection else { return }
        self.connection = nil
        connection.loop.ended(
            AccessRecord(
                requestID: subject.requestID, client: connection.client, method: subject.method,
                path: subject.path, version: subject.version, status: status,
                requestBytes: subject.bodyBytes, responseBytes: bodyBytes,
                duration: subject.receivedAt.duration(to: .now), isComplete: isComplete,
                notes: notes))
        guard isComplete else { return }
        connection.ended(
            staysOpen: staysOpen, mayBeSentMore: subject.isRefused || subject.isPersistent)
    }
}
