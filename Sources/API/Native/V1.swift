/// The messages of `switchyard.v1`; `Protos/inference.proto` says what they mean.
package enum V1 {}

extension V1 {
    package struct Prompt: ProtoMessage {
        /// At most one of these three is set.
        package var text: String?
        package var tokens: TokenIds?
        package var chat: Chat?
        package var addSpecialTokens: Bool?

        package init() {}

        package mutating func visit<Visitor: FieldVisitor>(
            _ fields: inout Visitor
        ) throws(Visitor.Failure) {
            try fields.optional(1, "text", &text)
            try fields.optional(2, "tokens", &tokens)
            try fields.optional(3, "chat", &chat)
            let count = (text == nil ? 0 : 1) + (tokens == nil ? 0 : 1) + (chat == nil ? 0 : 1)
            try fields.oneOf("text, tokens, chat", count: count)
            try fields.optional(4, "add_special_tokens", &addSpecialTokens)
        }
    }

    package struct TokenIds: ProtoMessage {
        package var ids: [UInt32] = []

        package init() {}

        package mutating func visit<Visitor: FieldVisitor>(
            _ fields: inout Visitor
        ) throws(Visitor.Failure) {
            try fields.repeated(1, "ids", &ids)
        }
    }

    package struct SamplingParameters: ProtoMessage {
        package var repetitionPenalty: Float?
        package var presencePenalty: Float?
        package var frequencyPenalty: Float?
        package var logitBias: [UInt32: Float] = [:]
        package var temperature: Float?
        package var topK: UInt32?
        package var topP: Float?
        package var minP: Float?
        package var typicalP: Float?
        package var seed: UInt64?

        package init() {}

        package mutating func visit<Visitor: FieldVisitor>(
            _ fields: inout Visitor
        ) throws(Visitor.Failure) {
            try fields.optional(1, "repetition_penalty", &repetitionPenalty)
            try fields.optional(2, "presence_penalty", &presencePenalty)
            try fields.optional(3, "frequency_penalty", &frequencyPenalty)
            try fields.map(4, "logit_bias", &logitBias)
            try fields.optional(5, "temperature", &temperature)
            try fields.optional(6, "top_k", &topK)
            try fields.optional(7, "top_p", &topP)
            try fields.optional(8, "min_p", &minP)
            try fields.optional(9, "typical_p", &typicalP)
            try fields.optional(15, "seed", &seed)
        }
    }

    package struct Deadlines: ProtoMessage {
        package var total: Duration?
        package var firstToken: Duration?
        package var perToken: Duration?

        package init() {}

        package mutating func visit<Visitor: FieldVisitor>(
            _ fields: inout Visitor
        ) throws(Visitor.Failure) {
            try fields.optional(1, "total", &total)
            try fields.optional(2, "first_token", &firstToken)
            try fields.optional(3, "per_token", &perToken)
        }
    }

    package struct Token: ProtoMessage {
        package var id: UInt32 = 0
        package var bytes: [UInt8] = []
        package var logprob: Float?
        package var top: [TokenLogprob] = []

        package init() {}

        package mutating func visit<Visitor: FieldVisitor>(
            _ fields: inout Visitor
        ) throws(Visitor.Failure) {
            try fields.field(1, "id", &id)
            try fields.field(2, "bytes", &bytes)
            try fields.optional(3, "logprob", &logprob)
            try fields.repeated(4, "top", &top)
        }
    }

    package struct TokenLogprob: ProtoMessage {
        package var id: UInt32 = 0
        package var bytes: [UInt8] = []
        package var logprob: Float = 0

        package init() {}

        package mutating func visit<Visitor: FieldVisitor>(
            _ fields: inout Visitor
        ) throws(Visitor.Failure) {
            try fields.field(1, "id", &id)
            try fields.field(2, "bytes", &bytes)
            try fields.field(3, "logprob", &logprob)
        }
    }

    package struct Usage: ProtoMessage {
        package var promptTokens: UInt32 = 0
        package var completionTokens: UInt32 = 0
        package var cachedTokens: UInt32 = 0

        package init() {}

        package mutating func visit<Visitor: FieldVisitor>(
            _ fields: inout Visitor
        ) throws(Visitor.Failure) {
            try fields.field(1, "prompt_tokens", &promptTokens)
            try fields.field(2, "completion_tokens", &completionTokens)
            try fields.field(3, "cached_tokens", &cachedTokens)
        }
    }

    package enum FinishReason: Int32, ProtoEnum {
        case unspecified = 0
        case stop = 1
        case length = 2

        package init() { self = .unspecified }

        package var protoName: String {
            switch self {
            case .unspecified: "FINISH_REASON_UNSPECIFIED"
            case .stop: "FINISH_REASON_STOP"
            case .length: "FINISH_REASON_LENGTH"
            }
        }
    }

    /// Why a call failed.
    package struct Failure: ProtoMessage {
        package var code = ""
        package var message = ""
        package var field: String?
        package var reason = ""
        package var requestID = ""

        package init() {}

        package mutating func visit<Visitor: FieldVisitor>(
            _ fields: inout Visitor
        ) throws(Visitor.Failure) {
            try fields.field(1, "code", &code)
            try fields.field(2, "message", &message)
            try fields.optional(3, "field", &field)
            try fields.field(4, "reason", &reason)
            try fields.field(5, "request_id", &requestID)
        }
    }
}
