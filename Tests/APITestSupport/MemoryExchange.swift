package import HTTP
package import JSON
import Threads

/// An I/O thread: whichever thread calls `run`.
package final class MemoryPort: LoopPort {
    private let work = Mailbox<@Sendable () -> Void>(capacity: 1 << 16)

    package init() {}

    package func execute(_ work: @escaping @Sendable () -> Void) {
        precondition(self.work.post(work), "the test port is full")
    }

    package var identity: ObjectIdentifier { ObjectIdentifier(self) }

    /// Runs all waiting work, and the work that it adds; returns how many pieces of work there
    /// were.
    @discardableResult
    package func run() -> Int {
        var count = 0
        while true {
            let jobs = work.drain()
            if jobs.isEmpty { return count }
            count += jobs.count
            for job in jobs { job() }
        }
    }

    /// Waits for work from another thread and runs it.
    package func runNext() {
        work.wait()
        run()
    }
}

/// An exchange without a socket, which keeps what is sent.
package final class MemoryExchange: Exchange {
    package let memoryPort: MemoryPort
    package private(set) var isOpen = true
    package private(set) var status: Int?
    package private(set) var headers = HTTPHeaders()
    package private(set) var body: [UInt8] = []
    package private(set) var isStreaming = false
    /// Set by a test that plays a slow client.
    package var bufferedBytes = 0
    /// How much every write adds to it.
    package var bufferedPerWrite = 0
    package var addedHeaders = HTTPHeaders()
    package var notes = AnswerNotes()
    package var onCancel: (() -> Void)?
    package var onDrain: (() -> Void)?

    package init(port: MemoryPort = MemoryPort()) { memoryPort = port }

    package var port: any LoopPort { memoryPort }

    package func respond(_ response: HTTPResponse) {
        guard isOpen else { return }
        precondition(status == nil, "answered twice")
        status = response.status
        headers = response.adding(addedHeaders).headers
        notes.add(response.notes)
        body = response.body
        isOpen = false
    }

    package func start(status: Int, headers: HTTPHeaders) {
        guard isOpen else { return }
        precondition(self.status == nil, "answered twice")
        self.status = status
        self.headers = headers
        self.headers.append(addedHeaders)
        isStreaming = true
    }

    package func write(_ bytes: [UInt8]) {
        guard isOpen else { return }
        precondition(isStreaming, "written before the start")
        body += bytes
        bufferedBytes += bufferedPerWrite
    }

    package func finish(trailers: HTTPHeaders?) {
        isOpen = false
    }

    /// The client leaves.
    package func disconnect() {
        guard isOpen else { return }
        isOpen = false
        let cancelled = onCancel
        onCancel = nil
        cancelled?()
    }

    /// The slow client has read everything.
    package func drain() {
        bufferedBytes = 0
        onDrain?()
    }

    package var text: String { String(decoding: body, as: UTF8.self) }

    /// The JSON of the whole answer; null if it is not JSON.
    package var json: JSONValue { (try? JSONParser.parse(body)) ?? .null }

    /// The data of each event so far, `[DONE]` included.
    package var events: [String] {
        text.split(separator: "\n\n").map { event in
            event.hasPrefix("data: ") ? String(event.dropFirst(6)) : "not data: \(event)"
        }
    }

    /// The events that are JSON.
    package var chunks: [JSONValue] { events.compactMap { try? JSONParser.parse($0) } }
}

extension HTTPRequest {
    /// A request as the transport would pass it on.
    package static func test(
        _ method: String, _ path: String, body: String = "", headers: HTTPHeaders = [:]
    ) -> HTTPRequest {
        HTTPRequest(
            RequestHead(
                method: method, path: path, headers: headers, bodyLength: body.utf8.count,
                requestID: "test-1", receivedAt: .now), body: Array(body.utf8))
    }
}

extension RequestHandler {
    /// Handles a complete request, as the transport would.
    package func handle(_ request: HTTPRequest, _ exchange: any Exchange) {
        switch admit(request.head) {
        case .refused(let response): exchange.respond(response)
        case .whole(let policy):
            exchange.adopt(policy)
            policy.serve(request, exchange)
        }
    }
}
