/// The field section that opens a response (RFC 9113 §8.3.2), as a client sees it.
package struct HTTP2ResponseHead: Sendable {
    package var status: Int
    package var headers: HTTPHeaders

    package init(status: Int, headers: HTTPHeaders) {
        self.status = status
        self.headers = headers
    }
}
