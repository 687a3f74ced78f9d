import HTTP
import NIOCore
import NIOHTTP1
import NIOPosix

/// HTTP/1.1, with a connection for each request in progress, which is kept for later requests.
final class HTTP1Client: Transport {
    let loop: any EventLoop
    let address: ServerAddress
    fileprivate var idle: [HTTP1Connection] = []
    fileprivate var connections: [ObjectIdentifier: HTTP1Connection] = [:]
    private(set) var reconnects = 0

    init(loop: any EventLoop, address: ServerAddress) {
        self.loop = loop
        self.address = address
    }

    func send(_ call: Call) {
        if let connection = idle.popLast() {
            connection.begin(call)
        } else {
            connect(for: call)
        }
    }

    func closeAll() {
        for connection in Array(connections.values) { connection.close() }
    }

    /// A kept connection was closed while the request was sent. Sends the request again on a new
    /// connection.
    fileprivate func retry(_ call: Call) {
        reconnects += 1
        connect(for: call)
    }

    private func connect(for call: Call) {
        var isCancelled = false
        call.cancel = { isCancelled = true }
        let connecting = ClientBootstrap(group: loop)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connect(host: address.host, port: address.port)
        connecting.assumeIsolated().whenComplete { [self] result in
            switch result {
            case .success(let channel):
                let connection = HTTP1Connection(self)
                do {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(connection)
                } catch {
                    call.receiver?.failed("connect: \(error)")
                    return
                }
                if isCancelled { connection.close() } else { connection.begin(call) }
            case .failure(let error): call.receiver?.failed("connect: \(error)")
            }
        }
    }
}

/// One connection of HTTP/1.1; at most one request at a time.
private final class HTTP1Connection: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private unowned let client: HTTP1Client
    private var context: ChannelHandlerContext?
    private var call: Call?
    private var hasAnswered = false
    private var isReused = false
    private var staysOpen = true

    init(_ client: HTTP1Client) { self.client = client }

    func begin(_ call: Call) {
        guard let context else {
            client.retry(call)
            return
        }
        self.call = call
        hasAnswered = false
        call.cancel = { [weak self] in self?.close() }
        var headers = NIOHTTP1.HTTPHeaders([("host", client.address.authority)])
        for field in call.headers { headers.add(name: field.name, value: field.value) }
        headers.add(name: "content-length", value: "\(call.body.count)")
        let head = HTTPRequestHead(
            version: .http1_1, method: .POST, uri: call.path, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        let body = ByteBuffer(bytes: call.body)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func close() {
        call = nil
        context?.close(promise: nil)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        client.connections[ObjectIdentifier(self)] = self
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let call else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            hasAnswered = true
            staysOpen = head.isKeepAlive
            call.receiver?.received(status: Int(head.status.code))
        case .body(let bytes): call.receiver?.received(body: Array(bytes.readableBytesView))
        case .end:
            self.call = nil
            isReused = true
            if staysOpen { client.idle.append(self) } else { context.close(promise: nil) }
            call.receiver?.ended()
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        client.connections[ObjectIdentifier(self)] = nil
        client.idle.removeAll { $0 === self }
        self.context = nil
        fail("the connection was closed before the answer's end")
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // On an idle connection there is no request to report the error to.
        if isReused, call != nil, !hasAnswered, error is IOError {
            context.close(promise: nil)
            return
        }
        fail("\(error)")
        context.close(promise: nil)
    }

    private func fail(_ reason: String) {
        guard let call else { return }
        self.call = nil
        call.attempts += 1
        if isReused && !hasAnswered && call.attempts < Call.attemptsMax {
            client.retry(call)
        } else {
            call.receiver?.failed(reason)
        }
    }
}
