package import HTTP
import JSON

extension APIError {
    /// The error as a whole answer: OpenAI's JSON, with the headers that the status asks for.
    package func response(requestID: String) -> HTTPResponse {
        var response = HTTPResponse.json(status, JSONWriter.bytes(json(requestID: requestID)))
        if let retryAfterSeconds { response.headers.set("retry-after", "\(retryAfterSeconds)") }
        if !allow.isEmpty { response.headers.set("allow", allow.joined(separator: ", ")) }
        if status == 401 { response.headers.set("www-authenticate", "Bearer") }
        if kind == .unsupportedEncoding { response.headers.set("accept-encoding", "identity") }
        response.notes.reason = code
        return response
    }
}

/// The server's router: finds a request's endpoint and checks its key, by the head alone.
package struct Endpoints: RequestHandler {
    private let exact: [String: [Endpoint]]
    /// The exact paths in small letters, for hints.
    private let known: [(path: String, bytes: [UInt8])]
    /// Longest prefix first.
    private let prefixes: [(prefix: String, endpoints: [Endpoint])]
    private let authentication: Authentication?
    private let crossOrigin: CrossOrigin

    /// `authentication` is nil if no key is needed (on loopback).
    package init(
        _ endpoints: [Endpoint], authentication: Authentication? = nil,
        crossOrigin: CrossOrigin = CrossOrigin([])
    ) {
        var exact: [String: [Endpoint]] = [:]
        var prefixes: [String: [Endpoint]] = [:]
        for endpoint in endpoints {
            if endpoint.path.hasSuffix("}"), let brace = endpoint.path.lastIndex(of: "{") {
                prefixes[String(endpoint.path[..<brace]), default: []].append(endpoint)
            } else {
                exact[endpoint.path, default: []].append(endpoint)
            }
        }
        self.exact = exact
        known = exact.keys.sorted().map { ($0, Array(HTTPHeaders.lowercased($0).utf8)) }
        self.prefixes = prefixes.map { (prefix: $0.key, endpoints: $0.value) }
            .sorted { $0.prefix.utf8.count > $1.prefix.utf8.count }
        self.authentication = authentication
        self.crossOrigin = crossOrigin
    }

    package func admit(_ head: RequestHead) -> Admission {
        // Browsers show no key when they ask, and they need the answer to show one later.
        if CrossOrigin.isPreflight(head) {
            let refusal = { CrossOrigin.refusal(head).response(requestID: head.requestID) }
            return .refused(crossOrigin.preflight(head) ?? refusal())
        }
        let (candidates, parameter) = candidates(head.path)
        let added = crossOrigin.headers(head) ?? [:]
        let endpoint = candidates.flatMap { Self.choose($0, head.method) }
        var notes = AnswerNotes()
        do throws(APIError) {
            // The key comes first: without one nobody learns which paths and methods there are.
            let isOpen = (endpoint ?? candidates?.first)?.access == .open
            let client = isOpen ? nil : try authentication?.check(head.headers)
            notes.key = client?.name
            // A page does not have the key, so with keys there is nothing to look at.
            if authentication == nil { try crossOrigin.check(head) }
            guard let candidates else { throw unknown(head.path) }
            guard let endpoint else { throw Self.methodNotAllowed(head, candidates) }
            try endpoint.checkBody(head)
            return .whole(
                BodyPolicy(
                    bytesMax: endpoint.bodyBytesMax, isVital: endpoint.isVital,
                    addedHeaders: added, notes: notes
                ) { request, exchange in
                    endpoint.handle(
                        Call(
                            request: request, exchange: exchange, parameter: parameter,
                            fairnessKey: client?.number ?? 0))
                })
        } catch {
            let format = candidates?.first?.errorFormat ?? Endpoint.openAIErrors
            var response = format(error, head.requestID).adding(added)
            response.notes.add(notes)
            return .refused(response)
        }
    }

    /// The endpoint of these candidates that takes requests with this method.
    private static func choose(_ candidates: [Endpoint], _ method: String) -> Endpoint? {
        if let endpoint = candidates.first(where: { $0.method == method }) { return endpoint }
        // The transport leaves the body out of an answer to HEAD (RFC 9110 §9.3.2).
        return method == "HEAD" ? candidates.first { $0.method == "GET" } : nil
    }

    private static func methodNotAllowed(
        _ head: RequestHead, _ candidates: [Endpoint]
    ) -> APIError {
        var allow = candidates.map(\.method)
        if allow.contains("GET"), !allow.contains("HEAD") { allow.append("HEAD") }
        return APIError(
            .methodNotAllowed,
            "\(Spelling.shown(head.path)) does not take \(Spelling.shown(head.method)); use "
                + allow.joined(separator: " or "),
            allow: allow)
    }

    private func candidates(_ path: String) -> (endpoints: [Endpoint]?, parameter: String) {
        if let endpoints = exact[path] { return (endpoints, "") }
        for (prefix, endpoints) in prefixes
        where path.utf8.count > prefix.utf8.count && path.hasPrefix(prefix) {
            let rest = path.utf8.dropFirst(prefix.utf8.count)
            guard let parameter = Self.percentDecoded(rest) else { continue }
            return (endpoints, parameter)
        }
        return (nil, "")
    }

    private func unknown(_ path: String) -> APIError {
        let near = hint(for: path)
        let methods = near.map { exact[$0, default: []].map(\.method).joined(separator: " or ") }
        let hint = near.map { "; did you mean \(methods ?? "") \($0)?" } ?? ""
        return APIError(
            .unknownEndpoint, "there is no endpoint \(Spelling.shown(path))\(hint)")
    }

    /// A path that differs by a slash at the end, by case, by a missing or doubled `/v1`, or in one
    /// place by two letters. Costs less than an answer does: it compares ends and computes nothing.
    private func hint(for path: String) -> String? {
        guard path.utf8.count <= 64 else { return nil }
        var trimmed = Array(HTTPHeaders.lowercased(path).utf8)
        while trimmed.last == UInt8(ascii: "/") { trimmed.removeLast() }
        var spellings = [trimmed, Array("/v1".utf8) + trimmed]
        if trimmed.starts(with: "/v1/".utf8) { spellings.append(Array(trimmed.dropFirst(3))) }
        for differing in [0, 2] {
            for spelling in spellings {
                let near = known.first { Self.differing(spelling, $0.bytes) <= differing }
                if let near { return near.path }
            }
        }
        return nil
    }

    /// The bytes of the longer one between the common beginning and the common end.
    private static func differing(_ a: [UInt8], _ b: [UInt8]) -> Int {
        let (shorter, longer) = (min(a.count, b.count), max(a.count, b.count))
        guard longer - shorter <= 2 else { return longer }
        var beginning = 0
        while beginning < shorter, a[beginning] == b[beginning] { beginning += 1 }
        var end = 0
        while end < shorter - beginning, a[a.count - 1 - end] == b[b.count - 1 - end] { end += 1 }
        return longer - beginning - end
    }

    /// Nil if an escape is broken or the bytes are not UTF-8 (RFC 3986 §2.1).
    private static func percentDecoded(_ bytes: some Sequence<UInt8>) -> String? {
        var decoded: [UInt8] = []
        var iterator = bytes.makeIterator()
        while let byte = iterator.next() {
            guard byte == UInt8(ascii: "%") else {
                decoded.append(byte)
                continue
            }
            guard let high = iterator.next().flatMap(hexDigit),
                let low = iterator.next().flatMap(hexDigit)
            else { return nil }
            decoded.append(high << 4 | low)
        }
        return String(validating: decoded, as: UTF8.self)
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
