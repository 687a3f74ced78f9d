extension V1 {
    package struct GenerateResponse: ProtoMessage {
        package var id = ""
        package var model = ""
        package var fingerprint = ""
        package var seed: UInt64 = 0
        package var choices: [Choice] = []
        package var usage: Usage?
        package var prompt: [Token] = []

        package init() {}

        package mutating func visit<Visitor: FieldVisitor>(
            _ fields: inout Visitor
        ) throws(Visitor.Failure) {
            try fields.field(1, "id", &id)
            try fields.field(2, "model", &model)
            try fields.field(3, "fingerprint", &fingerprint)
            try fields.field(4, "seed", &seed)
            try fields.repeated(5, "choices", &choices)
            try fields.optional(6, "usage", &usage)
            try fields.repeated(7, "prompt", &prompt)
        }
    }

    package struct Choice: ProtoMessage {
        package var index: UInt32 = 0
        package var text = ""
        package var finishReason = FinishReason.unspecified
        package var tokens: [Token] = []

        package init() {}

        package mutating func visit<Visitor: FieldVisitor>(
            _ fields: inout Visitor
        ) throws(Visitor.Failure) {
            try fields.field(1, "index", &index)
            try fields.field(2, "text", &text)
            try fields.field(3, "finish_reason", &finishReason)
            try fields.repeated(4, "tokens", &tokens)
        }
    }

    package struct ForwardResponse: ProtoMessage {
        package var id = ""
        package var model = ""
        package var fingerprint = ""
        package var next: [TokenLogprob] = []
        package var usage: Usage?
        package var prompt: [Token] = []

        package init() {}

        package mutating func visit<Visitor: FieldVisitor>(
            _ fields: inout Visitor
        ) throws(Visitor.Failure) {
            try fields.field(1, "id", &id)
            try fields.field(2, "model", &model)
            try fields.field(3, "fingerprint", &fingerprint)
            try fields.repeated(5, "next", &next)
            try fields.optional(6, "usage", &usage)
            try fields.repeated(7, "prompt", &prompt)
        }
    }

    package struct TokenizeResponse: ProtoMessage {
        package var model = ""
        package var ids: [UInt32] = []
        package var bytes: [[UInt8]] = []

        package init() {}

        package mutating func visit<Visitor: FieldVisitor>(
            _ fields: inout Visitor
        ) throws(Visitor.Failure) {
            try fields.field(1, "model", &model)
            try fields.repeated(2, "ids", &ids)
            try fields.repeated(3, "bytes", &bytes)
        }
    }

    package struct DetokenizeResponse: ProtoMessage {
        package var model = ""
        package var text = ""

        package init() {}

        package mutating func visit<Visitor: FieldVisitor>(
            _ fields: inout Visitor
        ) throws(Visitor.Failure) {
            try fields.field(1, "model", &model)
            try fields.field(2, "text", &text)
        }
    }

    package struct ModelInfoResponse: ProtoMessage {
        package var name = ""
        package var aliases: [String] = []
        package var fingerprint = ""
        package var created: Int64 = 0
        package var contextTokens: UInt32 = 0
        package var vocabularySize: UInt32 = 0
        package var endTokenIDs: [UInt32] = []
        package var hasChatTemplate = false
        package var hasEmbeddings = false
        package var defaultSampling: SamplingParameters?
        package var architecture: Architecture?
        package var precision = ""
        package var weightBytes: UInt64 = 0
        package var cacheBytes: UInt64 = 0

        package init() {}

        package mutating func visit<Visitor: FieldVisitor>(
            _ fields: inout Visitor
        ) throws(Visitor.Failure) {
            try fields.field(1, "name", &name)
            try fields.repeated(2, "aliases", &aliases)
            try fields.field(3, "fingerprint", &fingerprint)
            try fields.field(4, "created", &created)
            try fields.field(5, "context_tokens", &contextTokens)
            try fields.field(6, "vocabulary_size", &vocabularySize)
            try fields.repeated(7, "end_token_ids", &endTokenIDs)
            try fields.field(8, "has_chat_template", &hasChatTemplate)
            try fields.field(9, "has_embeddings", &hasEmbeddings)
            try fields.optional(10, "default_sampling", &defaultSampling)
            try fields.optional(16, "architecture", &architecture)
            try fields.field(17, "precision", &precision)
            try fields.field(18, "weight_bytes", &weightBytes)
            try fields.field(19, "cache_bytes", &cacheBytes)
        }
    }
}

extension V1.ModelInfoResponse {
    package struct Architecture: ProtoMessage {
        package var family = ""
        package var layers: UInt32 = 0
        package var hiddenSize: UInt32 = 0
        package var experts: UInt32 = 0
        package var expertsPerToken: UInt32 = 0

        package init() {}

        package mutating func visit<Visitor: FieldVisitor>(
            _ fields: inout Visitor
        ) throws(Visitor.Failure) {
            try fields.field(1, "family", &family)
            try fields.field(2, "layers", &layers)
            try fields.field(3, "hidden_size", &hiddenSize)
            try fields.field(4, "experts", &experts)
            try fields.field(5, "experts_per_token", &expertsPerToken)
        }
    }
}
