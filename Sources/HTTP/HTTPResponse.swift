/// A whole response. The transport adds `date`, `server`, `x-request-id` and the framing.
package struct HTTPResponse: Sendable, Equatable {
    package var status: Int
    package var headers: HTTPHeaders
    package var body: [UInt8]
    /// What the log says of the answer.
    package var notes = AnswerNotes()

    package init(status: Int, headers: HTTPHeaders = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The same answer with more headers.
    package func adding(_ headers: HTTPHeaders) -> HTTPResponse {
        var response = self
        response.headers.append(headers)
        return response
    }

    /// A response of type `text/plain; charset=utf-8`.
    package static func text(_ status: Int, _ text: String) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: ["content-type": "text/plain; charset=utf-8"],
            body: Array(text.utf8))
    }

    /// A response of type `application/json`. `body` is already JSON.
    package static func json(_ status: Int, _ body: [UInt8]) -> HTTPResponse {
        HTTPResponse(status: status, headers: ["content-type": "application/json"], body: body)
    }
}
