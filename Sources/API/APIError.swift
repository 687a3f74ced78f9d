package import JSON

/// What went wrong with a request, in the words a client reads. Every failure a front end can meet
/// becomes one of these, and `Kind` maps it to a status once; front ends only spell it.
package struct APIError: Error, Sendable, Equatable, CustomStringConvertible {
    package let kind: Kind
    /// A sentence: what, where, and what to do.
    package let message: String
    /// The field the error is about, as a path in the body (`messages[2].content`).
    package let param: String?
    /// A stable word for programs (`model_not_found`).
    package let code: String
    /// When another attempt may succeed; a `Retry-After` header.
    package let retryAfter: Duration?
    /// The methods that the path knows; an `Allow` header (RFC 9110 §15.5.6).
    package let allow: [String]

    package init(
        _ kind: Kind, _ message: String, param: String? = nil, code: String? = nil,
        retryAfter: Duration? = nil, allow: [String] = []
    ) {
        self.kind = kind
        self.message = message
        self.param = param
        self.code = code ?? kind.code
        self.retryAfter = retryAfter
        self.allow = allow
    }

    package var status: Int { kind.status }

    package var description: String { "\(status) \(code): \(message)" }
}

extension APIError {
    /// The kinds of failure. A front end spells a kind in its own protocol (HTTP status, gRPC code).
    package enum Kind: Sendable, Equatable, CaseIterable {
        /// The body or a header does not say something we can do.
        case invalidRequest
        /// The prompt does not fit the model's context.
        case contextTooLong
        /// No key, or one that is not ours.
        case unauthenticated
        case unknownEndpoint
        case unknownModel
        case methodNotAllowed
        case bodyTooLarge
        case unsupportedMediaType
        /// The queue is full; the same request may succeed later.
        case overloaded
        /// The client went away; the status is only ever seen in logs.
        case cancelled
        /// A defect of ours.
        case internalFailure
        /// The model's numbers were not finite for this request.
        case numericalFailure
        /// Starting, draining or stopped.
        case unavailable
        /// The request's own deadline passed, or could not be met.
        case deadlineExceeded
        /// The method exists, this server or model does not offer it.
        case unimplemented

        package var status: Int {
            switch self {
            case .invalidRequest, .contextTooLong: 400
            case .unauthenticated: 401
            case .unknownEndpoint, .unknownModel: 404
            case .methodNotAllowed: 405
            case .bodyTooLarge: 413
            case .unsupportedMediaType: 415
            case .overloaded: 429
            case .cancelled: 499
            case .internalFailure, .numericalFailure: 500
            case .unimplemented: 501
            case .unavailable: 503
            case .deadlineExceeded: 504
            }
        }

        /// OpenAI's `type`.
        package var type: String {
            switch self {
            case .overloaded: "rate_limit_error"
            case .cancelled, .internalFailure, .numericalFailure, .unavailable, .deadlineExceeded:
                "server_error"
            default: "invalid_request_error"
            }
        }

        /// OpenAI's `code`, where the failure has no narrower one.
        package var code: String {
            switch self {
            case .invalidRequest: "invalid_value"
            case .contextTooLong: "context_length_exceeded"
            case .unauthenticated: "invalid_api_key"
            case .unknownEndpoint: "unknown_url"
            case .unknownModel: "model_not_found"
            case .methodNotAllowed: "method_not_supported"
            case .bodyTooLarge: "body_too_large"
            case .unsupportedMediaType: "unsupported_media_type"
            case .overloaded: "rate_limit_exceeded"
            case .cancelled: "request_cancelled"
            case .internalFailure: "internal_error"
            case .numericalFailure: "numerical_error"
            case .unavailable: "service_unavailable"
            case .deadlineExceeded: "deadline_exceeded"
            case .unimplemented: "not_implemented"
            }
        }
    }

    /// OpenAI's error body; the request's id stands in it so that a report can be found in the log.
    package func json(requestID: String) -> JSONValue {
        .object([
            "error": .object([
                "message": .string(message),
                "type": .string(kind.type),
                "param": param.map(JSONValue.string) ?? .null,
                "code": .string(code),
                "request_id": .string(requestID),
            ])
        ])
    }

    /// `Retry-After` in whole seconds, at least one (RFC 9110 §10.2.3). Failures that pass by
    /// themselves carry it even where nobody measured how long they last.
    package var retryAfterSeconds: Int64? {
        guard status == 429 || status == 503 else { return nil }
        guard let retryAfter else { return 1 }
        let (seconds, attoseconds) = retryAfter.components
        guard seconds >= 0, seconds < Self.retryAfterSecondsMax else {
            return seconds < 0 ? 1 : Self.retryAfterSecondsMax
        }
        return max(1, attoseconds > 0 ? seconds + 1 : seconds)
    }

    /// A client is never told to wait longer than this.
    private static let retryAfterSecondsMax: Int64 = 3600
}
