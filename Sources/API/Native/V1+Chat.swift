package import JSON

extension V1 {
    package struct Chat: ProtoMessage {
        package var messages: [ChatMessage] = []
        package var tools: [Tool] = []
        package var addGenerationPrompt: Bool?
        package var templateVariables: JSONObject?

        package init() {}

        package mutating func visit<Visitor: FieldVisitor>(
            _ fields: inout Visitor
        ) throws(Visitor.Failure) {
            try fields.repeated(1, "messages", &messages)
            try fields.repeated(2, "tools", &tools)
            try fields.optional(3, "add_generation_prompt", &addGenerationPrompt)
            try fields.optional(4, "template_variables", &templateVariables)
        }
    }

    package enum Role: Int32, ProtoEnum {
        case unspecified = 0
        case system = 1
        case developer = 2
        case user = 3
        case assistant = 4
        case tool = 5

        package init() { self = .unspecified }

        package var protoName: String {
            switch self {
            case .unspecified: "ROLE_UNSPECIFIED"
            case .system: "ROLE_SYSTEM"
            case .developer: "ROLE_DEVELOPER"
            case .user: "ROLE_USER"
            case .assistant: "ROLE_ASSISTANT"
            case .tool: "ROLE_TOOL"
            }
        }
    }

    package struct ChatMessage: ProtoMessage {
        package var role = Role.unspecified
        package var content: String?
        package var name: String?
        package var toolCalls: [ToolCall] = []
        package var toolCallID: String?
        package var reasoningContent: String?

        package init() {}

        package mutating func visit<Visitor: FieldVisitor>(
            _ fields: inout Visitor
        ) throws(Visitor.Failure) {
            try fields.field(1, "role", &role)
            try fields.optional(2, "content", &content)
            try fields.optional(3, "name", &name)
            try fields.repeated(4, "tool_calls", &toolCalls)
            try fields.optional(5, "tool_call_id", &toolCallID)
            try fields.optional(6, "reasoning_content", &reasoningContent)
        }
    }

    package struct Tool: ProtoMessage {
        package var name = ""
        package var description = ""
        package var parameters: JSONObject?

        package init() {}

        package mutating func visit<Visitor: FieldVisitor>(
            _ fields: inout Visitor
        ) throws(Visitor.Failure) {
            try fields.field(1, "name", &name)
            try fields.field(2, "description", &description)
            try fields.optional(3, "parameters", &parameters)
        }
    }

    package struct ToolCall: ProtoMessage {
        package var id = ""
        package var name = ""
        package var arguments: JSONObject?

        package init() {}

        package mutating func visit<Visitor: FieldVisitor>(
            _ fields: inout Visitor
        ) throws(Visitor.Failure) {
            try fields.field(1, "id", &id)
            try fields.field(2, "name", &name)
            try fields.optional(3, "arguments", &arguments)
        }
    }
}
