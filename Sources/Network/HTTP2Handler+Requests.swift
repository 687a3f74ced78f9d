import HTTP

extension HTTP2Handler {
    /// A request's head, and what is wrong with it. Malformed parts are left out, since the log
    /// would repeat them.
    func read(
        _ head: HTTP2RequestHead, end: Bool
    ) -> (head: RequestHead, violation: RequestViolation?) {
        var request = RequestHead(
            method: "-", path: "-", headers: head.headers, bodyLength: end ? 0 : nil,
            requestID: loop.requestID(head.headers.first("x-request-id")), receivedAt: .now,
            httpVersion: .http2)
        request.headers.set("host", head.authority)
        do throws(RequestViolation) {
            try check(head, &request)
            return (request, nil)
        } catch {
            return (request, error)
        }
    }

    /// Checks what the session does not: the method, the target, the host and the body's length.
    private func check(
        _ head: HTTP2RequestHead, _ request: inout RequestHead
    ) throws(RequestViolation) {
        let limits = loop.limits.message
        guard RequestRules.isMethod(head.method) else { throw .methodMalformed }
        request.method = head.method
        guard head.path.utf8.count <= limits.targetBytesMax else { throw .targetTooLong }
        (request.path, request.query, _) = try RequestRules.split(head.path, method: head.method)
        guard !head.authority.isEmpty else { throw .hostMissing }
        guard RequestRules.isHost(head.authority) else { throw .hostMalformed }
        if let expect = request.headers.first("expect"),
            HTTPHeaders.lowercased(expect) != "100-continue"
        {
            throw .expectationUnknown
        }
        guard request.bodyLength == nil, let text = request.headers.first("content-length") else {
            return
        }
        let length = try RequestRules.length(text)
        guard length <= limits.bodyBytesMax else { throw .bodyTooLong }
        request.bodyLength = length
    }
}
