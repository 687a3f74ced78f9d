/// A whole request: its head and its body.
package struct HTTPRequest: Sendable {
    package var head: RequestHead
    package var body: [UInt8]

    package init(_ head: RequestHead, body: [UInt8] = []) {
        self.head = head
        self.body = body
    }

    package var method: String { head.method }
    package var path: String { head.path }
    package var query: String? { head.query }
    package var headers: HTTPHeaders { head.headers }
    package var requestID: String { head.requestID }
    package var receivedAt: ContinuousClock.Instant { head.receivedAt }
    package var httpVersion: HTTPVersion { head.httpVersion }
}
