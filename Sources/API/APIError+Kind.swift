extension APIError {
    /// The kinds of failure.
    package enum Kind: Sendable, Equatable, CaseIterable {
        case invalidJSON, invalidType, invalidValue, missingParameter, unknownParameter
        case unsupportedParameter, missingField, unknownField
        case emptyPrompt, contextTooLong, requestTooLarge, noChatTemplate, chatTemplateError
        case missingKey, unauthenticated, foreignOrigin
        case unknownEndpoint, unknownModel, methodNotAllowed, bodyTooLarge, unsupportedMediaType
        case unsupportedEncoding
        case overloaded, cancelled
        case internalFailure, numericalFailure, unimplemented, noEmbeddings, unavailable
        case deadlineExceeded
    }

    /// What a kind of failure means to a client, in every protocol.
    package struct Row: Sendable, Equatable {
        /// HTTP's status.
        package let status: Int
        /// OpenAI's `type`.
        package let type: String
        /// OpenAI's `code`, the native service's `reason`.
        package let code: String
        /// gRPC's status in the Connect protocol's spelling, the native service's `code`.
        package let rpcCode: String
        /// The same request may succeed later; the answer says when, by `Retry-After`.
        package let passes: Bool
        /// For the documentation.
        package let meaning: String

        /// The client's to mend.
        fileprivate static func client(
            _ status: Int, _ code: String, _ meaning: String, rpc: String = "invalid_argument"
        ) -> Row {
            Row(
                status: status, type: "invalid_request_error", code: code, rpcCode: rpc,
                passes: false, meaning: meaning)
        }

        /// The server's, or nobody's.
        fileprivate static func server(
            _ status: Int, _ code: String, _ rpcCode: String, _ meaning: String,
            type: String = "server_error", passes: Bool = false
        ) -> Row {
            Row(
                status: status, type: type, code: code, rpcCode: rpcCode, passes: passes,
                meaning: meaning)
        }
    }
}

extension APIError.Kind {
    /// The table of errors; `docs/api-errors.md` is printed from it.
    package var row: APIError.Row {
        switch self {
        case .invalidJSON: .client(400, "invalid_json", "The body is empty or not JSON.")
        case .invalidType: .client(400, "invalid_type", "A field has another type than it must.")
        case .invalidValue: .client(400, "invalid_value", "A field is out of its range.")
        case .missingParameter:
            .client(400, "missing_required_parameter", "A field that is needed is not there.")
        case .unknownParameter:
            .client(400, "unknown_parameter", "A field that this request does not have.")
        case .unsupportedParameter:
            .client(400, "unsupported_parameter", "A field, or its value, cannot be honoured.")
        case .missingField:
            .client(400, "missing_field", "The same as `missing_required_parameter`, natively.")
        case .unknownField:
            .client(400, "unknown_field", "The same as `unknown_parameter`, natively.")
        case .emptyPrompt: .client(400, "empty_prompt", "The prompt has no tokens.")
        case .contextTooLong:
            .client(400, "context_length_exceeded", "The prompt does not fit the context.")
        case .requestTooLarge:
            .client(400, "request_too_large", "The request needs more than the server has at all.")
        case .noChatTemplate: .client(400, "no_chat_template", "The model knows no chats.")
        case .chatTemplateError:
            .client(400, "chat_template_error", "The model's template refuses the messages.")
        case .missingKey:
            .client(401, "missing_api_key", "No key was sent.", rpc: "unauthenticated")
        case .unauthenticated:
            .client(401, "invalid_api_key", "The key is not one of ours.", rpc: "unauthenticated")
        case .unknownEndpoint:
            .client(404, "unknown_url", "There is no such path.", rpc: "unimplemented")
        case .foreignOrigin:
            .client(
                403, "foreign_origin",
                "A page of another origin may not use a server without keys.",
                rpc: "permission_denied")
        case .unknownModel:
            .client(404, "model_not_found", "There is no model of that name.", rpc: "not_found")
        case .methodNotAllowed:
            .client(
                405, "method_not_supported", "The path takes other methods; `Allow` names them.",
                rpc: "unimplemented")
        case .bodyTooLarge:
            .client(413, "body_too_large", "The body is over its limit.", rpc: "resource_exhausted")
        case .unsupportedMediaType:
            .client(415, "unsupported_media_type", "The body's type is not JSON.")
        case .unsupportedEncoding:
            .client(
                415, "unsupported_content_encoding",
                "The body is compressed; `Accept-Encoding` names what is taken.")
        case .overloaded:
            .server(
                429, "rate_limit_exceeded", "resource_exhausted", "A queue is full.",
                type: "rate_limit_error", passes: true)
        case .cancelled:
            .server(499, "request_cancelled", "canceled", "The client left or stopped reading.")
        case .internalFailure:
            .server(500, "internal_error", "internal", "A defect of the server.")
        case .numericalFailure:
            .server(500, "numerical_error", "internal", "The model's numbers were not finite.")
        case .unimplemented:
            .client(501, "not_implemented", "This server does not offer it.", rpc: "unimplemented")
        case .noEmbeddings:
            .client(501, "no_embeddings", "The model makes no embeddings.", rpc: "unimplemented")
        case .unavailable:
            .server(
                503, "service_unavailable", "unavailable", "Loading, draining or stopped.",
                passes: true)
        case .deadlineExceeded:
            .server(
                504, "deadline_exceeded", "deadline_exceeded",
                "The request's own deadline passed or cannot be met.")
        }
    }

    /// The table in Markdown.
    package static var table: String {
        var lines = [
            "| status | `code` | `type` | native `code` | `Retry-After` | when |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        for row in allCases.map(\.row) {
            lines.append(
                "| \(row.status) | `\(row.code)` | `\(row.type)` | `\(row.rpcCode)` | "
                    + "\(row.passes ? "yes" : "–") | \(row.meaning) |")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
