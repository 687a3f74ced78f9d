package import HTTP

/// A method and path, and the function that serves its requests.
package struct Endpoint: Sendable {
    package enum Access: Sendable {
        /// Needs no key: health checks, which probes without secrets must reach.
        case open
        /// Needs a key if keys are configured.
        case keyed
    }

    package let method: String
    /// An exact path, or one that ends in `{name}`, which is any non-empty rest, slashes
    /// included (model names have them).
    package let path: String
    package let access: Access
    /// Reachable even when the server has no place for further connections.
    package let isVital: Bool
    /// The longest body that it takes; the transport's own limit holds too.
    package let bodyBytesMax: Int
    /// How content types begin that its body certainly may not have.
    package let refusedTypes: [String]
    package let handle: @Sendable (Call) -> Void
    let errorFormat: ErrorFormat

    /// How an error reads in the endpoint's protocol.
    package typealias ErrorFormat =
        @Sendable (_ error: APIError, _ requestID: String) -> HTTPResponse

    /// OpenAI's.
    package static let openAIErrors: ErrorFormat = { $0.response(requestID: $1) }

    /// Types of which no endpoint reads a body.
    package static let refusedTypes = [
        "multipart/", "image/", "audio/", "video/", "application/grpc", "application/xml",
        "application/soap", "application/yaml", "application/pdf", "text/xml", "text/html",
        "text/csv",
    ]

    /// What a body without a use may have: some clients send one with every GET.
    private static let unusedBodyBytesMax = 16 * 1024

    /// `bodyBytesMax` nil leaves the limit to the transport, except for GET.
    package init(
        _ method: String, _ path: String, access: Access = .keyed, isVital: Bool = false,
        bodyBytesMax: Int? = nil,
        refusedTypes: [String] = Endpoint.refusedTypes,
        errorFormat: @escaping ErrorFormat = Endpoint.openAIErrors,
        handle: @escaping @Sendable (Call) -> Void
    ) {
        self.method = method
        self.path = path
        self.access = access
        self.isVital = isVital
        self.bodyBytesMax = bodyBytesMax ?? (method == "GET" ? Self.unusedBodyBytesMax : .max)
        self.refusedTypes = refusedTypes
        self.errorFormat = errorFormat
        self.handle = handle
    }

    /// Throws for a body that the endpoint does not read, as far as the head tells.
    func checkBody(_ head: RequestHead) throws(APIError) {
        guard head.bodyLength != 0 else { return }
        let codings = head.headers.list("content-encoding")
        guard codings.allSatisfy({ HTTPHeaders.lowercased($0) == "identity" }) else {
            throw APIError(
                .unsupportedEncoding,
                "the body is encoded as \(Spelling.shown(codings.joined(separator: ", "))); send it "
                    + "without Content-Encoding")
        }
        let type = head.headers.first("content-type").map(HTTPHeaders.lowercased) ?? ""
        guard !refusedTypes.contains(where: { type.hasPrefix($0) }) else {
            throw APIError(
                .unsupportedMediaType,
                "the body must be JSON, the content-type says \(Spelling.shown(type))")
        }
        guard head.bodyLength ?? 0 <= bodyBytesMax else {
            throw APIError(
                .bodyTooLarge,
                "the body is longer than the \(bodyBytesMax) bytes that \(path) takes")
        }
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
