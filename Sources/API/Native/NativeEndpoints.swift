import HTTP
import JSON

/// `POST /switchyard.v1.Inference/METHOD` as plain JSON by proto3's mapping, which is also what the
/// Connect protocol's unary calls look like.
package struct NativeEndpoints: Sendable {
    package static let prefix = "/switchyard.v1.Inference/"

    private static let refusedTypes =
        Endpoint.refusedTypes + [
            "application/proto", "application/x-protobuf", "application/connect",
        ]

    private let service: InferenceService<JSONCodec>
    private let prompting: Prompting

    package init(_ context: APIContext) {
        prompting = context.prompting
        service = InferenceService(context, JSONCodec())
    }

    package var endpoints: [Endpoint] {
        [
            Self.unary("Generate", service.generate),
            Self.endpoint("StreamGenerate") { [service, prompting] call in
                service.streamGenerate(call, JSONStream(call, prompting))
            },
            Self.unary("Forward", service.forward),
            Self.unary("Embed", service.embed),
            Self.unary("Tokenize", service.tokenize),
            Self.unary("Detokenize", service.detokenize),
            Self.unary("ModelInfo", service.modelInfo),
            Endpoint("POST", Self.prefix + "{method}", errorFormat: JSONReply.errorFormat) { call in
                JSONReply(call).fail(
                    APIError(
                        .unknownEndpoint,
                        "switchyard.v1.Inference has no method '\(Spelling.shown(call.parameter))'; "
                            + "it has Generate, StreamGenerate, Forward, Embed, Tokenize, "
                            + "Detokenize and ModelInfo"))
            },
        ]
    }

    private static func unary(
        _ method: String, _ handle: @escaping @Sendable (Call, any UnaryReply) -> Void
    ) -> Endpoint {
        endpoint(method) { call in handle(call, JSONReply(call)) }
    }

    private static func endpoint(
        _ method: String, _ handle: @escaping @Sendable (Call) -> Void
    ) -> Endpoint {
        Endpoint(
            "POST", prefix + method, refusedTypes: refusedTypes, errorFormat: JSONReply.errorFormat,
            handle: handle)
    }
}

/// proto3's JSON.
struct JSONCodec: MessageCodec {
    /// An empty body is an empty message.
    func decode<Message: ProtoMessage>(_ inquiry: Inquiry) throws(APIError) -> Message {
        let json =
            inquiry.request.body.isEmpty ? .object(JSONObject()) : try inquiry.json()
        return try Message(json: json, path: "")
    }

    func encode(_ message: some ProtoMessage) -> [UInt8] { message.json }
}

/// A whole answer as JSON.
final class JSONReply: UnaryReply {
    private let call: Call

    init(_ call: Call) {
        self.call = call
    }

    func answer(encoded: [UInt8]) { call.exchange.respond(.json(200, encoded)) }

    func fail(_ error: APIError) {
        call.exchange.respond(Self.errorFormat(error, call.request.requestID))
    }

    /// An error as `V1.Failure`, with the status and headers that it has everywhere.
    static let errorFormat: Endpoint.ErrorFormat = { error, requestID in
        var response = error.response(requestID: requestID)
        response.body = V1.Failure(error, requestID: requestID).json
        return response
    }
}

/// A stream of JSON messages: server-sent events, or a line each.
final class JSONStream: StreamReply {
    private let call: Call
    private let answer: OrderedAnswer
    /// The content type of a stream of lines; nil for server-sent events.
    private let linesType: String?
    private var isStarted = false

    init(_ call: Call, _ prompting: Prompting) {
        self.call = call
        answer = OrderedAnswer(call, prompting)
        linesType = call.request.headers.first("accept").flatMap(Self.linesType)
    }

    func send(_ message: some ProtoMessage & Sendable, bytes: Int) {
        if !isStarted {
            isStarted = true
            var headers = ServerSentEvents.headers
            if let linesType { headers.set("content-type", linesType) }
            call.exchange.start(status: 200, headers: headers)
        }
        let areLines = linesType != nil
        answer.write(bytes: bytes) {
            guard areLines else { return ServerSentEvents.encode(message.json) }
            // JSON has line ends only within strings, where they are escaped.
            var line = message.json
            line.append(UInt8(ascii: "\n"))
            return line
        }
    }

    func finish() { answer.finish() }

    func fail(_ error: APIError) {
        guard isStarted else {
            call.exchange.respond(JSONReply.errorFormat(error, call.request.requestID))
            return
        }
        var message = V1.StreamGenerateResponse()
        message.error = V1.Failure(error, requestID: call.request.requestID)
        send(message, bytes: 0)
        finish()
    }

    /// What an `accept` header names for lines, if it likes lines better than events (RFC 9110
    /// §12.5.1: the higher weight, then what comes first).
    private static func linesType(_ accept: String) -> String? {
        var best: (type: String?, weight: Double) = (nil, 0)
        for range in HTTPHeaders.lowercased(accept).split(separator: ",").prefix(32) {
            let parts = range.split(separator: ";").map { trimmed($0) }
            guard let type = parts.first else { continue }
            let isLines = ["application/x-ndjson", "application/jsonl"].contains(type)
            guard isLines || ["text/event-stream", "text/*", "*/*"].contains(type) else { continue }
            let quality = parts.dropFirst().first { $0.hasPrefix("q=") }
            let weight = quality.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
            if weight > best.weight { best = (isLines ? String(type) : nil, weight) }
        }
        return best.type
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}

extension V1.Failure {
    package init(_ error: APIError, requestID: String) {
        self.init()
        code = error.kind.row.rpcCode
        message = error.message
        // A template knows its messages by OpenAI's name.
        field = error.kind == .chatTemplateError ? "prompt.chat.messages" : error.param
        reason = error.code
        self.requestID = requestID
    }
}
