package import JSON

/// What went wrong with a request, in the words a client reads. Every failure a front end can meet
/// becomes one of these; what its kind means to a client is said in one table, `Kind.row`, and front
/// ends only spell it.
package struct APIError: Error, Sendable, Equatable, CustomStringConvertible {
    package let kind: Kind
    /// A sentence: what, where, and what to do.
    package let message: String
    /// The field the error is about, as a path in the body (`messages[2].content`).
    package let param: String?
    /// When another attempt may succeed; a `Retry-After` header.
    package let retryAfter: Duration?
    /// The methods that the path knows; an `Allow` header (RFC 9110 §15.5.6).
    package let allow: [String]

    package init(
        _ kind: Kind, _ message: String, param: String? = nil, retryAfter: Duration? = nil,
        allow: [String] = []
    ) {
        self.kind = kind
        self.message = message
        self.param = param
        self.retryAfter = retryAfter
        self.allow = allow
    }

    package var status: Int { kind.row.status }
    /// A stable word for programs (`model_not_found`).
    package var code: String { kind.row.code }

    package var description: String { "\(status) \(code): \(message)" }
}

extension APIError {
    /// OpenAI's error body, with the request's id, by which a report can be found in the log.
    package func json(requestID: String) -> JSONValue {
        .object([
            "error": .object([
                "message": .string(message),
                "type": .string(kind.row.type),
                "param": param.map(JSONValue.string) ?? .null,
                "code": .string(code),
                "request_id": .string(requestID),
            ])
        ])
    }

    /// `Retry-After` in whole seconds, at least one (RFC 9110 §10.2.3). Failures that pass by
    /// themselves carry it even if nobody measured how long they last.
    package var retryAfterSeconds: Int64? {
        guard kind.row.passes else { return nil }
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
