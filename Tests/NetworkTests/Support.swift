import Glibc
import HTTP
import Metrics
import NIOCore
import NIOEmbedded
import Network
import Synchronization

/// Serves a few paths; shared by the tests over sockets.
final class Sample: RequestHandler {
    let paths = Mutex<[String]>([])
    let cancelled = Mailbox()
    let arrived = Mailbox()

    func admit(_ head: RequestHead) -> Admission {
        .whole(BodyPolicy(bytesMax: .max, isVital: head.path == "/vital") { self.handle($0, $1) })
    }

    private func handle(_ request: HTTPRequest, _ exchange: any Exchange) {
        paths.withLock { $0.append(request.path) }
        switch request.path {
        case "/vital": exchange.respond(.text(200, "alive"))
        case "/hello": exchange.respond(.text(200, "hello"))
        case "/echo": exchange.respond(HTTPResponse(status: 200, body: request.body))
        case "/later":
            // It is answered from another thread, a few turns of the loop later.
            let answer = Answer(exchange)
            let port = exchange.port
            port.execute { port.execute { answer.exchange.respond(.text(200, "later")) } }
        case "/stream":
            exchange.start(status: 200, headers: ["content-type": "text/plain"])
            exchange.write(Array("one,".utf8))
            exchange.write(Array("two".utf8))
            exchange.finish(trailers: ["x-sum": "2"])
        case "/never":
            let cancelled = cancelled
            exchange.onCancel = { cancelled.put("never") }
            arrived.put("never")
        case "/endless": pour(exchange)
        case "/work":
            arrived.put("work")
            let end = ContinuousClock.now + .microseconds(200)
            while ContinuousClock.now < end {}
            exchange.respond(.text(200, "worked"))
        default: exchange.respond(.text(404, "\(request.method) \(request.path)"))
        }
    }

    /// Writes whenever the client has caught up.
    private func pour(_ exchange: any Exchange) {
        let chunk = [UInt8](repeating: UInt8(ascii: "x"), count: 64 * 1024)
        exchange.start(status: 200, headers: [:])
        let cancelled = cancelled
        exchange.onCancel = { cancelled.put("endless") }
        let fill = { [weak exchange] in
            while let exchange, exchange.isOpen, exchange.bufferedBytes <= 256 * 1024 {
                exchange.write(chunk)
            }
        }
        exchange.onDrain = fill
        fill()
    }

    /// Passes an exchange to a later turn of its own loop.
    private final class Answer: @unchecked Sendable {
        // Used on the exchange's I/O thread only.
        let exchange: any Exchange
        init(_ exchange: any Exchange) { self.exchange = exchange }
    }
}

/// Passes words from an I/O thread to a waiting test.
final class Mailbox: Sendable {
    private let pipe: (read: Int32, write: Int32)

    init() {
        var ends: [Int32] = [0, 0]
        // SAFETY: the array has room for the two descriptors.
        let made = unsafe ends.withUnsafeMutableBufferPointer { unsafe Glibc.pipe($0.baseAddress) }
        precondition(made == 0, "no pipe")
        pipe = (ends[0], ends[1])
    }

    deinit {
        close(pipe.read)
        close(pipe.write)
    }

    func put(_ word: String) {
        let bytes = Array((word + "\n").utf8)
        // SAFETY: the pointer and the count are of the same array.
        _ = unsafe bytes.withUnsafeBytes { unsafe write(pipe.write, $0.baseAddress, $0.count) }
    }

    /// Waits for the next word; nil if none comes for a long time.
    func take() -> String? {
        var word: [UInt8] = []
        var byte: UInt8 = 0
        var poll = pollfd(fd: pipe.read, events: Int16(POLLIN), revents: 0)
        // SAFETY: one descriptor, one byte, both locals.
        while unsafe Glibc.poll(&poll, 1, 20_000) == 1, unsafe read(pipe.read, &byte, 1) == 1 {
            if byte == UInt8(ascii: "\n") { return String(decoding: word, as: UTF8.self) }
            word.append(byte)
        }
        return nil
    }
}

/// A listener with the sample handler on a port of the loopback.
final class Server {
    let sample = Sample()
    let registry = Registry()
    let listener: Listener
    let records: Records

    /// What was logged.
    final class Records: Sendable {
        let all = Mutex<[AccessRecord]>([])
    }

    init(host: String = "127.0.0.1", _ change: (inout NetworkConfiguration) -> Void = { _ in })
        throws
    {
        var configuration = NetworkConfiguration()
        let records = Records()
        configuration.accessLog = { record in records.all.withLock { $0.append(record) } }
        change(&configuration)
        self.records = records
        listener = try Listener(
            host: host, port: 0, configuration: configuration,
            metrics: NetworkMetrics(registry: registry), handler: sample)
    }

    deinit { listener.stop() }

    func connect(receiveBufferBytes: Int32? = nil) -> RawClient? {
        RawClient(port: listener.address.port, receiveBufferBytes: receiveBufferBytes)
    }

    /// Sends `text`, closes the output and returns all that comes back.
    func exchange(_ text: String) -> String {
        guard let client = connect() else { return "no connection" }
        client.send(text)
        client.closeOutput()
        return client.receiveText()
    }

    func metric(_ line: String) -> Bool {
        String(decoding: registry.render(), as: UTF8.self).contains(line + "\n")
    }
}

/// A connection without a socket, on a loop whose time the test controls.
final class Connection {
    let loop = EmbeddedEventLoop()
    let channel: EmbeddedChannel
    let context: LoopContext
    let inbox = Inbox()
    let registry = Registry()

    /// Keeps the requests passed to the front end.
    final class Inbox: RequestHandler, @unchecked Sendable {
        // The test's thread is the loop's thread, and there is no other.
        var requests: [HTTPRequest] = []
        var exchanges: [any Exchange] = []
        var answersAtOnce = false
        /// Heads shown to the front end, and the response to those it refuses.
        var heads: [RequestHead] = []
        var refusal: HTTPResponse?
        var bytesMax = Int.max
        var addedHeaders = HTTPHeaders()
        var notes = AnswerNotes()

        func admit(_ head: RequestHead) -> Admission {
            heads.append(head)
            if let refusal { return .refused(refusal) }
            return .whole(
                BodyPolicy(bytesMax: bytesMax, addedHeaders: addedHeaders, notes: notes) {
                    [self] in handle($0, $1)
                })
        }

        private func handle(_ request: HTTPRequest, _ exchange: any Exchange) {
            requests.append(request)
            exchanges.append(exchange)
            if answersAtOnce { exchange.respond(.text(200, "ok")) }
        }
    }

    init(
        before: [any ChannelHandler] = [], isDraining: Bool = false,
        _ change: (inout NetworkConfiguration) -> Void = { _ in }
    ) throws {
        var configuration = NetworkConfiguration()
        change(&configuration)
        context = LoopContext(
            loop: loop, handler: inbox, configuration: configuration,
            metrics: NetworkMetrics(registry: registry))
        if isDraining { context.beginDrain() }
        channel = EmbeddedChannel(loop: loop)
        for handler in before { try channel.pipeline.syncOperations.addHandler(handler) }
        try channel.pipeline.syncOperations.addHandler(ProtocolDetector(context))
        channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
    }

    func receive(_ bytes: [UInt8]) throws {
        try channel.writeInbound(ByteBuffer(bytes: bytes))
        loop.run()
    }

    func receive(_ text: String) throws { try receive(Array(text.utf8)) }

    /// What was sent since the last call.
    func sent() throws -> String {
        loop.run()
        var text = ""
        while let buffer = try channel.readOutbound(as: ByteBuffer.self) {
            text += String(buffer: buffer)
        }
        return text
    }

    /// Takes all room for bodies but so many bytes.
    func leaveRoom(_ count: Int) { _ = context.holdBody(context.limits.bodiesBytesMax - count) }

    func pass(_ time: TimeAmount) { loop.advanceTime(by: time) }

    func metric(_ line: String) -> Bool {
        String(decoding: registry.render(), as: UTF8.self).contains(line + "\n")
    }
}
