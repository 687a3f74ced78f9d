extension V1 {
    package struct GenerateRequest: ProtoMessage {
        package var model = ""
        package var prompt: Prompt?
        package var sampling: SamplingParameters?
        package var maxTokens: UInt32?
        package var minTokens: UInt32 = 0
        package var choices: UInt32?
        package var stop: [String] = []
        package var stopTokenIDs: [UInt32] = []
        package var ignoreEndTokens = false
        package var includeStop = false
        package var logprobs: UInt32?
        package var promptLogprobs: UInt32?
        package var returnTokens = false
        package var keepSpecialTokens = false
        package var priority: Int32 = 0
        package var deadlines: Deadlines?
        package var cacheSalt: String?

        package init() {}

        package mutating func visit<Visitor: FieldVisitor>(
            _ fields: inout Visitor
        ) throws(Visitor.Failure) {
            try fields.field(1, "model", &model)
            try fields.optional(2, "prompt", &prompt)
            try fields.optional(3, "sampling", &sampling)
            try fields.optional(4, "max_tokens", &maxTokens)
            try fields.field(5, "min_tokens", &minTokens)
            try fields.optional(6, "choices", &choices)
            try fields.repeated(7, "stop", &stop)
            try fields.repeated(8, "stop_token_ids", &stopTokenIDs)
            try fields.field(9, "ignore_end_tokens", &ignoreEndTokens)
            try fields.field(10, "include_stop", &includeStop)
            try fields.optional(16, "logprobs", &logprobs)
            try fields.optional(17, "prompt_logprobs", &promptLogprobs)
            try fields.field(18, "return_tokens", &returnTokens)
            try fields.field(19, "keep_special_tokens", &keepSpecialTokens)
            try fields.field(24, "priority", &priority)
            try fields.optional(25, "deadlines", &deadlines)
            try fields.optional(26, "cache_salt", &cacheSalt)
        }
    }

    package struct ForwardRequest: ProtoMessage {
        package var model = ""
        package var prompt: Prompt?
        package var top: UInt32?
        package var promptLogprobs: UInt32?
        package var returnTokens = false
        package var priority: Int32 = 0
        package var deadlines: Deadlines?
        package var cacheSalt: String?

        package init() {}

        package mutating func visit<Visitor: FieldVisitor>(
            _ fields: inout Visitor
        ) throws(Visitor.Failure) {
            try fields.field(1, "model", &model)
            try fields.optional(2, "prompt", &prompt)
            try fields.optional(3, "top", &top)
            try fields.optional(17, "prompt_logprobs", &promptLogprobs)
            try fields.field(18, "return_tokens", &returnTokens)
            try fields.field(24, "priority", &priority)
            try fields.optional(25, "deadlines", &deadlines)
            try fields.optional(26, "cache_salt", &cacheSalt)
        }
    }

    package struct EmbedRequest: ProtoMessage {
        package var model = ""
        package var prompts: [Prompt] = []
        package var normalize = false
        package var priority: Int32 = 0
        package var deadlines: Deadlines?

        package init() {}

        package mutating func visit<Visitor: FieldVisitor>(
            _ fields: inout Visitor
        ) throws(Visitor.Failure) {
            try fields.field(1, "model", &model)
            try fields.repeated(2, "prompts", &prompts)
            try fields.field(3, "normalize", &normalize)
            try fields.field(24, "priority", &priority)
            try fields.optional(25, "deadlines", &deadlines)
        }
    }

    package struct TokenizeRequest: ProtoMessage {
        package var model = ""
        package var prompt: Prompt?
        package var returnBytes = false

        package init() {}

        package mutating func visit<Visitor: FieldVisitor>(
            _ fields: inout Visitor
        ) throws(Visitor.Failure) {
            try fields.field(1, "model", &model)
            try fields.optional(2, "prompt", &prompt)
            try fields.field(3, "return_bytes", &returnBytes)
        }
    }

    package struct DetokenizeRequest: ProtoMessage {
        package var model = ""
        package var ids: [UInt32] = []
        package var keepSpecialTokens = false

        package init() {}

        package mutating func visit<Visitor: FieldVisitor>(
            _ fields: inout Visitor
        ) throws(Visitor.Failure) {
            try fields.field(1, "model", &model)
            try fields.repeated(2, "ids", &ids)
            try fields.field(19, "keep_special_tokens", &keepSpecialTokens)
        }
    }

    package struct ModelInfoRequest: ProtoMessage {
        package var model = ""

        package init() {}

        package mutating func visit<Visitor: FieldVisitor>(
            _ fields: inout Visitor
        ) throws(Visitor.Failure) {
            try fields.field(1, "model", &model)
        }
    }
}
