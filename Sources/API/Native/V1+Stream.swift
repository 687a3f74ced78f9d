extension V1 {
    package struct StreamGenerateResponse: ProtoMessage {
        /// One of these is set.
        package var started: Started?
        package var delta: Delta?
        package var finished: Finished?
        package var completed: Completed?
        package var error: Failure?

        package init() {}

        package mutating func visit<Visitor: FieldVisitor>(
            _ fields: inout Visitor
        ) throws(Visitor.Failure) {
            try fields.optional(1, "started", &started)
            try fields.optional(2, "delta", &delta)
            try fields.optional(3, "finished", &finished)
            try fields.optional(4, "completed", &completed)
            try fields.optional(15, "error", &error)
            let count =
                (started == nil ? 0 : 1) + (delta == nil ? 0 : 1) + (finished == nil ? 0 : 1)
                + (completed == nil ? 0 : 1) + (error == nil ? 0 : 1)
            try fields.oneOf("started, delta, finished, completed, error", count: count)
        }
    }
}

extension V1.StreamGenerateResponse {
    package struct Started: ProtoMessage {
        package var id = ""
        package var model = ""
        package var fingerprint = ""
        package var seed: UInt64 = 0
        package var prompt: [V1.Token] = []

        package init() {}

        package mutating func visit<Visitor: FieldVisitor>(
            _ fields: inout Visitor
        ) throws(Visitor.Failure) {
            try fields.field(1, "id", &id)
            try fields.field(2, "model", &model)
            try fields.field(3, "fingerprint", &fingerprint)
            try fields.field(4, "seed", &seed)
            try fields.repeated(7, "prompt", &prompt)
        }
    }

    package struct Delta: ProtoMessage {
        package var index: UInt32 = 0
        package var text = ""
        package var tokens: [V1.Token] = []

        package init() {}

        package mutating func visit<Visitor: FieldVisitor>(
            _ fields: inout Visitor
        ) throws(Visitor.Failure) {
            try fields.field(1, "index", &index)
            try fields.field(2, "text", &text)
            try fields.repeated(4, "tokens", &tokens)
        }
    }

    package struct Finished: ProtoMessage {
        package var index: UInt32 = 0
        package var finishReason = V1.FinishReason.unspecified

        package init() {}

        package mutating func visit<Visitor: FieldVisitor>(
            _ fields: inout Visitor
        ) throws(Visitor.Failure) {
            try fields.field(1, "index", &index)
            try fields.field(3, "finish_reason", &finishReason)
        }
    }

    package struct Completed: ProtoMessage {
        package var usage: V1.Usage?

        package init() {}

        package mutating func visit<Visitor: FieldVisitor>(
            _ fields: inout Visitor
        ) throws(Visitor.Failure) {
            try fields.optional(1, "usage", &usage)
        }
    }
}
