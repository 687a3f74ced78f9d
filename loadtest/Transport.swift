import HTTP
import NIOCore

/// Receives the events of one request. Used on the event loop.
protocol CallReceiver: AnyObject {
    func received(status: Int)
    func received(body: [UInt8])
    /// The response is complete.
    func ended()
    /// There is no response, or no complete one.
    func failed(_ reason: String)
}

/// One request to send. Used on the event loop.
final class Call {
    let path: String
    let headers: HTTPHeaders
    let body: [UInt8]
    /// Nil after the end, and when the receiver wants no more events.
    weak var receiver: (any CallReceiver)?
    /// How often it was sent.
    var attempts = 0
    /// Cancels the request; set by the transport.
    var cancel: (() -> Void)?

    /// How often a request is sent if servers refuse it without processing it.
    static let attemptsMax = 3

    init(path: String, headers: HTTPHeaders, body: [UInt8], receiver: any CallReceiver) {
        self.path = path
        self.headers = headers
        self.body = body
        self.receiver = receiver
    }
}

/// Connections to one server, opened as they are needed. Used on the event loop.
protocol Transport: AnyObject {
    func send(_ call: Call)
    /// How many requests were sent again because a kept connection had just been closed.
    var reconnects: Int { get }
    func closeAll()
}
