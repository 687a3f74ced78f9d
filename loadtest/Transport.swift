import HTTP
import NIOCore

/// One request of the test on its way, and what is told about its answer. Used on the event loop.
protocol CallReceiver: AnyObject {
    func received(status: Int)
    func received(body: [UInt8])
    /// The answer is complete.
    func ended()
    /// No answer, or no whole one.
    func failed(_ reason: String)
}

/// One request to send. Used on the event loop.
final class Call {
    let path: String
    let headers: HTTPHeaders
    let body: [UInt8]
    /// Let go of at the end, and by a receiver that wants to hear no more.
    weak var receiver: (any CallReceiver)?
    /// How often it was sent.
    var attempts = 0
    /// Gives the request up; set by the transport.
    var cancel: (() -> Void)?

    /// How often a request is sent that servers refuse without a look at it.
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
    /// Requests sent again because a kept connection had just been closed.
    var reconnects: Int { get }
    func closeAll()
}
