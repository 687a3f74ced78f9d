package import HTTP
package import JSON

/// One request on its way through a handler. Used on its I/O thread only.
package struct Call {
    package let request: HTTPRequest
    package let exchange: any Exchange
    /// What stood in the place of `{name}` in the endpoint's path, percent-decoded.
    package let parameter: String
    /// The client, as far as its key tells; all clients without a key are one.
    package let fairnessKey: UInt64

    package init(
        request: HTTPRequest, exchange: any Exchange, parameter: String = "",
        fairnessKey: UInt64 = 0
    ) {
        self.request = request
        self.exchange = exchange
        self.parameter = parameter
        self.fairnessKey = fairnessKey
    }

    package func answer(_ json: JSONValue, status: Int = 200) {
        exchange.respond(.json(status, JSONWriter.bytes(json)))
    }

    package func fail(_ error: APIError) {
        exchange.respond(error.response(requestID: request.requestID))
    }

    /// The body as JSON, whatever its content type says: `curl -d` calls JSON a form. Only types that
    /// certainly are something else are refused.
    package func json() throws(APIError) -> JSONValue {
        if let type = request.headers.first("content-type") {
            let lower = HTTPHeaders.lowercased(type)
            for other in ["multipart/", "image/", "audio/", "video/", "application/grpc"]
            where lower.hasPrefix(other) {
                throw APIError(
                    .unsupportedMediaType,
                    "the body must be JSON, the content-type says \(Spelling.shown(lower))")
            }
        }
        guard !request.body.isEmpty else {
            throw APIError(
                .invalidRequest, "the body is empty; send a JSON object", code: "invalid_json")
        }
        do throws(JSONError) {
            return try JSONParser.parse(request.body, limits: JSONLimits(depthMax: 64))
        } catch {
            throw APIError(
                .invalidRequest, "the body is not JSON: byte \(error.offset): \(error.message)",
                code: "invalid_json")
        }
    }

    /// The body as an object's fields.
    package func fields() throws(APIError) -> RequestFields {
        try RequestFields(try json())
    }
}

extension APIError {
    /// The error as a whole answer: OpenAI's JSON, with the headers that the status asks for.
    package func response(requestID: String) -> HTTPResponse {
        var response = HTTPResponse.json(status, JSONWriter.bytes(json(requestID: requestID)))
        if let retryAfterSeconds { response.headers.set("retry-after", "\(retryAfterSeconds)") }
        if !allow.isEmpty { response.headers.set("allow", allow.joined(separator: ", ")) }
        if kind == .unauthenticated { response.headers.set("www-authenticate", "Bearer") }
        return response
    }
}

/// A method and path, and what answers it.
package struct Endpoint: Sendable {
    package enum Access: Sendable {
        /// Needs no key: health checks, which probes without secrets must reach.
        case open
        /// Needs a key where keys are configured.
        case keyed
    }

    package let method: String
    /// An exact path, or one that ends in `{name}`, which stands for any non-empty rest, slashes
    /// included (model names have them).
    package let path: String
    package let access: Access
    package let handle: @Sendable (Call) -> Void
    let spell: Spelling

    /// How an error reads in the endpoint's protocol.
    package typealias Spelling =
        @Sendable (_ error: APIError, _ requestID: String) -> HTTPResponse

    /// OpenAI's.
    package static let spelling: Spelling = { $0.response(requestID: $1) }

    package init(
        _ method: String, _ path: String, access: Access = .keyed,
        spell: @escaping Spelling = Endpoint.spelling, handle: @escaping @Sendable (Call) -> Void
    ) {
        self.method = method
        self.path = path
        self.access = access
        self.spell = spell
        self.handle = handle
    }

    /// An endpoint whose handler may throw before it has answered.
    package static func throwing(
        _ method: String, _ path: String, access: Access = .keyed,
        handle: @escaping @Sendable (Call) throws(APIError) -> Void
    ) -> Endpoint {
        Endpoint(method, path, access: access) { call in
            do throws(APIError) { try handle(call) } catch { call.fail(error) }
        }
    }
}

/// The server's router: finds a request's endpoint and checks its key.
package struct Endpoints: RequestHandler {
    private let exact: [String: [Endpoint]]
    /// Longest prefix first.
    private let prefixes: [(prefix: String, endpoints: [Endpoint])]
    private let authentication: Authentication?

    /// `authentication` is nil where no key is needed (on loopback).
    package init(_ endpoints: [Endpoint], authentication: Authentication? = nil) {
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
        self.prefixes = prefixes.map { (prefix: $0.key, endpoints: $0.value) }
            .sorted { $0.prefix.utf8.count > $1.prefix.utf8.count }
        self.authentication = authentication
    }

    package func handle(_ request: HTTPRequest, _ exchange: any Exchange) {
        let (candidates, parameter) = candidates(request.path)
        do throws(APIError) {
            let endpoint = try choose(candidates, request)
            var fairnessKey: UInt64 = 0
            if let authentication, endpoint.access == .keyed {
                fairnessKey = try authentication.check(request.headers)
            }
            endpoint.handle(
                Call(
                    request: request, exchange: exchange, parameter: parameter,
                    fairnessKey: fairnessKey))
        } catch {
            let spell = candidates?.first?.spell ?? Endpoint.spelling
            exchange.respond(spell(error, request.requestID))
        }
    }

    private func choose(
        _ candidates: [Endpoint]?, _ request: HTTPRequest
    ) throws(APIError) -> Endpoint {
        guard let candidates else { throw unknown(request) }
        // The transport leaves the body out of an answer to HEAD (RFC 9110 §9.3.2).
        for method in request.method == "HEAD" ? ["HEAD", "GET"] : [request.method] {
            if let endpoint = candidates.first(where: { $0.method == method }) {
                return endpoint
            }
        }
        var allow = candidates.map(\.method)
        if allow.contains("GET"), !allow.contains("HEAD") { allow.append("HEAD") }
        throw APIError(
            .methodNotAllowed,
            "\(Spelling.shown(request.path)) does not take \(Spelling.shown(request.method)); use "
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

    private func unknown(_ request: HTTPRequest) -> APIError {
        let near = hint(for: request.path)
        let methods = near.map { exact[$0, default: []].map(\.method).joined(separator: " or ") }
        let hint = near.map { "; did you mean \(methods ?? "") \($0)?" } ?? ""
        return APIError(
            .unknownEndpoint,
            "there is no endpoint \(Spelling.shown(request.path))\(hint)")
    }

    /// A path that differs by a slash at the end, a missing or doubled `/v1`, or a few letters.
    private func hint(for path: String) -> String? {
        guard path.utf8.count <= 256 else { return nil }
        var trimmed = path
        while trimmed.hasSuffix("/") { trimmed.removeLast() }
        var candidates = [trimmed, "/v1" + trimmed]
        if trimmed.hasPrefix("/v1/") { candidates.append(String(trimmed.dropFirst(3))) }
        for candidate in candidates where exact[candidate] != nil { return candidate }
        let known = exact.keys.sorted()
        for candidate in candidates {
            if let near = Spelling.nearest(to: candidate, among: known) { return near }
        }
        return nil
    }

    /// Nil where an escape is broken or the bytes are not UTF-8 (RFC 3986 §2.1).
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
