import HTTP

/// Which web pages may read answers: browsers ask before they send JSON from a page of another
/// origin, and keep an answer from it that does not name that origin (WHATWG Fetch, "CORS protocol").
package struct CrossOrigin: Sendable {
    private let origins: Set<String>

    /// `origins` are as browsers send them, `https://example.org` or `http://localhost:3000`; `*`
    /// is all.
    package init(_ origins: [String]) {
        self.origins = Set(origins)
    }

    /// Whether a text can be the origin of a page, or is `*`.
    package static func isOrigin(_ text: String) -> Bool {
        if text == "*" { return true }
        guard let scheme = ["http://", "https://"].first(where: { text.hasPrefix($0) }) else {
            return false
        }
        return RequestRules.isHost(String(text.dropFirst(scheme.count)))
    }

    /// Whether a browser asks if it may send another request.
    static func isPreflight(_ head: RequestHead) -> Bool {
        head.method == "OPTIONS" && head.headers.contains("origin")
            && head.headers.contains("access-control-request-method")
    }

    /// The answer to such a question; nil if the page's origin is none of the allowed.
    func preflight(_ head: RequestHead) -> HTTPResponse? {
        guard let headers = headers(head) else { return nil }
        var response = HTTPResponse(status: 204, headers: headers)
        response.headers.append("access-control-allow-methods", "GET, HEAD, POST")
        let wanted = head.headers.list("access-control-request-headers").filter {
            HTTP1Writer.isSafe(name: $0)
        }
        if !wanted.isEmpty {
            response.headers.append(
                "access-control-allow-headers", wanted.joined(separator: ", "))
        }
        response.headers.append("access-control-max-age", "600")
        return response
    }

    /// What lets the page that sent a request read the answer; nil if it may not.
    func headers(_ head: RequestHead) -> HTTPHeaders? {
        guard let origin = head.headers.first("origin"),
            origins.contains(origin) || origins.contains("*")
        else { return nil }
        return [
            "access-control-allow-origin": origin, "vary": "origin",
            "access-control-expose-headers": "x-request-id, retry-after, x-max-tokens",
        ]
    }

    /// Throws for a request that a page of a foreign origin sends without asking first: browsers send
    /// text and forms so. Without keys it would be computed, though the page cannot read the answer.
    func check(_ head: RequestHead) throws(APIError) {
        guard head.method == "POST", let origin = head.headers.first("origin"),
            headers(head) == nil
        else { return }
        let authority = origin.split(separator: "/", maxSplits: 2).last.map(String.init)
        let own = head.headers.first("host").map(HTTPHeaders.lowercased)
        // A page can have its own name lead to this machine, so only names of loopback are the
        // server's: without keys it listens on nothing else.
        if let own, authority.map(HTTPHeaders.lowercased) == own, Self.isLoopback(own) { return }
        throw APIError(
            .foreignOrigin,
            "pages of \(Spelling.shown(origin)) may not use this server; start it with --cors-origin "
                + "ORIGIN to allow them")
    }

    /// Whether a host, with or without a port, is this machine itself.
    private static func isLoopback(_ authority: String) -> Bool {
        let colon = authority.lastIndex(of: ":")
        let isBracketed = authority.hasPrefix("[")
        let host =
            if isBracketed {
                authority.prefix { $0 != "]" }.dropFirst()
            } else {
                authority[..<(colon ?? authority.endIndex)]
            }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        return host == "localhost" || isBracketed && host == "::1"
            || numbers.count == 4 && numbers[0] == "127"
                && numbers.allSatisfy { UInt8($0) != nil }
    }

    /// Says to a browser's user why the page may not.
    static func refusal(_ head: RequestHead) -> APIError {
        APIError(
            .methodNotAllowed,
            "pages of \(Spelling.shown(head.headers.first("origin") ?? "other origins")) may not use "
                + "this server; start it with --cors-origin ORIGIN to allow them",
            allow: ["GET", "HEAD", "POST"])
    }
}
