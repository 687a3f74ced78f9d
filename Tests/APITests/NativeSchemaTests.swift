import API
import APITestSupport
import JSON
import Testing

/// The messages in code against `Protos/inference.proto`.
@Suite struct NativeSchemaTests {
    @Test("messages and enums in code have the fields, numbers and types of the .proto file")
    func matchesFile() throws {
        let schema = try ProtoFile("Protos/inference.proto")
        var coded: [String: [String]] = [:]
        func describe<Message: ProtoMessage>(_ type: Message.Type) {
            var message = Message()
            var visitor = DescribingVisitor()
            message.visit(&visitor)
            coded["\(Message.self)"] = visitor.fields
        }
        describe(V1.Prompt.self)
        describe(V1.TokenIds.self)
        describe(V1.Chat.self)
        describe(V1.ChatMessage.self)
        describe(V1.Tool.self)
        describe(V1.ToolCall.self)
        describe(V1.SamplingParameters.self)
        describe(V1.Deadlines.self)
        describe(V1.GenerateRequest.self)
        describe(V1.GenerateResponse.self)
        describe(V1.Choice.self)
        describe(V1.Token.self)
        describe(V1.TokenLogprob.self)
        describe(V1.Usage.self)
        describe(V1.StreamGenerateResponse.self)
        describe(V1.StreamGenerateResponse.Started.self)
        describe(V1.StreamGenerateResponse.Delta.self)
        describe(V1.StreamGenerateResponse.Finished.self)
        describe(V1.StreamGenerateResponse.Completed.self)
        describe(V1.ForwardRequest.self)
        describe(V1.ForwardResponse.self)
        describe(V1.EmbedRequest.self)
        describe(V1.TokenizeRequest.self)
        describe(V1.TokenizeResponse.self)
        describe(V1.DetokenizeRequest.self)
        describe(V1.DetokenizeResponse.self)
        describe(V1.ModelInfoRequest.self)
        describe(V1.ModelInfoResponse.self)
        describe(V1.ModelInfoResponse.Architecture.self)
        describe(V1.Failure.self)
        for (name, fields) in coded {
            #expect(schema.messages[name] == fields.sorted(), "\(name)")
        }
        // Embeddings are not supported yet.
        #expect(
            Set(schema.messages.keys).subtracting(coded.keys) == ["EmbedResponse", "Embedding"])
        #expect(schema.enums["Role"] == V1.Role.allCases.map { "\($0.protoName) \($0.rawValue)" })
        #expect(
            schema.enums["FinishReason"]
                == V1.FinishReason.allCases.map { "\($0.protoName) \($0.rawValue)" })
    }

    @Test("no field number is used twice, and none lies in protobuf's own range")
    func numbers() throws {
        for (name, fields) in try ProtoFile("Protos/inference.proto").messages {
            let numbers = fields.compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }
            #expect(numbers.count == fields.count && Set(numbers).count == fields.count, "\(name)")
            #expect(numbers.allSatisfy { (1..<19_000).contains($0) }, "\(name)")
        }
    }

    @Test("every method of the .proto file has an endpoint, and answers JSON")
    func methods() throws {
        let methods = try ProtoFile("Protos/inference.proto").methods
        #expect(methods.count == 7)
        let server = try NativeBench(writing: ["a"])
        for method in methods {
            let exchange = server.call(method, "{}")
            #expect(exchange.status != 404, "\(method)")
            #expect(exchange.json.objectValue != nil, "\(method)")
        }
    }
}

/// Records fields as `label type name number`, as in the `.proto` file.
private struct DescribingVisitor: FieldVisitor {
    typealias Failure = Never
    var fields: [String] = []

    mutating func field<Value: ProtoValue>(
        _ number: Int, _ name: String, _ value: inout Value
    ) {
        fields.append("\(word(Value.self)) \(name) \(number)")
    }

    mutating func optional<Value: ProtoValue>(
        _ number: Int, _ name: String, _ value: inout Value?
    ) {
        // Messages have presence without being marked optional.
        let isScalar = !(Value.self is any ProtoMessage.Type) && !word(Value.self).contains(".")
        fields.append("\(isScalar ? "optional " : "")\(word(Value.self)) \(name) \(number)")
    }

    mutating func repeated<Value: ProtoValue>(
        _ number: Int, _ name: String, _ values: inout [Value]
    ) {
        fields.append("repeated \(word(Value.self)) \(name) \(number)")
    }

    mutating func map<Value: ProtoValue>(
        _ number: Int, _ name: String, _ values: inout [UInt32: Value]
    ) {
        fields.append("map<uint32, \(word(Value.self))> \(name) \(number)")
    }

    func oneOf(_ members: String, count: Int) {}

    private func word<Value: ProtoValue>(_ type: Value.Type) -> String {
        switch type {
        case is [UInt8].Type: "bytes"
        case is JSONObject.Type: "google.protobuf.Struct"
        case is Duration.Type: "google.protobuf.Duration"
        case is any (ProtoMessage.Type): "\(type)"
        case is any (ProtoEnum.Type): "\(type)"
        default: "\(type)".lowercased()
        }
    }
}
