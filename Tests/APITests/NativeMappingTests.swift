import API
import JSON
import Testing

/// proto3's JSON mapping, in and out.
@Suite struct NativeMappingTests {
    private func parse<Message: ProtoMessage>(
        _ type: Message.Type, _ text: String
    ) throws -> Message {
        try Message(json: try JSONParser.parse(text), path: "")
    }

    @Test("names may be lowerCamelCase or the .proto file's, and null means absent")
    func spellings() throws {
        for body in [
            #"{"maxTokens": 5, "stopTokenIds": [1], "sampling": {"topP": 0.5}, "seed": null}"#,
            #"{"max_tokens": 5, "stop_token_ids": [1], "sampling": {"top_p": 0.5}}"#,
        ] {
            let request = try parse(
                V1.GenerateRequest.self, body.replacing(#", "seed": null"#, with: ""))
            #expect(request.maxTokens == 5)
            #expect(request.stopTokenIDs == [1])
            #expect(request.sampling?.topP == 0.5)
        }
        let empty = try parse(
            V1.GenerateRequest.self,
            #"{"model": null, "maxTokens": null, "stop": null, "sampling": null}"#)
        #expect(empty.model == "" && empty.maxTokens == nil && empty.sampling == nil)
    }

    @Test("integers may be numbers or strings, within their range and without fractions")
    func integers() throws {
        func seed(_ text: String) throws -> UInt64? {
            try parse(V1.SamplingParameters.self, #"{"seed": \#(text)}"#).seed
        }
        #expect(try seed("7") == 7)
        #expect(try seed("7.0") == 7)
        #expect(try seed("1e3") == 1000)
        #expect(try seed(#""7""#) == 7)
        #expect(try seed(#""1e3""#) == 1000)
        #expect(try seed(#""18446744073709551615""#) == .max)
        #expect(try seed("9223372036854775807") == 9_223_372_036_854_775_807)
        let bad = [
            "-1", "0.5", #""""#, #"" 7""#, #""7 ""#, #""07""#, #""+7""#, #""x""#, "true", "[]",
            "{}",
            #""18446744073709551616""#, "18446744073709551615", #""NaN""#, #""0x7""#,
        ]
        for text in bad { #expect(throws: APIError.self, "\(text)") { try seed(text) } }
        func priority(_ text: String) throws -> Int32 {
            try parse(V1.GenerateRequest.self, #"{"priority": \#(text)}"#).priority
        }
        #expect(try priority("-3") == -3)
        #expect(try priority(#""-2147483648""#) == .min)
        #expect(throws: APIError.self) { try priority("2147483648") }
    }

    @Test("floats may be numbers, strings of them, and the three words")
    func floats() throws {
        func temperature(_ text: String) throws -> Float? {
            try parse(V1.SamplingParameters.self, #"{"temperature": \#(text)}"#).temperature
        }
        #expect(try temperature("0.1") == 0.1)
        #expect(try temperature(#""1.5e1""#) == 15)
        #expect(try temperature(#""NaN""#)?.isNaN == true)
        #expect(try temperature(#""Infinity""#) == .infinity)
        #expect(try temperature(#""-Infinity""#) == -.infinity)
        for text in ["1e39", "-1e39", #""inf""#, #""nan""#, "true", #"" 1""#, #""""#] {
            #expect(throws: APIError.self, "\(text)") { try temperature(text) }
        }
    }

    @Test("enums may be names or numbers, and unknown ones are refused")
    func enums() throws {
        func role(_ text: String) throws -> V1.Role {
            try parse(V1.ChatMessage.self, #"{"role": \#(text)}"#).role
        }
        #expect(try role(#""ROLE_USER""#) == .user)
        #expect(try role("5") == .tool)
        for text in [#""user""#, "6", "-1", "1.5", "true", #""3""#] {
            #expect(throws: APIError.self, "\(text)") { try role(text) }
        }
    }

    @Test("durations are seconds with up to nine decimals and an s")
    func durations() throws {
        func total(_ text: String) throws -> Duration? {
            try parse(V1.Deadlines.self, #"{"total": "\#(text)"}"#).total
        }
        #expect(try total("1s") == .seconds(1))
        #expect(try total("1.5s") == .milliseconds(1500))
        #expect(try total("0.000000001s") == .nanoseconds(1))
        #expect(try total("-1.5s") == .milliseconds(-1500))
        for text in [
            "1", "s", "1.s", ".5s", "1.0000000001s", "+1s", "--1s", "1e3s", "1 s", "999999999999s",
            "99999999999999999999s", "1.5.5s", "-s",
        ] {
            #expect(throws: APIError.self, "\(text)") { try total(text) }
        }
        for (duration, text) in [
            (Duration.seconds(3), "3s"), (.milliseconds(1500), "1.500000000s"),
            (.milliseconds(-500), "-0.500000000s"), (.zero, "0s"),
        ] {
            var output: [UInt8] = []
            duration.appendJSON(to: &output)
            #expect(String(decoding: output, as: UTF8.self) == "\"\(text)\"")
        }
    }

    @Test("bytes are base64, read in both alphabets with and without padding")
    func bytes() throws {
        for count in 0..<12 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: 250 &+ $0 * 37) }
            var output: [UInt8] = []
            bytes.appendJSON(to: &output)
            let text = String(decoding: output, as: UTF8.self)
            for form in [
                text, text.replacing("=", with: ""),
                text.replacing("+", with: "-").replacing("/", with: "_"),
            ] {
                #expect(try [UInt8](json: try JSONParser.parse(form), path: "x") == bytes)
            }
        }
        for text in ["A", "A===", "AB=", "AB C", "é", "AAAA=", "=", "===="] {
            #expect(throws: APIError.self, "\(text)") {
                try [UInt8](json: .string(text), path: "x")
            }
        }
    }

    @Test("maps have their keys as strings")
    func maps() throws {
        let request = try parse(
            V1.SamplingParameters.self, #"{"logitBias": {"5": 1.5, "7": "-2"}}"#)
        #expect(request.logitBias == [5: 1.5, 7: -2])
        for text in [#"{"-1": 1}"#, #"{"x": 1}"#, #"{"5": null}"#, #"{"5": 1, "5e0": 2}"#, "[]"] {
            #expect(throws: APIError.self, "\(text)") {
                try parse(V1.SamplingParameters.self, #"{"logitBias": \#(text)}"#)
            }
        }
    }

    @Test("a message that was written reads back the same")
    func roundTrip() throws {
        var request = V1.GenerateRequest()
        var sampling = V1.SamplingParameters()
        sampling.seed = .max
        sampling.temperature = 0.1
        sampling.topP = .infinity
        sampling.logitBias = [3: -0.5, 1: 1e-7]
        request.sampling = sampling
        request.stop = ["a\"\n", "\u{1F600}"]
        request.priority = -7
        var message = V1.ChatMessage()
        message.role = .assistant
        var call = V1.ToolCall()
        call.name = "f"
        call.arguments = ["x": [1, nil, 2.5]]
        message.toolCalls = [call]
        var chat = V1.Chat()
        chat.messages = [message]
        request.prompt = V1.Prompt()
        request.prompt?.chat = chat
        var deadlines = V1.Deadlines()
        deadlines.total = .milliseconds(1250)
        request.deadlines = deadlines
        let text = String(decoding: request.json, as: UTF8.self)
        let read = try parse(V1.GenerateRequest.self, text)
        #expect(String(decoding: read.json, as: UTF8.self) == text)
        #expect(text.contains(#""seed":"18446744073709551615""#))
        #expect(text.contains(#""logitBias":{"1":1e-07,"3":-0.5}"#))
        #expect(text.contains(#""role":"ROLE_ASSISTANT""#))
        #expect(text.contains(#""topP":"Infinity""#))
        #expect(text.contains(#""total":"1.250000000s""#))
        #expect(text.contains(#""returnTokens":false"#), "fields without presence are always there")
        #expect(!text.contains("maxTokens"), "fields with presence only when set")
    }

    @Test(
        "what is no field, given twice, or of the wrong kind is refused by its path",
        arguments: [
            (#"{"maxTokns": 1}"#, "maxTokns", "did you mean 'maxTokens'"),
            (#"{"maxTokens": 1, "max_tokens": 1}"#, "max_tokens", "given twice"),
            (#"{"sampling": {"top": 1}}"#, "sampling.top", "is not a field"),
            (#"{"prompt": {"text": "a", "tokens": {}}}"#, "prompt", "one of text, tokens, chat"),
            (#"{"prompt": "a"}"#, "prompt", "expected an object"),
            (#"{"prompt": {"chat": {"messages": [{}, 5]}}}"#, "prompt.chat.messages[1]", "object"),
            (#"{"stop": "a"}"#, "stop", "expected an array"),
            (#"{"stop": ["a", null]}"#, "stop[1]", "found null"),
            (#"{"return_tokens": 1}"#, "return_tokens", "true or false"),
            (#"{"model": 5}"#, "model", "expected a string"),
            (#"{"": 5}"#, "", "is not a field"),
            ("[]", "the body", "expected an object"),
        ])
    func refusals(body: String, path: String, words: String) throws {
        do {
            _ = try parse(V1.GenerateRequest.self, body)
            Issue.record("\(body) was taken")
        } catch let error as APIError {
            #expect(error.param == path)
            #expect(error.message.contains(words), "\(error.message)")
        }
    }
}
